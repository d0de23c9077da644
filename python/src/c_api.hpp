// SPDX-License-Identifier: BSD-3-Clause
/// The capsule _C_API (numloom/c_api.h), for extensions of any compiler and binding.
#pragma once

#include "object.hpp"

namespace numloom::python {

void add_c_api(PyObject* module);

}  // namespace numloom::python
