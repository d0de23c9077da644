// SPDX-License-Identifier: BSD-3-Clause
/// What the operations on random numbers share.
#pragma once

#include "core/random_state.hpp"
#include "numloom/ndarray.hpp"
#include "numloom/random.hpp"

namespace numloom::random {

/// A call that fills the whole array.
random_call call_for(distribution kind, stream_state& generator, const ndarray& out);
/// Runs it where the array is; on the CPU, to be brought there, if the generator is one of the host's.
void run(random_call call, const ndarray& out);
/// Runs it on the CPU, where all of the call's data is, unless there is nothing to do.
void walk(const random_call& call);
/// A parameter as a number. Throws type_error for a complex one.
double real_number(std::string_view operation, const scalar& s);

}  // namespace numloom::random
