// SPDX-License-Identifier: BSD-3-Clause
/// Arrays over memory that somebody else owns, and arrays of ours for other libraries by DLPack.
#pragma once

#include "numloom/ndarray.hpp"

// DLPack's structures, as dlpack.h of version 1 declares them: include it to look inside.
struct DLManagedTensor;
struct DLManagedTensorVersioned;

namespace numloom {

/// Memory that another library cannot be handed, or that it hands and no array of ours can hold (Python:
/// BufferError).
struct NL_API buffer_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An array whose first element is at `first`; strides in bytes, of either sign. `release(owner)` is called
/// once, when the last array over the memory is gone.
NL_API ndarray adopt_array(void* first, dtype type, dims shape, dims strides, device where, void* owner,
                           void (*release)(void*) noexcept, bool writeable = true);

/// The array's memory as a DLPack tensor, which keeps it alive until its `deleter` is called. What the
/// current stream still has to write there must be waited for, or the tensor used on that stream. A
/// read-only array gives a tensor with that flag; `is_copy` sets the flag that nobody else sees the memory.
/// buffer_error where strides are no multiples of the item size.
NL_API DLManagedTensorVersioned* to_dlpack(const ndarray& a, bool is_copy = false);
/// The same in the form before DLPack 1, which has no flags: a read-only array is a buffer_error.
NL_API DLManagedTensor* to_dlpack_unversioned(const ndarray& a);

/// An array over the memory of a DLPack tensor, whose `deleter` is called when the last array over it is
/// gone. Its producer's work must be done, or be on our current stream. buffer_error for memory or types
/// that no array of ours has; the tensor then still is the caller's.
NL_API ndarray from_dlpack(DLManagedTensorVersioned* tensor);
NL_API ndarray from_dlpack(DLManagedTensor* tensor);

}  // namespace numloom
