// SPDX-License-Identifier: BSD-3-Clause
/// Ufuncs of single numbers on the host, where making arrays would cost more than the operation.
#pragma once

#include "numloom/ufuncs.hpp"

namespace numloom {

/// One number on the host, in the bytes of its dtype.
struct host_number {
  numloom::dtype dtype;
  alignas(16) unsigned char bytes[16];
};

/// f of one number (b null) or two: the value and dtype that call() gives of 0-d arrays. False, with nothing
/// done, where f has rules or outputs of its own. Leaves its errors in float_errors.
NL_API bool call_on_numbers(ufunc f, const host_number& a, const host_number* b, host_number& result);

}  // namespace numloom
