// SPDX-License-Identifier: BSD-3-Clause
#pragma once

/// The version, for the preprocessor, CMake and Python: the one place where it is written.
#define NUMLOOM_VERSION "0.1.0"
