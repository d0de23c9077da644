// SPDX-License-Identifier: BSD-3-Clause
/// The distributions whose draws depend on each other, so that the stream is walked in order.
#pragma once

#include "core/random_state.hpp"

namespace numloom::cpu_host {

/// integers_each, permutation, shuffle, sample, sampled.
void walk_random(const random_call& call);
/// sampled.
void fill_sampled(const random_call& call);

}  // namespace numloom::cpu_host
