// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/device_module.hpp"

#include "cuda/launch_log.hpp"
#include "cuda/library.hpp"
#include "cuda/symbol_name.hpp"
#include "kernel/arguments.hpp"
#include "numloom/error.hpp"

namespace numloom::kernel_detail {
namespace {

// The driver's functions that are used. CUresult is an int, 0 is success; handles are pointers.
struct driver_library {
  using address = unsigned long long;  // CUdeviceptr
  cuda_host::shared_library file;
  int (*init)(unsigned) = nullptr;
  int (*device_get)(int*, int) = nullptr;
  int (*attribute)(int*, int, int) = nullptr;
  int (*name)(char*, int, int) = nullptr;
  int (*retain)(void**, int) = nullptr;
  int (*set_current)(void*) = nullptr;
  int (*load)(void**, const void*) = nullptr;
  int (*function)(void**, void*, const char*) = nullptr;
  int (*global)(address*, std::size_t*, void*, const char*) = nullptr;
  int (*set_attribute)(void*, int, int) = nullptr;
  int (*get_attribute)(int*, int, void*) = nullptr;
  int (*parameter)(void*, std::size_t, std::size_t*, std::size_t*) = nullptr;  // since 12.4
  int (*launch)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**,
                void**) = nullptr;
  int (*launch_together)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*,
                         void**) = nullptr;
  int (*best_block)(int*, int*, void*, std::size_t (*)(int), std::size_t, int) = nullptr;
  int (*resident_blocks)(int*, void*, int, std::size_t) = nullptr;
  int (*to_device)(address, const void*, std::size_t) = nullptr;
  int (*to_host)(void*, address, std::size_t) = nullptr;
  int (*error_text)(int, const char**) = nullptr;

  template <class F> void find(F*& function_, const char* name) {
    function_ = reinterpret_cast<F*>(file.symbol(name));
  }
  driver_library() : file(cuda_host::open_library({"libcuda.so.1"}, "cuda_driver")) {
    find(init, "cuInit");
    find(device_get, "cuDeviceGet");
    find(attribute, "cuDeviceGetAttribute");
    find(name, "cuDeviceGetName");
    find(retain, "cuDevicePrimaryCtxRetain");
    find(set_current, "cuCtxSetCurrent");
    find(load, "cuModuleLoadData");
    find(function, "cuModuleGetFunction");
    find(global, "cuModuleGetGlobal_v2");
    find(set_attribute, "cuFuncSetAttribute");
    find(get_attribute, "cuFuncGetAttribute");
    find(parameter, "cuFuncGetParamInfo");
    find(launch, "cuLaunchKernel");
    find(launch_together, "cuLaunchCooperativeKernel");
    find(best_block, "cuOccupancyMaxPotentialBlockSize");
    find(resident_blocks, "cuOccupancyMaxActiveBlocksPerMultiprocessor");
    find(to_device, "cuMemcpyHtoD_v2");
    find(to_host, "cuMemcpyDtoH_v2");
    find(error_text, "cuGetErrorString");
  }
};

const driver_library& driver() {
  static const driver_library library;
  if (!library.launch || !library.load)
    fail<not_available>("[kernel] CUDA's driver (libcuda.so.1) was not found");
  return library;
}

void check_driver(int result, const char* call, const std::string& kernel = "") {
  if (result == 0) return;
  const char* text = "unknown error";
  driver().error_text(result, &text);
  fail<cuda_error>("[", kernel.empty() ? "kernel" : kernel, "] ", call, ": ", text, " (", result, ")");
}

constexpr int attribute_major = 75, attribute_minor = 76;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_*
constexpr int attribute_multiprocessors = 16;              // CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT
constexpr int attribute_resident_threads = 39;  // CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR
constexpr int attribute_dynamic_shared = 8;     // CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
constexpr std::size_t without_opt_in = 48 * 1024;

// Makes the primary context current on this OS thread.
void enter(int device_index) {
  static void* contexts[64] = {};
  int handle = 0;
  void*& context = contexts[device_index % 64];
  if (context == nullptr) {
    check_driver(driver().init(0), "cuInit");
    check_driver(driver().device_get(&handle, device_index), "cuDeviceGet");
    check_driver(driver().retain(&context, handle), "cuDevicePrimaryCtxRetain");
  }
  check_driver(driver().set_current(context), "cuCtxSetCurrent");
}

