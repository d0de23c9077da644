// SPDX-License-Identifier: BSD-3-Clause
/// Kernels from strings: CUDA C++ in a text, compiled when it is first needed, checked at every call, cached
/// on disk. On a GPU NVRTC compiles it; on the CPU the system's C++ compiler does, against the simulator.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "numloom/foreign.hpp"
#include "numloom/ndarray.hpp"
#include "numloom/stream.hpp"
#include "numloom/tuning.hpp"

namespace numloom {

/// The text of a kernel does not compile (Python: numloom.CompileError).
struct NL_API compile_error : std::runtime_error {
  compile_error(const std::string& text, std::string log_, std::string file_, int line_)
      : std::runtime_error(text), log(std::move(log_)), file(std::move(file_)), line(line_) {}
  std::string log;   ///< all that the compiler said
  std::string file;  ///< of the first error: the user's own file, where the text was found in it
  int line;          ///< of the first error, 0 when it has none
};

/// One, two or three numbers of blocks or threads.
struct extent3 {
  std::int64_t x = 1, y = 1, z = 1;
  constexpr extent3() = default;
  template <class I>
  requires std::is_integral_v<I>
  constexpr extent3(I x_) : x(static_cast<std::int64_t>(x_)) {}
  constexpr extent3(std::int64_t x_, std::int64_t y_, std::int64_t z_ = 1) : x(x_), y(y_), z(z_) {}
};

/// How a kernel is launched: `{.grid = {8, 8}, .block = {16, 16}}`, or `{.size = n}` for as many threads as
/// there are elements (whole blocks, so a kernel still asks `if (i < n)`).
struct launch_config {
  extent3 grid = 0;                    ///< 0: from size
  extent3 block = 0;                   ///< 0: 256 threads
  std::size_t shared_bytes = 0;        ///< dynamic shared memory
  std::optional<std::int64_t> size{};  ///< threads wanted, along x
  std::optional<stream_view> stream{};
  bool best_block = false;   ///< block: what the device's occupancy calculator proposes (256 on the CPU)
  bool cooperative = false;  ///< blocks may wait for each other: cooperative_groups' grid.sync()
  const char* file = __builtin_FILE();  ///< where the call is, for errors that show up later
  int line = __builtin_LINE();
};

/// How often a kernel is run to be timed.
struct timing_options {
  int warmup = 1;   ///< runs before the first that counts
  int repeats = 7;  ///< runs that count
};

struct compile_options {
  std::vector<std::string> options{};                          ///< for the compiler: "-O3", "-DN=4"
  std::vector<std::pair<std::string, std::string>> defines{};  ///< macros and their values
  std::vector<std::pair<std::string, std::string>> headers{};  ///< `#include "name"` -> text
  std::vector<std::string> include_dirs{};                     ///< folders of headers
  std::vector<std::string> names{};  ///< further kernels to compile with it; they share its variables
  std::vector<std::pair<std::string, std::string>>
      templates{};           ///< template parameters by name, others follow
  std::string file{};        ///< the program's file that holds the text, for messages; empty: the caller's
  bool debug = false;        ///< on the CPU: check every access and operation, and say which line was wrong
  bool check = false;        ///< on the CPU: also look for races between threads
  bool cooperative = false;  ///< every launch is cooperative
};

/// A field of a structure, as a kernel or its caller has it.
struct structure_field {
  std::string name;
  std::size_t offset = 0, bytes = 0;
  unsigned kind = 0;  ///< 1: integers, 2: floating-point numbers, 0: something else
};

/// What a kernel does with an array: in(a) lends it a copy; out(a) and in_out(a) the array itself, or a copy
/// that comes back where it lies on another device or is not contiguous. host: an array of the host's that
/// may be const, as a bare NumPy array is.
enum class transfer : std::uint8_t { none, in, out, in_out, host };

/// An array with that; made by in(), out(), in_out(), of arrays and of vectors on the host.
struct transferred {
  ndarray array;
  transfer mode;
};

/// One argument of a kernel on its way there; made implicitly. A view: it is not stored.
class NL_API kernel_argument {
 public:
  enum class kind : std::uint8_t { array, number, bytes, structures, null };
  kernel_argument(const ndarray& a) : kind_(kind::array), pointer_(&a) {}
  kernel_argument(const ndarray& a, numloom::transfer mode) : kernel_argument(a) { transfer_ = mode; }
  kernel_argument(const transferred& t) : kernel_argument(t.array, t.mode) {}
  kernel_argument(std::nullptr_t) : kind_(kind::null) {}
  kernel_argument(const scalar& s) : kind_(kind::number), number_(s) {}
  template <class T>
  requires(std::is_convertible_v<const T&, const ndarray&>) kernel_argument(const T& a)
      : kernel_argument(static_cast<const ndarray&>(a)) {}
  template <class T>
  requires(std::is_arithmetic_v<T> || std::is_same_v<T, std::complex<float>> ||
           std::is_same_v<T, std::complex<double>> || std::is_same_v<T, float16>) kernel_argument(T value)
      : kind_(kind::number), number_(value) {}
  /// A structure by value: the kernel's own must have the same size.
  template <class T>
  requires(std::is_class_v<T>&& std::is_trivially_copyable_v<T> &&
           !std::is_convertible_v<const T&, const ndarray&> && !std::is_constructible_v<scalar, T>)
      kernel_argument(const T& value)
      : kind_(kind::bytes), pointer_(&value), bytes_(sizeof(T)) {}

