// SPDX-License-Identifier: BSD-3-Clause
/// A compiled kernel string, loaded: its kernels, and how to start them. Two kinds: the host's compiler and
/// the simulator, or NVRTC and the driver.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernel/signature.hpp"
#include "numloom/kernel.hpp"

namespace numloom::kernel_detail {

/// One kernel of a module.
struct kernel_function {
  std::string name;  // "scale<float>"
  std::vector<parameter> parameters;
  const void* handle = nullptr;  // the module's own
};

struct launch_plan {
  std::uint32_t grid[3];
  std::uint32_t block[3];
  std::size_t shared_bytes;
  stream_view stream;
  bool cooperative = false;
  const char* file = "";  // of the call
  int line = 0;
};

struct global_variable {
  void* address = nullptr;
  std::size_t bytes = 0;
  bool in_host_memory = false;  // also on a simulated GPU
};

class argument_buffer;

class kernel_module {
 public:
  virtual ~kernel_module() = default;
  /// One for each name asked for.
  const std::vector<kernel_function>& functions() const { return functions_; }
  /// Queues the kernel; on the CPU runs it.
  virtual void launch(const kernel_function& f, const launch_plan& plan,
                      const argument_buffer& arguments) = 0;
  /// A `__constant__` or `__device__` variable; nothing when there is none of that name.
  virtual global_variable find_global(const std::string& name) = 0;
  virtual void write_global(const global_variable& variable, const void* host_bytes) = 0;
  virtual void read_global(const global_variable& variable, void* host_bytes) = 0;
  /// Threads of a block that keep a multiprocessor busiest.
  virtual int best_block(const kernel_function& f, std::size_t shared_bytes) = 0;
  /// Blocks of so many threads that the device runs at a time.
  virtual std::int64_t resident_blocks(const kernel_function& f, int threads, std::size_t shared_bytes) = 0;
  /// The share of the threads a multiprocessor has room for that blocks of so many threads fill.
  virtual double occupancy(const kernel_function& f, int threads, std::size_t shared_bytes) = 0;
  virtual kernel_attributes attributes(const kernel_function& f) = 0;
  /// False where the device has less.
  virtual bool allow_dynamic_shared(const kernel_function& f, std::int64_t bytes) = 0;
  /// What runs it, for measurements that hold for that only.
  virtual std::string hardware() = 0;

 protected:
  /// To all parameters of that structure.
  void add_field(const std::string& structure, const structure_field& field);

  std::vector<kernel_function> functions_;
};

/// What to compile. Messages of the compiler call the source `source_name` and the list of names
/// `names_name`; kernel_state puts the user's own file there.
struct compile_job {
  std::string source;
  std::vector<std::string> names;
  compile_options options;
};
inline constexpr const char* source_name = "<kernel>";
inline constexpr const char* names_name = "<kernel names>";

/// The compiler refused; `log` is all that it said.
struct compiler_refused {
  std::string log;
};

/// By the system's C++ compiler, for the CPU (and the simulated GPU of a build that has one).
std::shared_ptr<kernel_module> compile_for_host(const compile_job& job);

}  // namespace numloom::kernel_detail