// Among the last launches, which errors that show up later are told with.
void log([[maybe_unused]] const kernel_function& f, [[maybe_unused]] const launch_plan& p) {
#if defined(NUMLOOM_LAUNCH_LOG)
  cuda_runtime::log_launch({f.handle,
                            {p.grid[0], p.grid[1], p.grid[2]},
                            {p.block[0], p.block[1], p.block[2]},
                            p.shared_bytes,
                            p.stream.handle,
                            p.file,
                            p.line});
#endif
}

class device_module final : public kernel_module {
 public:
  device_module(const device_image& image, int device_index) : device_(device_index) {
    enter(device_);
    check_driver(driver().load(&handle_, image.bytes.c_str()), "cuModuleLoadData");
    for (const lowered_kernel& k : image.kernels) {
      kernel_function f;
      f.name = k.name;
      f.parameters = parse_signature(k.signature);
      void* function = nullptr;
      check_driver(driver().function(&function, handle_, k.symbol.c_str()), "cuModuleGetFunction", k.name);
      f.handle = cuda_runtime::name_kernel(function, k.name);
      ask_sizes(f, function);
      functions_.push_back(std::move(f));
    }
    for (const lowered_field& f : image.fields) add_field(f.structure, f.field);
  }

  void launch(const kernel_function& f, const launch_plan& p, const argument_buffer& arguments) override {
    enter(device_);
    void* function = const_cast<void*>(f.handle);
    allow_shared(f, p.shared_bytes);
    log(f, p);
    if (p.cooperative)
      return check_driver(
          driver().launch_together(function, p.grid[0], p.grid[1], p.grid[2], p.block[0], p.block[1],
                                   p.block[2], static_cast<unsigned>(p.shared_bytes), p.stream.handle,
                                   const_cast<void**>(arguments.addresses())),
          "cuLaunchCooperativeKernel", f.name);
    check_driver(driver().launch(function, p.grid[0], p.grid[1], p.grid[2], p.block[0], p.block[1],
                                 p.block[2], static_cast<unsigned>(p.shared_bytes), p.stream.handle,
                                 const_cast<void**>(arguments.addresses()), nullptr),
                 "cuLaunchKernel", f.name);
  }

  std::string hardware() override {
    enter(device_);
    int handle = 0, numbers[3] = {};
    char name[256] = {};
    check_driver(driver().device_get(&handle, device_), "cuDeviceGet");
    check_driver(driver().name(name, sizeof name, handle), "cuDeviceGetName");
    const int which[] = {attribute_major, attribute_minor, attribute_multiprocessors};
    for (int i = 0; i < 3; ++i)
      check_driver(driver().attribute(&numbers[i], which[i], handle), "cuDeviceGetAttribute");
    return as_text(name, ", sm_", numbers[0], numbers[1], ", ", numbers[2], " multiprocessors");
  }

  kernel_attributes attributes(const kernel_function& f) override {
    enter(device_);
    kernel_attributes a;
    // In the order of CUfunction_attribute, which the structure follows.
    int* const places[] = {&a.max_threads_per_block,
                           &a.shared_size_bytes,
                           &a.const_size_bytes,
                           &a.local_size_bytes,
                           &a.num_regs,
                           &a.ptx_version,
                           &a.binary_version,
                           &a.cache_mode_ca,
                           &a.max_dynamic_shared_size_bytes,
                           &a.preferred_shared_memory_carveout};
    for (int i = 0; i < 10; ++i)
      check_driver(driver().get_attribute(places[i], i, const_cast<void*>(f.handle)), "cuFuncGetAttribute",
                   f.name);
    return a;
  }

  bool allow_dynamic_shared(const kernel_function& f, std::int64_t bytes) override {
    enter(device_);
    return bytes <= INT32_MAX && driver().set_attribute(const_cast<void*>(f.handle), attribute_dynamic_shared,
                                                        static_cast<int>(bytes)) == 0;
  }

