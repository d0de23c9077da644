// SPDX-License-Identifier: BSD-3-Clause
// Every functor that ufuncs.def names.
#pragma once
#include "arithmetic.hpp"
#include "bitwise.hpp"
#include "comparison.hpp"
#include "complex.hpp"
#include "division.hpp"
#include "exponential.hpp"
#include "floating.hpp"
#include "hyperbolic.hpp"
#include "logical.hpp"
#include "power.hpp"
#include "rounding.hpp"
#include "trigonometric.hpp"
