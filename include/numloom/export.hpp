// SPDX-License-Identifier: BSD-3-Clause
#pragma once

/// Marks what libnumloom exports; everything else is hidden.
#define NL_API __attribute__((visibility("default")))
