// SPDX-License-Identifier: BSD-3-Clause
// Kernels compiled by the host's compiler, run by the simulator.
#include "kernel/host_module.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "kernel/access_check.hpp"
#include "kernel/cache.hpp"
#include "numloom/error.hpp"
#include "prelude/module_abi.hpp"
#include "sim/cooperative.hpp"
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
  engine.grid_barrier = &simt::grid_barrier;
  engine.shared_variable = &simt::shared_variable;
  engine.dynamic_shared = &simt::dynamic_shared;
  engine.give_way_if_spinning = &simt::give_way_if_spinning;
  engine.give_way = &simt::give_way;
  engine.memory_fence = &simt::memory_fence;
  engine.trap = &simt::trap;
  engine.assert_failed = &simt::assert_failed;
  engine.checked_access = [](const void* address, std::size_t bytes, int kind, const void* code) {
    if (access_check* check = access_check::current())
      check->touch(address, bytes, static_cast<access_check::kind>(kind), code);
  };
  engine.undefined_behaviour = [](const char* what, const char* file, int line) {
    simt::fail_thread(simt::error_launch_failure, [&] { return as_text(what, " at ", file, ":", line); });
  };
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
                                     plan.file,
                                     plan.line};
  cuda_runtime::log_launch(record);
  auto queued = std::make_unique<queued_kernel>(f, row, addresses);
  const auto enqueue = plan.cooperative ? &simt::enqueue_cooperative : &simt::enqueue;
  enqueue(record, std::move(queued));
  cuda_runtime::synchronize_if_debugging(record);
}
#endif

class host_module final : public kernel_module {
 public:
  host_module(void* handle, const std::string& path, const compile_job& job)
      : handle_(handle), path_(path), options_(job.options) {
    const auto attach = reinterpret_cast<simt::attach_function>(dlsym(handle, "numloom_kernel_attach"));
    static const simt::engine_table engine = make_engine();
    unsigned count = 0;
    const simt::kernel_row* rows = attach(&engine, &count);
    for (unsigned i = 0; i < count; ++i) functions_.push_back(function_of(rows[i], job.names[i]));
    const auto list_fields = reinterpret_cast<simt::fields_function>(dlsym(handle, "numloom_kernel_fields"));
    const simt::field_row* fields = list_fields(&count);
    for (unsigned i = 0; i < count; ++i)
      add_field(fields[i].structure,
                {fields[i].name, fields[i].offset, fields[i].bytes, static_cast<unsigned>(fields[i].kind)});
    if (options_.debug || options_.check) find_own_memory(rows);
  }
  // Never closed: a thread may still be inside, and text of errors may point there.

  void launch(const kernel_function& f, const launch_plan& plan, const argument_buffer& arguments) override {
    const auto* row = static_cast<const simt::kernel_row*>(f.handle);
#if defined(NUMLOOM_SIM_BUILD)
    if (!plan.stream.device.is_cpu()) return queue_launch(f, *row, plan, arguments.addresses());
#endif
    simt::grid_launch launch;
    launch.kernel = row->address;
    launch.invoke = row->invoke;
    launch.closure = arguments.addresses();
    launch.grid = dim3(plan.grid[0], plan.grid[1], plan.grid[2]);
    launch.block = dim3(plan.block[0], plan.block[1], plan.block[2]);
    launch.dynamic_bytes = plan.shared_bytes;
    launch.opt_in = plan.shared_bytes > simt::default_shared_bytes;
    refuse_checked_cooperation(f, plan);
    const std::lock_guard lock(running_);  // its variables are shared by all threads that launch
    try {
      std::optional<access_check> check;
      if (!own_.empty()) check.emplace(f, arguments, own_, options_.check);
      plan.cooperative ? simt::run_cooperative(launch) : simt::run_grid(launch);
    } catch (const simt::kernel_error& e) {
      refuse(e);
    }
    std::fflush(stdout);
  }

  std::string hardware() override {
    static const std::string name = [] {
      std::ifstream file("/proc/cpuinfo");
      for (std::string line; std::getline(file, line);) {
        if (line.rfind("model name", 0) == 0) return "CPU" + line.substr(line.find(':') + 1);
      }
      return std::string("CPU");
    }();
    return name;
  }

