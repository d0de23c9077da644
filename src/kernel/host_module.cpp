// SPDX-License-Identifier: BSD-3-Clause
// Kernels compiled by the host's compiler, run by the simulator.
#include "kernel/host_module.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <mutex>
#include <set>

#include "kernel/cache.hpp"
#include "numloom/error.hpp"
#include "prelude/module_abi.hpp"
#include "sim/device_warp.hpp"
#include "sim/run_grid.hpp"
#if defined(NUMLOOM_SIM_BUILD)
#include "sim/launch_queue.hpp"
#endif

namespace numloom::kernel_detail {
namespace {

// What a kernel calls. The functions are the simulator's own; the table is the same for all modules.
simt::engine_table make_engine() {
  simt::engine_table engine{};
  const char* here = static_cast<const char*>(__builtin_thread_pointer());
  engine.current_thread_offset = reinterpret_cast<const char*>(&simt::current_thread) - here;
  engine.block_barrier = &simt::block_barrier;
  engine.warp_exchange = &simt::warp_exchange;
  engine.active_mask = &simt::active_mask;
  engine.shared_variable = &simt::shared_variable;
  engine.dynamic_shared = &simt::dynamic_shared;
  engine.give_way_if_spinning = &simt::give_way_if_spinning;
  engine.give_way = &simt::give_way;
  engine.memory_fence = &simt::memory_fence;
  engine.trap = &simt::trap;
  engine.assert_failed = &simt::assert_failed;
  return engine;
}

// The loader gives the same module for the same file, so a second one is loaded from a copy in memory.
void* open_apart(const std::string& path) {
  static std::mutex mutex;
  static std::set<std::string> loaded;
  const std::lock_guard lock(mutex);
  if (loaded.insert(path).second) {
    if (void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return handle;
  }
  const std::string bytes = read_cached(path);
  const int file = memfd_create("numloom-kernel", MFD_CLOEXEC);
  if (file < 0 || write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    fail<io_error>("[kernel] cannot copy ", path, " to memory");
  }
  const std::string copy = "/proc/self/fd/" + std::to_string(file);
  void* handle = dlopen(copy.c_str(), RTLD_NOW | RTLD_LOCAL);
  const char* problem = handle == nullptr ? dlerror() : nullptr;
  if (handle != nullptr) return handle;  // the descriptor stays: its number is the module's name
  close(file);
  fail<not_available>("[kernel] cannot load ", path, ": ", problem);
}

#if defined(NUMLOOM_SIM_BUILD)
// A launch on a simulated GPU waits in its stream, with copies of its arguments.
class queued_kernel final : public simt::bound_kernel {
 public:
  queued_kernel(const kernel_function& f, const simt::kernel_row& row, const void* const* addresses)
      : invoke_(row.invoke) {
    for (unsigned i = 0; i < f.parameters.size(); ++i) {
      const parameter& p = f.parameters[i];
      auto& copy = values_.emplace_back(std::make_unique<value>());
      std::memcpy(copy->bytes, addresses[i], p.bytes);
      addresses_.push_back(copy->bytes);
      if (p.kind != parameter_kind::pointer && p.kind != parameter_kind::view) continue;
      void* pointer = nullptr;
      std::memcpy(&pointer, copy->bytes, sizeof pointer);
      pointers_.push_back({i, pointer});
    }
  }
  void call() const override { invoke_(addresses_.data()); }

 private:
  struct value {
    alignas(16) unsigned char bytes[4096];
  };
  void (*invoke_)(const void*);
  std::vector<std::unique_ptr<value>> values_;
  std::vector<const void*> addresses_;
};

void queue_launch(const kernel_function& f, const simt::kernel_row& row, const launch_plan& plan,
                  const void* const* addresses) {
  cuda_runtime::launch_record record{row.address,
                                     {plan.grid[0], plan.grid[1], plan.grid[2]},
                                     {plan.block[0], plan.block[1], plan.block[2]},
                                     plan.shared_bytes,
                                     plan.stream.handle,
                                     "",
                                     0};
  cuda_runtime::log_launch(record);
  simt::enqueue(record, std::make_unique<queued_kernel>(f, row, addresses));
  cuda_runtime::synchronize_if_debugging(record);
}
#endif

class host_module final : public kernel_module {
 public:
  host_module(void* handle, const std::vector<std::string>& names) : handle_(handle) {
    const auto attach = reinterpret_cast<simt::attach_function>(dlsym(handle, "numloom_kernel_attach"));
    static const simt::engine_table engine = make_engine();
    unsigned count = 0;
    const simt::kernel_row* rows = attach(&engine, &count);
    for (unsigned i = 0; i < count; ++i) functions_.push_back(function_of(rows[i], names[i]));
  }
  // Never closed: a thread may still be inside, and text of errors may point there.

  void launch(const kernel_function& f, const launch_plan& plan, const void* const* addresses) override {
    const auto* row = static_cast<const simt::kernel_row*>(f.handle);
#if defined(NUMLOOM_SIM_BUILD)
    if (!plan.stream.device.is_cpu()) return queue_launch(f, *row, plan, addresses);
#endif
    simt::grid_launch launch;
    launch.kernel = row->address;
    launch.invoke = row->invoke;
    launch.closure = addresses;
    launch.grid = dim3(plan.grid[0], plan.grid[1], plan.grid[2]);
    launch.block = dim3(plan.block[0], plan.block[1], plan.block[2]);
    launch.dynamic_bytes = plan.shared_bytes;
    launch.opt_in = plan.shared_bytes > simt::default_shared_bytes;
    const std::lock_guard lock(running_);  // its variables are shared by all threads that launch
    try {
      simt::run_grid(launch);
    } catch (const simt::kernel_error& e) {
      refuse(e);
    }
    std::fflush(stdout);
  }

  global_variable find_global(const std::string& name) override {
    void* address = dlsym(handle_, name.c_str());
    if (address == nullptr) return {};
    Dl_info info{};
    ElfW(Sym)* symbol = nullptr;
    dladdr1(address, &info, reinterpret_cast<void**>(&symbol), RTLD_DL_SYMENT);
    const bool variable = symbol != nullptr && (symbol->st_info & 0xf) == STT_OBJECT;
    return variable ? global_variable{address, symbol->st_size} : global_variable{};
  }
  void write_global(const global_variable& v, const void* bytes) override {
    std::memcpy(v.address, bytes, v.bytes);
  }
  void read_global(const global_variable& v, void* bytes) override { std::memcpy(bytes, v.address, v.bytes); }

 private:
  static kernel_function function_of(const simt::kernel_row& row, const std::string& name) {
    kernel_function f;
    f.name = name;
    f.handle = &row;
    f.parameters = parse_signature(demangle(row.type));
    for (unsigned i = 0; i < row.parameter_count && i < f.parameters.size(); ++i) {
      parameter& p = f.parameters[i];
      p.bytes = row.parameters[i].bytes;
      p.alignment = row.parameters[i].alignment;
      if (p.kind != parameter_kind::pointer) continue;
      p.element_bytes = row.parameters[i].pointee_bytes;
      p.element_alignment = row.parameters[i].pointee_alignment;
    }
    return f;
  }

  [[noreturn]] static void refuse(const simt::kernel_error& e) {
    const std::string text = e.what();
    if (e.code() == simt::error_invalid_configuration || e.code() == simt::error_invalid_value) {
      throw value_error(text);
    }
    throw cuda_error(text);
  }

  void* handle_;
  std::mutex running_;
};

}  // namespace

std::shared_ptr<kernel_module> load_host_module(const std::string& path,
                                                const std::vector<std::string>& names) {
  return std::make_shared<host_module>(open_apart(path), names);
}

}  // namespace numloom::kernel_detail