  /// Memory of `count` structures of `itemsize` bytes, for a pointer; on the CPU. (Arrays hold numbers only.)
  static kernel_argument structures(void* data, std::size_t itemsize, std::size_t count, bool writeable,
                                    std::span<const structure_field> fields = {}) {
    kernel_argument a(nullptr);
    a.kind_ = kind::structures;
    a.pointer_ = data;
    a.bytes_ = itemsize;
    a.count_ = count;
    a.number_ = scalar(writeable);
    a.fields_ = fields;
    return a;
  }
  /// A structure by value, whose type is not known here.
  static kernel_argument value(const void* data, std::size_t bytes,
                               std::span<const structure_field> fields = {}) {
    kernel_argument a(nullptr);
    a.kind_ = kind::bytes;
    a.pointer_ = data;
    a.bytes_ = bytes;
    a.fields_ = fields;
    return a;
  }

  kind type() const noexcept { return kind_; }
  numloom::transfer transfer() const noexcept { return transfer_; }
  const ndarray& array() const noexcept { return *static_cast<const ndarray*>(pointer_); }
  const scalar& number() const noexcept { return number_; }
  const void* data() const noexcept { return pointer_; }
  std::size_t bytes() const noexcept { return bytes_; }
  std::size_t count() const noexcept { return count_; }
  /// Of structures: what their fields are, if the caller knows.
  std::span<const structure_field> fields() const noexcept { return fields_; }

 private:
  kind kind_;
  numloom::transfer transfer_ = numloom::transfer::none;
  const void* pointer_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t count_ = 0;
  std::span<const structure_field> fields_{};
  scalar number_{false};
};

inline transferred in(const ndarray& a) { return {a, transfer::in}; }
inline transferred out(const ndarray& a) { return {a, transfer::out}; }
inline transferred in_out(const ndarray& a) { return {a, transfer::in_out}; }
/// Memory of the host, which must outlive the call: std::vector, std::array, std::span.
template <class Range>
concept host_memory = requires(Range& r) {
  {std::span(r).data()};
  requires element<std::remove_const_t<typename decltype(std::span(r))::element_type>>;
};
namespace kernel_detail {
template <class T, std::size_t N> ndarray over(std::span<T, N> memory) {
  void* data = const_cast<std::remove_const_t<T>*>(memory.data());
  const auto nothing = [](void*) noexcept {};
  return adopt_array(data, dtype_of<std::remove_const_t<T>>, {static_cast<std::int64_t>(memory.size())},
                     {sizeof(T)}, cpu, nullptr, nothing, !std::is_const_v<T>);
}
}  // namespace kernel_detail
template <host_memory Range> transferred in(const Range& r) {
  return {kernel_detail::over(std::span(r)), transfer::in};
}
template <host_memory Range> transferred out(Range& r) {
  return {kernel_detail::over(std::span(r)), transfer::out};
}
template <host_memory Range> transferred in_out(Range& r) {
  return {kernel_detail::over(std::span(r)), transfer::in_out};
}

/// What the compiler and the driver know of a compiled kernel. On the CPU limits are the simulator's, and
/// what only hardware has (registers, versions, memory that the compiler allots) is 0.
struct kernel_attributes {
  int max_threads_per_block = 0;
  int shared_size_bytes = 0, const_size_bytes = 0, local_size_bytes = 0;
  int num_regs = 0;
  int ptx_version = 0, binary_version = 0;
  int cache_mode_ca = 0;
  int max_dynamic_shared_size_bytes = 0;
  int preferred_shared_memory_carveout = -1;
};

namespace kernel_detail {
class kernel_state;
class tuner;
}  // namespace kernel_detail

/// What a call takes one by one (a span of arguments comes as a whole).
template <class T>
concept passable = std::is_constructible_v<kernel_argument, const T&> &&
    !std::is_convertible_v<const T&, std::span<const kernel_argument>>;

/// A kernel from a string. Compiled at the first call (or by compile()); a cheap handle.
///
///     numloom::kernel saxpy(source, "saxpy");
///     saxpy({.size = n}, 2.0f, x, y, n);
class NL_API kernel {
 public:
  /// `name`: of a `__global__` function of the source, or a name expression ("scale<float>").
  explicit kernel(std::string source, std::string name, compile_options options = {},
                  const char* callers_file = __builtin_FILE());
  /// A kernel of several variants, of which the fastest runs: measured at the first call with arguments of a
  /// new kind. A call leaves to the tuning what its launch_config does not say: `k({}, 2.0, x, y, n)`.
  kernel(std::string source, const std::string& name, tuning_options tuning, compile_options options = {},
         const char* callers_file = __builtin_FILE());

