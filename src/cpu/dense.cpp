// SPDX-License-Identifier: BSD-3-Clause
#include "cpu/dense.hpp"

#include <string_view>

#include "cpu/loops.hpp"

namespace numloom {

#if defined(__x86_64__)
namespace cpu_v2 {
void fill_matmul(cpu_host::dense_tables&);
void fill_sort(cpu_host::dense_tables&);
void fill_random(cpu_host::dense_tables&);
}  // namespace cpu_v2
namespace cpu_v3 {
void fill_matmul(cpu_host::dense_tables&);
void fill_sort(cpu_host::dense_tables&);
void fill_random(cpu_host::dense_tables&);
}  // namespace cpu_v3
namespace cpu_v4 {
void fill_matmul(cpu_host::dense_tables&);
void fill_sort(cpu_host::dense_tables&);
void fill_random(cpu_host::dense_tables&);
}  // namespace cpu_v4
#else
namespace cpu_base {
void fill_matmul(cpu_host::dense_tables&);
void fill_sort(cpu_host::dense_tables&);
void fill_random(cpu_host::dense_tables&);
}  // namespace cpu_base
#endif

namespace cpu_host {

const dense_tables& dense() noexcept {
  static const dense_tables chosen = [] {
    dense_tables tables{};
#if defined(__x86_64__)
    const char level = std::string_view(cpu_level()).back();
    (level == '4' ? cpu_v4::fill_matmul : level == '3' ? cpu_v3::fill_matmul : cpu_v2::fill_matmul)(tables);
    (level == '4' ? cpu_v4::fill_random : level == '3' ? cpu_v3::fill_random : cpu_v2::fill_random)(tables);
    (level == '4' ? cpu_v4::fill_sort : level == '3' ? cpu_v3::fill_sort : cpu_v2::fill_sort)(tables);
#else
    cpu_base::fill_matmul(tables);
    cpu_base::fill_sort(tables);
    cpu_base::fill_random(tables);
#endif
    return tables;
  }();
  return chosen;
}

}  // namespace cpu_host
}  // namespace numloom
