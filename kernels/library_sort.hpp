// SPDX-License-Identifier: BSD-3-Clause
/// Sorting of one long row of keys by CUB, where the build has it. The simulator does not: there the own
/// radix sort does everything, and it also takes rows side by side.
#pragma once

namespace numloom::kernels {

/// Unsigned keys of 1, 2, 4 or 8 bytes from `keys` to `keys_out`; with positions (0, 1, 2, ... in
/// `positions`) along with them. With no memory it only says how many bytes it needs. Returns false when it
/// failed.
using library_sort_fn = bool (*)(void* memory, unsigned long& bytes, const void* keys, void* keys_out,
                                 const long* positions, long* positions_out, long n, int key_bytes,
                                 void* stream);
/// Null without CUB; set at load time by sort_cub.cu.
extern library_sort_fn library_sort;

}  // namespace numloom::kernels
