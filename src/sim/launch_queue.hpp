// SPDX-License-Identifier: BSD-3-Clause
// A kernel with its arguments, waiting in a simulated stream.
#pragma once
#include <memory>
#include <tuple>
#include <type_traits>
#include <vector>

#include "cuda/launch_log.hpp"

namespace numloom::simt {

/// A kernel and copies of its arguments.
class bound_kernel {
 public:
  /// An argument that is a pointer, for the runtime to look at before the kernel runs.
  struct pointer_argument {
    unsigned position;
    const volatile void* address;
  };

  virtual ~bound_kernel() = default;
  /// One thread's run.
  virtual void call() const = 0;
  const std::vector<pointer_argument>& pointers() const { return pointers_; }

 protected:
  std::vector<pointer_argument> pointers_;
};

template <class... Parameters> class bound_kernel_of final : public bound_kernel {
 public:
  bound_kernel_of(void (*kernel)(Parameters...), Parameters... values) : kernel_(kernel), values_(values...) {
    unsigned position = 0;
    (note(position++, values), ...);
  }
  void call() const override { std::apply(kernel_, values_); }

 private:
  template <class T> void note(unsigned position, const T& value) {
    if constexpr (std::is_pointer_v<T>) pointers_.push_back({position, value});
  }

  void (*kernel_)(Parameters...);
  std::tuple<Parameters...> values_;
};

template <class... Parameters>
std::unique_ptr<bound_kernel> bind(void (*kernel)(Parameters...),
                                   std::type_identity_t<Parameters>... values) {
  return std::make_unique<bound_kernel_of<Parameters...>>(kernel, values...);
}

/// Queues the kernel on its stream; it runs when somebody waits. Throws cuda_error for a launch that CUDA
/// refuses.
void enqueue(const cuda_runtime::launch_record& launch, std::unique_ptr<bound_kernel> kernel);

}  // namespace numloom::simt
