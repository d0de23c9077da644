// SPDX-License-Identifier: BSD-3-Clause
#include "cpu/dense.hpp"

#include <string_view>

#include "cpu/loops.hpp"

namespace numloom {

// clang-format off
#define NL_LEVEL(space, name, supported) \
  namespace space { void fill_matmul(cpu_host::dense_tables&), fill_sort(cpu_host::dense_tables&), \
                         fill_random(cpu_host::dense_tables&), fill_correlate(cpu_host::dense_tables&), \
                         fill_small_matrices(cpu_host::dense_tables&); }
// clang-format on
#include "cpu/levels.def"

namespace cpu_host {

const dense_tables& dense() noexcept {
  static const dense_tables chosen = [] {
    dense_tables tables{};
    const std::string_view level = cpu_level();
#define NL_LEVEL(space, name, supported)                                              \
  if (level == name)                                                                  \
    space::fill_matmul(tables), space::fill_sort(tables), space::fill_random(tables), \
        space::fill_correlate(tables), space::fill_small_matrices(tables);
#include "cpu/levels.def"
    return tables;
  }();
  return chosen;
}

}  // namespace cpu_host
}  // namespace numloom