  /// Launches. Throws type_error, overflow_error and value_error for arguments that the kernel does not take
  /// (before anything runs), compile_error, and cuda_error for what goes wrong while it runs.
  template <class... Arguments>
  void operator()(const launch_config& config, const Arguments&... arguments) const {
    const std::initializer_list<kernel_argument> list{kernel_argument(arguments)...};
    launch(config, {list.begin(), list.size()});
  }
  void launch(const launch_config& config, std::span<const kernel_argument> arguments) const;

  /// Launches and waits, again and again: the seconds of each run that counts. Events on a GPU, the clock on
  /// the CPU. Arrays that the kernel changes change with every run.
  template <class... Arguments>
  requires(passable<Arguments>&&...) std::vector<double> time(const launch_config& config,
                                                              const Arguments&... arguments)
  const {
    const std::initializer_list<kernel_argument> list{kernel_argument(arguments)...};
    return time(config, std::span<const kernel_argument>(list.begin(), list.size()), {});
  }
  std::vector<double> time(const launch_config& config, std::span<const kernel_argument> arguments,
                           const timing_options& options) const;
  /// For each argument: may the kernel write to it? (A pointer or view to what is not const.)
  template <class... Arguments>
  requires(passable<Arguments>&&...) std::vector<bool> writes(const Arguments&... arguments)
  const {
    const std::initializer_list<kernel_argument> list{kernel_argument(arguments)...};
    return writes(std::span<const kernel_argument>(list.begin(), list.size()));
  }
  std::vector<bool> writes(std::span<const kernel_argument> arguments) const;
  /// The block that the device's occupancy calculator proposes; 256 threads on the CPU.
  int best_block(std::size_t shared_bytes = 0) const;
  /// The share of a multiprocessor's threads that blocks of so many keep busy, 0 to 1; 1 on the CPU, where
  /// one block runs after another.
  double occupancy(int threads, std::size_t shared_bytes = 0) const;
  /// The largest grid of a cooperative launch with such blocks.
  std::int64_t max_cooperative_blocks(int threads, std::size_t shared_bytes = 0) const;

  kernel_attributes attributes() const;
  /// Dynamic shared memory that a launch may ask for, as CuPy's programs set it; launches raise it
  /// themselves. Throws value_error beyond the device's limit.
  void set_max_dynamic_shared_size_bytes(std::int64_t bytes) const;
  /// "NVIDIA H200, sm_90, 132 multiprocessors", or the processor: what measurements of this kernel hold for.
  std::string hardware(std::span<const kernel_argument> arguments) const;

