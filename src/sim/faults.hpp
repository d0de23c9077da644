// SPDX-License-Identifier: BSD-3-Clause
#pragma once
#include <stddef.h>

namespace numloom::simt::faults {

// From now on a memory fault, a division by zero or a stack overflow in a kernel ends that kernel with an
// error, and a sanitizer's report is followed by a line that names the kernel and the thread.
void watch_this_os_thread();

// Memory that only kernels may touch: a fault in it from host code is reported in words before the process
// dies. `describe` writes what lies at an address into `text`.
void set_device_range(const void* begin, size_t bytes,
                      void (*describe)(const void* address, char* text, size_t size));

}  // namespace numloom::simt::faults
