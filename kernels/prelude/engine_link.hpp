// SPDX-License-Identifier: BSD-3-Clause
// Inside a shared object made of a kernel's string: the simulator's functions, by way of the table that the
// library hands over, and the rows that describe the kernels.
#pragma once
#include <typeinfo>

#include "device_warp.hpp"
#include "module_abi.hpp"

namespace numloom::simt {

inline engine_table engine;

// The library's thread-local variable is at the same distance from every thread's pointer.
inline __attribute__((always_inline)) thread_record* current_thread_reader::operator->() const {
  const char* base = static_cast<const char*>(__builtin_thread_pointer());
  return *reinterpret_cast<thread_record* const*>(base + engine.current_thread_offset);
}

inline int block_barrier(barrier_kind kind, int predicate, site where) {
  return engine.block_barrier(kind, predicate, where);
}
inline void warp_exchange(warp_op op, unsigned mask, const void* value, void* result, unsigned bytes,
                          unsigned source_lane, site where) {
  engine.warp_exchange(op, mask, value, result, bytes, source_lane, where);
}
inline unsigned active_mask() { return engine.active_mask(); }
inline void grid_barrier(site where) { engine.grid_barrier(where); }
inline void* shared_variable(const void* key, size_t bytes, const char* name, const char* file, int line) {
  return engine.shared_variable(key, bytes, name, file, line);
}
inline void* dynamic_shared() { return engine.dynamic_shared(); }
inline void give_way_if_spinning() { engine.give_way_if_spinning(); }
inline void give_way() { engine.give_way(); }
inline void memory_fence() { engine.memory_fence(); }
[[noreturn]] inline void trap(const char* what, const char* file, int line) {
  engine.trap(what, file, line);
  __builtin_unreachable();
}
[[noreturn]] inline void assert_failed(const char* condition, const char* file, int line) {
  engine.assert_failed(condition, file, line);
  __builtin_unreachable();
}

// `extern __shared__ float s[];` outside functions.
template <class T> struct dynamic_shared_array {
  operator T*() const { return static_cast<T*>(dynamic_shared()); }
};

// ---- rows ----
template <class T> constexpr unsigned bytes_of() {
  if constexpr (std::is_void_v<T> || std::is_function_v<T>) {
    return 0;
  } else if constexpr (requires { sizeof(T); }) {
    return sizeof(T);
  } else {
    return 0;
  }
}
template <class T> constexpr unsigned alignment_of() {
  if constexpr (bytes_of<T>() != 0) {
    return alignof(T);
  } else {
    return 1;
  }
}

template <class P> constexpr parameter_row parameter_row_of() {
  static_assert(std::is_trivially_copyable_v<P>, "a kernel's parameter must be trivially copyable");
  using pointee = std::remove_cv_t<std::remove_pointer_t<P>>;
  return {sizeof(P), alignof(P), std::is_pointer_v<P> ? bytes_of<pointee>() : 0, alignment_of<pointee>()};
}

template <size_t... I> struct positions {};
#if defined(__clang__)
template <class, size_t... I> using positions_of = positions<I...>;
template <size_t N> using positions_below = __make_integer_seq<positions_of, size_t, N>;
#else
template <size_t N> using positions_below = positions<__integer_pack(N)...>;
#endif

template <auto Kernel> struct kernel_rows;
template <class... P, void (*Kernel)(P...)> struct kernel_rows<Kernel> {
  static constexpr parameter_row parameters[] = {parameter_row_of<P>()..., parameter_row{}};

  template <size_t... I> static void call([[maybe_unused]] const void* const* a, positions<I...>) {
    Kernel(*static_cast<const P*>(a[I])...);
  }
  static void invoke(const void* closure) {
    call(static_cast<const void* const*>(closure), positions_below<sizeof...(P)>{});
  }
  static kernel_row row() {
    return {typeid(void (*)(P...)).name(), reinterpret_cast<const void*>(Kernel), &invoke, parameters,
            static_cast<unsigned>(sizeof...(P))};
  }
};

}  // namespace numloom::simt