  kernel_attributes attributes(const kernel_function& f) override {
    kernel_attributes a;
    a.max_threads_per_block = 1024;
    const auto set = dynamic_shared_.find(f.handle);
    a.max_dynamic_shared_size_bytes = set != dynamic_shared_.end() ? set->second : simt::default_shared_bytes;
    return a;
  }
  bool allow_dynamic_shared(const kernel_function& f, std::int64_t bytes) override {
    if (bytes > static_cast<std::int64_t>(simt::opt_in_shared_bytes)) return false;
    dynamic_shared_[f.handle] = static_cast<int>(bytes);
    return true;
  }

  // A block of any size keeps a simulated multiprocessor as busy as another.
  int best_block(const kernel_function&, std::size_t) override { return 256; }
  std::int64_t resident_blocks(const kernel_function&, int, std::size_t) override {
    return simt::max_cooperative_blocks;
  }
  double occupancy(const kernel_function&, int, std::size_t) override { return 1; }

  global_variable find_global(const std::string& name) override {
    void* address = dlsym(handle_, name.c_str());
    if (address == nullptr) return {};
    Dl_info info{};
    ElfW(Sym)* symbol = nullptr;
    dladdr1(address, &info, reinterpret_cast<void**>(&symbol), RTLD_DL_SYMENT);
    const bool variable = symbol != nullptr && (symbol->st_info & 0xf) == STT_OBJECT;
    return variable ? global_variable{address, symbol->st_size, true} : global_variable{};
  }
  void write_global(const global_variable& v, const void* bytes) override {
    std::memcpy(v.address, bytes, v.bytes);
  }
  void read_global(const global_variable& v, void* bytes) override { std::memcpy(bytes, v.address, v.bytes); }

 private:
  void refuse_checked_cooperation(const kernel_function& f, const launch_plan& plan) const {
    const bool one = plan.grid[0] == 1 && plan.grid[1] == 1 && plan.grid[2] == 1;
    if (plan.cooperative && !one && !own_.empty())
      fail<not_available>("[", f.name, "] debug and check do not follow blocks that wait for each other: ",
                          "expected a grid of one block, got (", plan.grid[0], ", ", plan.grid[1], ", ",
                          plan.grid[2], ")");
  }
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

  // The module's variables and constants, and where its code begins.
  void find_own_memory(const simt::kernel_row* rows) {
    Dl_info info{};
    link_map* map = nullptr;
    dladdr1(rows[0].address, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP);
    base_ = map->l_addr;
    const auto collect = [](dl_phdr_info* loaded, std::size_t, void* self) {
      auto& module = *static_cast<host_module*>(self);
      if (loaded->dlpi_addr != module.base_) return 0;
      for (int i = 0; i < loaded->dlpi_phnum; ++i) {
        const auto& part = loaded->dlpi_phdr[i];
        if (part.p_type != PT_LOAD) continue;
        const char* begin = reinterpret_cast<const char*>(loaded->dlpi_addr + part.p_vaddr);
        module.own_.push_back({begin, part.p_memsz, true, 0});
      }
      return 1;
    };
    dl_iterate_phdr(collect, this);
  }

  [[noreturn]] void refuse(const simt::kernel_error& e) const {
    const std::string text = put_lines(e.what(), path_, base_);
    if (e.code() == simt::error_invalid_configuration || e.code() == simt::error_invalid_value) {
      throw value_error(text);
    }
    throw cuda_error(text);
  }

  void* handle_;
  std::string path_;
  compile_options options_;
  std::map<const void*, int> dynamic_shared_;  // what somebody has set
  std::uintptr_t base_ = 0;
  std::vector<memory_range> own_;  // where accesses are checked
  std::mutex running_;
};

}  // namespace

std::shared_ptr<kernel_module> load_host_module(const std::string& path, const compile_job& job) {
  return std::make_shared<host_module>(open_apart(path), path, job);
}

}  // namespace numloom::kernel_detail
