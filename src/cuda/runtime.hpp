// SPDX-License-Identifier: BSD-3-Clause
// The CUDA runtime as numloom uses it: about twenty-five functions, implemented by runtime_cuda.cpp (a GPU)
// and by runtime_simt.cpp (the simulator). The build links one of them; nothing above includes a CUDA header.
//
// - Nothing happens at load time. Without a driver device_count() is 0 and everything else throws.
// - There is no default stream: every piece of work names the stream it runs on.
// - Every function that can fail throws cuda_error, which knows the call and who made it.
// - The current device is a property of the calling OS thread, as in CUDA.
#pragma once
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>
#include <utility>

#include "numloom/error.hpp"

namespace numloom::cuda_runtime {

/// Work queue of a device; made by stream_create, null is none.
using stream_handle = void*;
/// Mark in a stream; made by event_create.
using event_handle = void*;

/// A CUDA call that failed, or a kernel that did: the public error, and what the code around it may ask.
class cuda_error : public numloom::cuda_error {
 public:
  cuda_error(int code, std::string name, std::string call, const std::string& detail, const char* file,
             unsigned line);
  cuda_error(int code, std::string name, std::string call, const std::string& detail,
             std::source_location where)
      : cuda_error(code, std::move(name), std::move(call), detail, where.file_name(), where.line()) {}

  int code = 0;           ///< CUDA's number, 2 = out of memory
  std::string name;       ///< "cudaErrorMemoryAllocation"
  std::string call;       ///< "malloc_device"
  const char* file = "";  ///< who called
  unsigned line = 0;
};

constexpr int error_out_of_memory = 2;
constexpr int error_no_device = 100;
constexpr int error_invalid_device = 101;

struct device_properties {
  std::string name;
  int compute_major = 0;
  int compute_minor = 0;
  int multiprocessors = 0;
  int warp_lanes = 32;
  int max_threads_per_block = 1024;
  int max_threads_per_multiprocessor = 2048;
  size_t total_bytes = 0;
  size_t l2_bytes = 0;
  size_t shared_bytes_per_block = 0;         ///< without opting in
  size_t shared_bytes_per_block_opt_in = 0;  ///< with
  size_t shared_bytes_per_multiprocessor = 0;
  int memory_clock_khz = 0;  ///< 0 where the driver no longer says
  int memory_bus_bits = 0;
  bool memory_pools = false;  ///< malloc_async is stream-ordered; otherwise it is malloc_device
  bool managed_access = false;
  int pci_bus = 0;
};

struct memory_info {
  size_t free_bytes = 0;
  size_t total_bytes = 0;
};

enum class copy_kind : uint8_t { host_to_device, device_to_host, device_to_device };

/// Where a pointer points.
enum class memory_kind : uint8_t { unknown, pinned_host, device };
struct pointer_info {
  memory_kind kind = memory_kind::unknown;  ///< unknown = ordinary host memory, or nobody's
  int device = -1;
};

/// What this process has asked of the runtime so far.
struct runtime_statistics {
  uint64_t launches = 0;
  uint64_t copies_host_to_device = 0;
  uint64_t copies_device_to_host = 0;
  uint64_t copies_device_to_device = 0;
  uint64_t bytes_host_to_device = 0;
  uint64_t bytes_device_to_host = 0;
  uint64_t bytes_device_to_device = 0;
  uint64_t fills = 0;
  uint64_t allocations = 0;
  uint64_t synchronisations = 0;  ///< of a device, a stream or an event
};

using caller = std::source_location;

// ---- devices ----
/// "cuda" or "simulator".
const char* implementation() noexcept;
/// Number of usable devices; 0 without a driver. Never throws.
int device_count() noexcept;
/// What the runtime said where device_count() is 0.
std::string why_no_device();
void set_device(int device, caller where = caller::current());
int get_device(caller where = caller::current());
const device_properties& get_device_properties(int device, caller where = caller::current());
/// Of the current device.
memory_info get_memory_info(caller where = caller::current());
/// Waits for all work of the current device.
void device_synchronize(caller where = caller::current());
/// Lets the current device read and write `peer`'s memory; false where the hardware cannot.
bool enable_peer_access(int peer, caller where = caller::current());
/// CUDA's version numbers, 13000 = 13.0; driver 0 when there is none.
int driver_version() noexcept;
int runtime_version() noexcept;
/// The error that an asynchronous call or launch left behind, 0 for none, and forgets it.
int take_last_error() noexcept;
std::string error_name(int code);
std::string error_text(int code);

// ---- memory ----
/// Memory of the current device, aligned to 256 bytes. Zero bytes give null. May wait for the device.
void* malloc_device(size_t bytes, caller where = caller::current());
/// Waits for the device first, as CUDA does. Null is fine.
void free_device(void* pointer, caller where = caller::current());
/// Memory that work queued on `stream` from now on may use.
void* malloc_async(size_t bytes, stream_handle stream, caller where = caller::current());
/// Freed once the work queued on `stream` so far is done. Work on other streams must be ordered before it by
/// events.
void free_async(void* pointer, stream_handle stream, caller where = caller::current());
/// Host memory that copies use without staging, and so truly late: reading or writing it before the stream is
/// synchronised is a bug.
void* malloc_host(size_t bytes, caller where = caller::current());
void free_host(void* pointer, caller where = caller::current());
pointer_info get_pointer_info(const void* pointer) noexcept;

/// For a pool that cuts large allocations into blocks. The simulator under ASan then sees the blocks' ends:
/// in stream order, `bytes` of the `span` bytes at `pointer` become usable, or none of them. Elsewhere
/// nothing happens.
void annotate_used(void* pointer, size_t bytes, size_t span, stream_handle stream,
                   caller where = caller::current());
void annotate_unused(void* pointer, size_t span, stream_handle stream, caller where = caller::current());

// ---- copies, in stream order ----
/// Ordinary host memory is staged: the call returns when the source may be changed, or the result may be
/// read.
void memcpy_async(void* target, const void* source, size_t bytes, copy_kind kind, stream_handle stream,
                  caller where = caller::current());
void memcpy_peer_async(void* target, int target_device, const void* source, int source_device, size_t bytes,
                       stream_handle stream, caller where = caller::current());
void memset_async(void* target, int byte, size_t bytes, stream_handle stream,
                  caller where = caller::current());

// ---- streams ----
/// On the current device. Does not wait for any other stream.
stream_handle stream_create(caller where = caller::current());
/// Work already queued is still done.
void stream_destroy(stream_handle stream, caller where = caller::current());
void stream_synchronize(stream_handle stream, caller where = caller::current());
/// True when all work queued so far is done.
bool stream_query(stream_handle stream, caller where = caller::current());
/// What is queued on `stream` from now on waits for the event's last record.
void stream_wait_event(stream_handle stream, event_handle event, caller where = caller::current());

// ---- events ----
event_handle event_create(bool timing = false, caller where = caller::current());
void event_destroy(event_handle event, caller where = caller::current());
void event_record(event_handle event, stream_handle stream, caller where = caller::current());
bool event_query(event_handle event, caller where = caller::current());
void event_synchronize(event_handle event, caller where = caller::current());
/// Milliseconds between two recorded events that were created with timing.
float event_elapsed_ms(event_handle start, event_handle stop, caller where = caller::current());

// ---- accounts ----
runtime_statistics get_statistics() noexcept;
void reset_statistics() noexcept;

}  // namespace numloom::cuda_runtime
