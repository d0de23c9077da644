// SPDX-License-Identifier: BSD-3-Clause
/// The kernels for matrices and sorting of the instruction-set level in use.
#pragma once

#include "cpu/isa/dense.hpp"

namespace numloom::cpu_host {

const dense_tables& dense() noexcept;

}  // namespace numloom::cpu_host
