// SPDX-License-Identifier: BSD-3-Clause
/// Everything in numloom.
#pragma once

#include "numloom/array.hpp"
#include "numloom/creation.hpp"
#include "numloom/device.hpp"
#include "numloom/dtype.hpp"
#include "numloom/error.hpp"
#include "numloom/fft.hpp"
#include "numloom/indexing.hpp"
#include "numloom/io.hpp"
#include "numloom/linalg.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/memory.hpp"
#include "numloom/ndarray.hpp"
#include "numloom/operators.hpp"
#include "numloom/reductions.hpp"
#include "numloom/sorting.hpp"
#include "numloom/stream.hpp"
#include "numloom/ufunc_functions.hpp"
#include "numloom/ufuncs.hpp"