  /// The instance of a template with these arguments: k["float, 16"].
  kernel operator[](const std::string& template_arguments) const;
  /// Another kernel of the same text. Where both names are in options.names they share their variables.
  kernel sibling(const std::string& name) const;
  /// Compiles for a device (default: the current one) unless that has been done.
  void compile(std::optional<device> where = {}) const;
  /// Compiles for GPUs, this machine's or others ("sm_80", "sm_90"; none: all that NVRTC knows), and leaves
  /// the images in the cache, where a program finds them that runs with the same NVRTC. Needs neither GPU nor
  /// driver.
  void compile_for(std::vector<std::string> architectures = {}) const;
  /// NVRTC's image for an architecture ("sm_90": a cubin; "compute_90": PTX). Needs neither GPU nor driver.
  std::string device_image(const std::string& architecture) const;
  /// Copies an array into a `__constant__` or `__device__` variable of the source.
  void set_constant(const std::string& variable, const ndarray& values) const;
  /// The dtype of its elements, as the source declares it; nothing for structures and vectors.
  std::optional<dtype> constant_dtype(const std::string& variable) const;

  /// The bytes of such a variable, as an array of uint8 over its memory.
  ndarray get_global(const std::string& variable) const;

  // Of a tuned kernel; other kernels throw type_error.
  bool is_tuned() const { return tuner_ != nullptr; }
  /// Every choice of values that `where` leaves, the first one first.
  const std::vector<tuning_config>& configs() const;
  /// The kernel with these values; the first choice for none.
  kernel variant(const tuning_config& config = {}) const;
  /// The choice that a call with these arguments launches, measured now if need be.
  template <class... Arguments>
  requires(passable<Arguments>&&...) tuning_config
      best_config(const launch_config& config, const Arguments&... arguments)
  const {
    const std::initializer_list<kernel_argument> list{kernel_argument(arguments)...};
    return best_config(config, std::span<const kernel_argument>(list.begin(), list.size()));
  }
  tuning_config best_config(const launch_config& config, std::span<const kernel_argument> arguments) const;
  /// What was measured in this process, as tables: fastest first, then what was left out and why.
  std::string tuning_report() const;
  /// Runs every variant on the same arguments and compares their results; how many there are. Throws
  /// value_error for the first that computes something else. Arrays hold what they held before.
  template <class... Arguments>
  requires(passable<Arguments>&&...) int check_configs(const launch_config& config,
                                                       const Arguments&... arguments) const {
    const std::initializer_list<kernel_argument> list{kernel_argument(arguments)...};
    return check_configs(config, std::span<const kernel_argument>(list.begin(), list.size()));
  }
  int check_configs(const launch_config& config, std::span<const kernel_argument> arguments) const;
  /// Writes all that is known of this kernel to a file, to ship it: tuning_options::tuning.
  void save_tuning(const std::string& path) const;

  const std::string& name() const;
  const std::string& source() const;
  /// "scale<float>(float const* x, float* y, int n)"; compiles if it must.
  std::string signature() const;

  explicit kernel(std::shared_ptr<kernel_detail::kernel_state> state);
  kernel_detail::kernel_state& state() const { return *state_; }

 private:
  kernel_detail::tuner& tuner() const;
  std::shared_ptr<kernel_detail::kernel_state> state_;
  std::shared_ptr<kernel_detail::tuner> tuner_{};
};

/// A kernel as a text declares it: names of its template parameters and of its parameters.
struct kernel_outline {
  std::string name;
  std::vector<std::string> templates, parameters;
};
NL_API std::vector<kernel_outline> kernel_outlines(const std::string& source);
/// C++ text for the system's compiler. Messages speak of lines of `text`, or of `file` where it stands in it.
struct shared_object_source {
  std::string text;
  std::string before{}, after{};       ///< what is compiled around it
  std::vector<std::string> options{};  ///< for the compiler
  std::vector<std::string>
      include_dirs{};                    ///< folders of headers; those that are included are part of the key
  std::vector<std::string> libraries{};  ///< paths to link with
  std::string file{};
};
/// The path of the shared object, made now or found in the cache of compiled kernels. Throws compile_error,
/// and not_available where there is no compiler.
NL_API std::string compile_shared_object(const shared_object_source& source);

/// The names of the kernels that a text declares, templates left out.
NL_API std::vector<std::string> find_kernel_names(const std::string& source);

/// The cache of compiled kernels: where it is, what it holds, and how this process has used it.
struct kernel_cache_state {
  std::string folder;
  std::uint64_t files = 0, bytes = 0, limit = 0;
  std::uint64_t hits = 0, misses = 0;
};
NL_API kernel_cache_state kernel_cache_info();
/// Removes all compiled kernels from the disk; loaded ones stay.
NL_API void clear_kernel_cache();

}  // namespace numloom
