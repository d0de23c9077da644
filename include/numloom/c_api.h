/* SPDX-License-Identifier: BSD-3-Clause */
/* The Python module's C interface: arrays in and out of extensions in C, or in C++ of any compiler and
 * binding. A table of functions in the capsule numloom._core._C_API:
 *
 *     const numloom_c_api* api = PyCapsule_Import(NUMLOOM_C_API_NAME, 0);
 *     if (!api || api->version < NUMLOOM_C_API_VERSION) ...
 *
 * Later versions only append to it. All functions are called with the interpreter's lock held, except
 * `release`.
 */
#ifndef NUMLOOM_C_API_H
#define NUMLOOM_C_API_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct _object; /* PyObject, of any version of Python.h */

#define NUMLOOM_C_API_VERSION 1
#define NUMLOOM_C_API_NAME "numloom._core._C_API"

enum numloom_dtype {
  numloom_bool,
  numloom_int8,
  numloom_uint8,
  numloom_int16,
  numloom_uint16,
  numloom_int32,
  numloom_uint32,
  numloom_int64,
  numloom_uint64,
  numloom_float16,
  numloom_float32,
  numloom_float64,
  numloom_complex64,
  numloom_complex128
};

/* DLPack's numbers. */
enum numloom_device_type { numloom_cpu = 1, numloom_cuda = 2 };

/* An array's memory. `data` is the first element's address, on the device; strides are in bytes. The extents
 * live as long as the owner. Whoever holds this calls release(owner) once, from any thread. */
typedef struct numloom_array {
  void* data;
  int64_t const* shape;
  int64_t const* strides;
  int32_t ndim;
  int32_t dtype;
  int32_t device_type;
  int32_t device_index;
  int32_t writeable;
  int32_t reserved;
  void* owner;
  void (*release)(void* owner);
} numloom_array;

typedef struct numloom_c_api {
  uint32_t version;    /* NUMLOOM_C_API_VERSION of the module */
  uint32_t size;       /* bytes of this table */
  char const* package; /* "0.1.0" */

  /* Is it a numloom.ndarray? */
  int (*is_array)(struct _object* o);

  /* The memory of an array of numloom or NumPy, or of another library's by DLPack, __cuda_array_interface__
   * or the buffer protocol. Never a copy. 0, or -1 with a Python error: TypeError for what is no array. */
  int (*unwrap)(struct _object* o, numloom_array* to);

  /* A new numloom.ndarray over that memory, which it then owns. Null with a Python error; then the owner is
   * still the caller's. */
  struct _object* (*wrap)(numloom_array const* from);

  /* A new uninitialised array in C order, on this thread's current device. Null with a Python error. */
  struct _object* (*empty)(int32_t dtype, int32_t ndim, int64_t const* shape);

  /* Where this thread's new arrays go, and the stream (a cudaStream_t; null on the CPU) on which its work
   * runs. */
  void (*current_device)(int32_t* device_type, int32_t* device_index);
  void* (*current_stream)(int32_t device_type, int32_t device_index);

  /* Sets a Python error of the class `name` ("LinAlgError", "CompileError", or one of the built-in ones). */
  void (*set_error)(char const* name, char const* text);
} numloom_c_api;

#ifdef __cplusplus
}
#endif

#endif