  int best_block(const kernel_function& f, std::size_t shared_bytes) override {
    enter(device_);
    allow_shared(f, shared_bytes);
    int blocks = 0, threads = 0;
    check_driver(
        driver().best_block(&blocks, &threads, const_cast<void*>(f.handle), nullptr, shared_bytes, 0),
        "cuOccupancyMaxPotentialBlockSize", f.name);
    return threads;
  }
  std::int64_t resident_blocks(const kernel_function& f, int threads, std::size_t shared_bytes) override {
    return std::int64_t{blocks_of_multiprocessor(f, threads, shared_bytes)} *
           attribute(attribute_multiprocessors);
  }
  double occupancy(const kernel_function& f, int threads, std::size_t shared_bytes) override {
    return static_cast<double>(blocks_of_multiprocessor(f, threads, shared_bytes)) * threads /
           attribute(attribute_resident_threads);
  }

  global_variable find_global(const std::string& name) override {
    enter(device_);
    driver_library::address address = 0;
    std::size_t bytes = 0;
    if (driver().global(&address, &bytes, handle_, name.c_str()) != 0) return {};
    return {reinterpret_cast<void*>(address), bytes};
  }
  void write_global(const global_variable& v, const void* bytes) override {
    enter(device_);
    check_driver(driver().to_device(reinterpret_cast<driver_library::address>(v.address), bytes, v.bytes),
                 "cuMemcpyHtoD");
  }
  void read_global(const global_variable& v, void* bytes) override {
    enter(device_);
    check_driver(driver().to_host(bytes, reinterpret_cast<driver_library::address>(v.address), v.bytes),
                 "cuMemcpyDtoH");
  }

 private:
  int attribute(int which) const {
    int handle = 0, value = 0;
    check_driver(driver().device_get(&handle, device_), "cuDeviceGet");
    check_driver(driver().attribute(&value, which, handle), "cuDeviceGetAttribute");
    return value;
  }
  int blocks_of_multiprocessor(const kernel_function& f, int threads, std::size_t shared_bytes) const {
    enter(device_);
    allow_shared(f, shared_bytes);
    int blocks = 0;
    check_driver(driver().resident_blocks(&blocks, const_cast<void*>(f.handle), threads, shared_bytes),
                 "cuOccupancyMaxActiveBlocksPerMultiprocessor", f.name);
    return blocks;
  }
  void allow_shared(const kernel_function& f, std::size_t bytes) const {
    if (bytes <= without_opt_in) return;
    check_driver(driver().set_attribute(const_cast<void*>(f.handle), attribute_dynamic_shared,
                                        static_cast<int>(bytes)),
                 "cuFuncSetAttribute", f.name);
  }
  // Of structures the signature says only the name.
  static void ask_sizes(kernel_function& f, void* function) {
    for (std::size_t i = 0; i < f.parameters.size() && driver().parameter != nullptr; ++i) {
      std::size_t offset = 0, bytes = 0;
      if (driver().parameter(function, i, &offset, &bytes) != 0) return;
      if (f.parameters[i].kind != parameter_kind::structure) continue;
      f.parameters[i].bytes = static_cast<unsigned>(bytes);
      f.parameters[i].alignment = 16;
    }
  }

  int device_;
  void* handle_ = nullptr;
};

}  // namespace

device_image compile_for_gpu(const compile_job& job, int device_index) {
  enter(device_index);
  int handle = 0, major = 0, minor = 0;
  check_driver(driver().device_get(&handle, device_index), "cuDeviceGet");
  check_driver(driver().attribute(&major, attribute_major, handle), "cuDeviceGetAttribute");
  check_driver(driver().attribute(&minor, attribute_minor, handle), "cuDeviceGetAttribute");
  const int architecture = 10 * major + minor;
  const int newest = newest_architecture();
  const bool known = newest == 0 || architecture <= newest;
  return compile_for_device(job, as_text(known ? "sm_" : "compute_", known ? architecture : newest));
}

std::shared_ptr<kernel_module> load_device_module(const device_image& image, int device_index) {
  return std::make_shared<device_module>(image, device_index);
}

}  // namespace numloom::kernel_detail
