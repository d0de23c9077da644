// SPDX-License-Identifier: BSD-3-Clause
/// Arrays over memory that somebody else owns.
#pragma once

#include "numloom/ndarray.hpp"

namespace numloom {

/// An array whose first element is at `first`; strides in bytes, of either sign. `release(owner)` is called
/// once, when the last array over the memory is gone.
NL_API ndarray adopt_array(void* first, dtype type, dims shape, dims strides, device where, void* owner,
                           void (*release)(void*) noexcept, bool writeable = true);

}  // namespace numloom
