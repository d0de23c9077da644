// SPDX-License-Identifier: BSD-3-Clause
/// The distributions whose draws depend on each other, so that the stream is walked in order.
#pragma once

#include "core/random_state.hpp"

namespace numloom::cpu_host {

/// integers_each, permutation, shuffle, sample, sampled, and those of rows.
void walk_random(const random_call& call);
/// sampled by numbers, from a stream that can be entered anywhere, if the distribution takes whole words
/// alone; false if it does not.
bool fill_sampled(const random_call& call);
/// sampled one after another; multinomial, dirichlet, hypergeometric.
void walk_rows(const random_call& call);

}  // namespace numloom::cpu_host
