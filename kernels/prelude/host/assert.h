// SPDX-License-Identifier: BSD-3-Clause
// A failed assert in a kernel ends the kernel with an error, not the process. Nothing here happens once only:
// <assert.h> is meant to be included again.
#undef assert
#define assert(condition) \
  ((condition) ? void(0) : ::numloom::simt::assert_failed(#condition, __FILE__, __LINE__))
