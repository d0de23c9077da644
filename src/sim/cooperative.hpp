// SPDX-License-Identifier: BSD-3-Clause
// Grids whose blocks wait for each other. Apart from engine.hpp and launch_queue.hpp, which every kernel of
// the library reads: only kernels from strings are launched so.
#pragma once
#include <memory>

#include "run_grid.hpp"

namespace numloom::cuda_runtime {
struct launch_record;
}

namespace numloom::simt {

class bound_kernel;

constexpr unsigned max_cooperative_blocks = 128;

// run_grid for a grid whose blocks may wait for each other in grid.sync(). Each has an OS thread.
void run_cooperative(const grid_launch& launch);
// Of one thread of a block: waits for one thread of each of the grid's other blocks.
void grid_barrier(site where);
// enqueue() for such a grid, in a build that has the simulated runtime.
void enqueue_cooperative(const cuda_runtime::launch_record& launch, std::unique_ptr<bound_kernel> kernel);

}  // namespace numloom::simt
