// SPDX-License-Identifier: BSD-3-Clause
// Planted faults: each is caught, with the kernel and the thread in the text.
#include "simt_fixture.hpp"

#include <cstdlib>

namespace numloom::simt {
namespace {

constexpr int divergent_line = __LINE__;
__global__ void divergent_barrier(int* out) {
  if (threadIdx.x % 2 == 1) {
    __syncthreads();
    out[0] = 1;
  } else {
    __syncthreads();
    out[1] = 2;
  }
}

__global__ void barrier_after_exit(int* out) {
  if (threadIdx.x > 3) return;
  __syncthreads();
  out[0] = 1;
}

__global__ void lane_outside_mask(int* out) { out[threadIdx.x] = __shfl_sync(0x0000FFFFu, 1, 0); }

__global__ void exited_lane_in_mask(int* out) {
  if (threadIdx.x == 5) return;
  __syncwarp(0xFFFFFFDFu);
  out[threadIdx.x] = static_cast<int>(__ballot_sync(~0u, 1));
}

__global__ void barrier_against_warp() {
  if (threadIdx.x == 0) {
    __syncthreads();
  } else {
    __syncwarp();
  }
}

__global__ void different_warp_operations(int* out) {
  if (threadIdx.x < 16) {
    out[threadIdx.x] = __shfl_sync(~0u, 1, 0);
  } else {
    out[threadIdx.x] = __any_sync(~0u, 1);
  }
}

__global__ void mask_made_in_a_branch(int* out) {
  if (threadIdx.x % 2 == 0) out[threadIdx.x] = __shfl_sync(__activemask(), 1, 0);
}

__global__ void waits_for_a_later_block(unsigned* flag) {
  if (blockIdx.x == 0) {
    while (atomicAdd(flag, 0u) == 0) {
    }
  } else {
    atomicExch(flag, 1u);
  }
}

__global__ void too_much_static_shared(int* out) {
  NL_SHARED(int, a, [8 * 1024]);
  NL_SHARED(int, b, [8 * 1024]);
  a[0] = b[0] = 1;
  out[0] = a[0] + b[0];
}

__global__ void static_and_dynamic_shared(int* out) {
  NL_SHARED(int, fixed, [4 * 1024]);
  NL_DYN_SHARED(int, rest);
  fixed[0] = rest[0] = 1;
  out[0] = fixed[0];
}

__global__ void nothing() {}
__global__ void traps() {
  if (blockIdx.x == 1 && threadIdx.x == 2) __trap();
}
[[maybe_unused]] __global__ void asserts([[maybe_unused]] int n) {
  assert(static_cast<int>(threadIdx.x) < n);
}
__global__ void throws() { throw std::runtime_error("from a kernel"); }
__global__ void divides(int* out, int by) { out[0] = out[1] / by; }
__global__ void reads_null(const int* x, int* out) { out[0] = x[threadIdx.x + 1]; }

int overflow(int depth) noexcept {
  volatile char frame[4096];
  frame[0] = static_cast<char>(depth);
  return depth < 1 << 20 ? overflow(depth + 1) + frame[0] : 0;
}
__global__ void overflows_its_stack(int* out) { out[0] = overflow(0); }

// Unoptimisable indices: the compiler must not see that these are out of bounds.
__global__ void past_static_shared(int* out, int shift) {
  NL_SHARED(int, tile, [32]);
  tile[static_cast<int>(threadIdx.x) + shift] = 1;
  __syncthreads();
  out[threadIdx.x] = tile[threadIdx.x];
}
template <int N> __global__ void past_static_shared_of_template(int* out, int shift) {
  NL_SHARED(int, tile, [N]);
  int* t = tile;
  t[static_cast<int>(threadIdx.x) + shift] = 1;
  __syncthreads();
  out[threadIdx.x] = tile[threadIdx.x];
}
__global__ void past_dynamic_shared(int* out, int shift) {
  NL_DYN_SHARED(int, tile);
  tile[static_cast<int>(threadIdx.x) + shift] = 1;
  __syncthreads();
  out[threadIdx.x] = tile[threadIdx.x];
}
__global__ void writes_by_index(int* out) { out[blockIdx.x * blockDim.x + threadIdx.x] = 1; }
__global__ void reads_unset_shared(unsigned* out) {
  NL_SHARED(unsigned, tile, [32]);
  out[threadIdx.x] = tile[threadIdx.x];
}

__global__ void missing_barrier(int* out) {
  NL_SHARED(int, tile, [64]);
  tile[threadIdx.x] = static_cast<int>(threadIdx.x);
  out[threadIdx.x] = tile[63 - threadIdx.x];
}
__global__ void missing_barrier_at_the_end_of_a_loop(int* out) {
  NL_SHARED(int, tile, [64]);
  for (int round = 0; round < 2; ++round) {
    tile[threadIdx.x] = static_cast<int>(threadIdx.x) + round;
    __syncthreads();
    out[threadIdx.x] = tile[63 - threadIdx.x];
  }
}
__global__ void missing_warp_barrier(int* out) {
  NL_SHARED(int, tile, [32]);
  tile[threadIdx.x] = static_cast<int>(threadIdx.x);
  out[threadIdx.x] = tile[threadIdx.x ^ 1];
}
__global__ void blocks_write_one_place(int* out) {
  if (threadIdx.x == 0) out[0] += 1;
}
__global__ void threads_write_one_place(int* out) { out[0] += 1; }
__global__ void fence_on_one_side_only(int* data, unsigned* flag, int* out) {
  if (blockIdx.x == 0) {
    data[0] = 5;
    __threadfence();
    atomicExch(flag, 1u);
  } else if (atomicAdd(flag, 0u) == 1) {
    out[0] = data[0];
  }
}

}  // namespace
}  // namespace numloom::simt

namespace numloom::simt_tests {
namespace {

class SimtFaults : public SimtTest {
 protected:
  device_array<int> out{std::vector<int>(2048), stream};
};

// ---- waiting ----

TEST_F(SimtFaults, BarrierDivergence) {
  const std::string odd = "simt_faults_test.cpp:" + std::to_string(simt::divergent_line + 3);
  const std::string even = "simt_faults_test.cpp:" + std::to_string(simt::divergent_line + 6);
  const std::string text = error_of([&] { launch(simt::divergent_barrier, {2, 64}, stream, out); });
  expect_parts(text, {"[divergent_barrier] block (0,0,0) thread (", "barrier divergence: __syncthreads at",
                      odd.c_str(), even.c_str(), "launched at", "grid (2,1,1)", "block (64,1,1)",
                      "cudaErrorLaunchFailure"});
}

TEST_F(SimtFaults, BarrierAfterAThreadReturned) {
  for (const unsigned long seed : {0ul, 1ul, 5ul}) {
    simt::set_seed(seed);
    const std::string text = error_of([&] { launch(simt::barrier_after_exit, {1, 64}, stream, out); });
    expect_parts(text, {"[barrier_after_exit] block (0,0,0) thread (", "__syncthreads at", "return"});
  }
}

TEST_F(SimtFaults, LaneOutsideItsMask) {
  const std::string text = error_of([&] { launch(simt::lane_outside_mask, {1, 32}, stream, out); });
  expect_parts(text, {"[lane_outside_mask] block (0,0,0) thread (", "__shfl_sync",
                      "is not in its own mask 0x0000ffff"});
}

TEST_F(SimtFaults, ExitedLaneInTheMask) {
  const std::string text = error_of([&] { launch(simt::exited_lane_in_mask, {1, 32}, stream, out); });
  expect_parts(text, {"[exited_lane_in_mask]", "__ballot_sync", "0xffffffff", "return"});
}

TEST_F(SimtFaults, BarrierAgainstWarpOperation) {
  const std::string text = error_of([&] { launch(simt::barrier_against_warp, {1, 32}, stream); });
  expect_parts(text,
               {"[barrier_against_warp]", "deadlock", "thread (0,0,0) at __syncthreads", "at __syncwarp"});
}

TEST_F(SimtFaults, DifferentWarpOperationsWithOneMask) {
  const std::string text = error_of([&] { launch(simt::different_warp_operations, {1, 32}, stream, out); });
  expect_parts(text,
               {"[different_warp_operations]", "__shfl_sync at", "__ballot_sync at", "wait for each other"});
}

TEST_F(SimtFaults, MaskMadeInABranch) {
  const std::string text = error_of([&] { launch(simt::mask_made_in_a_branch, {1, 32}, stream, out); });
  expect_parts(text, {"[mask_made_in_a_branch]", "__shfl_sync"});
}

TEST_F(SimtFaults, WaitingForALaterBlock) {
  if (NUMLOOM_SIM_TSAN || NUMLOOM_SIM_ASAN) GTEST_SKIP() << "takes minutes with a sanitizer";
  const device_array<unsigned> flag(std::vector<unsigned>{0}, stream);
  const std::string text = error_of([&] { launch(simt::waits_for_a_later_block, {2, 1}, stream, flag); });
  expect_parts(text, {"[waits_for_a_later_block] block (0,0,0) thread (0,0,0)", "waits for ever"});
}

// ---- launches that CUDA refuses ----

TEST_F(SimtFaults, LaunchShapes) {
  expect_parts(error_of([&] {
                 launch(simt::nothing, {0, 32}, stream);
               }),
               {"[nothing]", "grid", "(0,1,1)", "Configuration"});
  expect_parts(error_of([&] { launch(simt::nothing, {1, 0}, stream); }), {"block", "(0,1,1)"});
  expect_parts(error_of([&] { launch(simt::nothing, {1, 1025}, stream); }), {"(1025,1,1)"});
  expect_parts(error_of([&] {
                 launch(simt::nothing, {1, dim3(32, 33)}, stream);
               }),
               {"at most 1024 threads", "1056"});
  expect_parts(error_of([&] { launch(simt::nothing, {1, dim3(1, 1, 65)}, stream); }), {"(1,1,65)"});
  expect_parts(error_of([&] { launch(simt::nothing, {dim3(1, 65536), 1}, stream); }), {"(1,65536,1)"});
}

TEST_F(SimtFaults, NoKernel) {
  void (*missing)(int*) = nullptr;
  expect_parts(error_of([&] {
                 launch(missing, {1, 1}, stream, out);
               }),
               {"expected a kernel, got null", "cudaErrorInvalidDeviceFunction"});
}

TEST_F(SimtFaults, TooMuchSharedMemory) {
  expect_parts(error_of([&] {
                 launch(simt::too_much_static_shared, {1, 1}, stream, out);
               }),
               {"[too_much_static_shared]", "too much shared memory: 65536 bytes with `b`", "49152"});
  // 16 KiB static and 40 dynamic are too much without opting in, which launch() does above 48 dynamic.
  expect_parts(error_of([&] {
                 launch(simt::static_and_dynamic_shared, {1, 1, 40 * 1024}, stream, out);
               }),
               {"too much shared memory: 57344 bytes"});
  launch(simt::static_and_dynamic_shared, {1, 1, 100 * 1024}, stream, out);
  rt::stream_synchronize(stream);
  expect_parts(error_of([&] {
                 launch(simt::static_and_dynamic_shared, {1, 1, 228 * 1024}, stream, out);
               }),
               {"too much shared memory", "232448", "233472"});
}

// ---- kernels that stop ----

TEST_F(SimtFaults, TrapAndAssert) {
  expect_parts(error_of([&] {
                 launch(simt::traps, {2, 4}, stream);
               }),
               {"[traps] block (1,0,0) thread (2,0,0): __trap() at", "simt_faults_test.cpp"});
#if !defined(NDEBUG)
  expect_parts(
      error_of([&] {
        launch(simt::asserts, {1, 8}, stream, 7);
      }),
      {"[asserts] block (0,0,0) thread (7,0,0): assertion `static_cast<int>(threadIdx.x) < n` failed at",
       "cudaErrorAssert"});
#endif
}

TEST_F(SimtFaults, ExceptionInAKernel) {
  expect_parts(error_of([&] {
                 launch(simt::throws, {1, 1}, stream);
               }),
               {"[throws]", "C++ exception: from a kernel"});
}

TEST_F(SimtFaults, HardwareFaultsBecomeErrors) {
  if (NUMLOOM_SIM_TSAN || NUMLOOM_SIM_ASAN)
    GTEST_SKIP() << "the sanitizer reports these and ends the process";
  expect_parts(
      error_of([&] {
        launch(simt::reads_null, {1, 1}, stream, nullptr, out);
      }),
      {"[reads_null] block (0,0,0) thread (0,0,0): illegal memory access at 0x4", "cudaErrorIllegalAddress"});
  expect_parts(error_of([&] {
                 launch(simt::divides, {1, 1}, stream, out, 0);
               }),
               {"[divides] block (0,0,0) thread (0,0,0): integer division by zero"});
  expect_parts(error_of([&] {
                 launch(simt::overflows_its_stack, {1, 1}, stream, out);
               }),
               {"[overflows_its_stack]", "stack overflow"});
  launch(simt::writes_by_index, {1, 1}, stream, out);  // and the simulator goes on
  EXPECT_EQ(out.values()[0], 1);
}

TEST_F(SimtFaults, TheErrorNamesTheLastLaunches) {
  for (int i = 0; i < 3; ++i) launch(simt::nothing, {1, 1}, stream);
  expect_parts(error_of([&] {
                 launch(simt::traps, {2, 4}, stream);
               }),
               {"last launches, newest first:\n  traps grid (2,1,1) block (4,1,1) at",
                "\n  nothing grid (1,1,1)", "(3 times)"});
}

// ---- out of bounds ----

TEST_F(SimtFaults, PastTheEndOfSharedMemory) {
  const auto stat = [&] { launch(simt::past_static_shared, {1, 32}, stream, out, 1); };
  const auto of_template = [&] { launch(simt::past_static_shared_of_template<32>, {1, 32}, stream, out, 1); };
  const auto dynamic = [&] { launch(simt::past_dynamic_shared, {1, 32, 128}, stream, out, 1); };
#if NUMLOOM_SIM_ASAN
  const auto run = [&](auto&& work) {
    work();
    rt::stream_synchronize(stream);
  };
  EXPECT_DEATH(run(stat), "past_static_shared.*block \\(0,0,0\\) thread \\(31,0,0\\)");
  EXPECT_DEATH(run(of_template), "heap-buffer-overflow");
  EXPECT_DEATH(run(of_template), "past_static_shared_of_template<32>. block \\(0,0,0\\) thread \\(31,0,0\\)");
  EXPECT_DEATH(run(dynamic), "past_dynamic_shared. block \\(0,0,0\\) thread \\(31,0,0\\)");
#else
  expect_parts(error_of(stat),
               {"[past_static_shared] block (0,0,0): a thread wrote past", "`tile` of 128 bytes"});
  expect_parts(error_of(of_template),
               {"[past_static_shared_of_template<32>]", "past", "`tile` of 128 bytes"});
  expect_parts(error_of(dynamic), {"[past_dynamic_shared]", "past", "`dynamic shared memory` of 128 bytes"});
  expect_parts(error_of([&] {
                 launch(simt::past_static_shared_of_template<32>, {1, 32}, stream, out, -1);
               }),
               {"wrote before the shared variable `tile`"});
#endif
}

TEST_F(SimtFaults, PastTheEndOfGlobalMemory) {
  device_array<int> small(60, stream);
#if NUMLOOM_SIM_ASAN
  const auto run = [&] {
    launch(simt::writes_by_index, {2, 32}, stream, small);
    rt::stream_synchronize(stream);
  };
  EXPECT_DEATH(run(), "use-after-poison");
  EXPECT_DEATH(run(),
               "writes_by_index. block \\(1,0,0\\) thread \\(2[89],0,0\\).*[048]+ bytes past the end of 240 "
               "bytes allocated at");
#else
  small.expect_damage();
  expect_parts(error_of([&] {
                 launch(simt::writes_by_index, {2, 32}, stream, small);
               }),
               {"[writes_by_index]", "wrote past the end of argument 1, 240 bytes allocated at"});
#endif
}

TEST_F(SimtFaults, UnsetSharedMemoryIsRecognisable) {
  const device_array<unsigned> seen(32, stream);
  launch(simt::reads_unset_shared, {1, 32}, stream, seen);
  for (const unsigned v : seen.values()) EXPECT_EQ(v, 0xCBCBCBCBu);
}

// ---- races ----

TEST_F(SimtFaults, MissingBarrierGivesWrongResults) {
  if (NUMLOOM_SIM_TSAN) GTEST_SKIP() << "reported as a race, see SimtRaces";
  launch(simt::missing_barrier, {1, 64}, stream, out);
  const auto values = out.values();
  int wrong = 0;
  for (int i = 0; i < 64; ++i) wrong += values[static_cast<size_t>(i)] != 63 - i;
  EXPECT_GT(wrong, 0);
}

class SimtRaces : public SimtFaults {
 protected:
  void SetUp() override {
    if (!NUMLOOM_SIM_TSAN) GTEST_SKIP() << "races are found by ThreadSanitizer: build with -fsanitize=thread";
  }
  template <class Work> void run_and_exit(Work&& work) {
    work();
    rt::stream_synchronize(stream);
    std::exit(0);  // ThreadSanitizer makes it 66 after a report
  }
};

TEST_F(SimtRaces, MissingBarrier) {
  const auto run = [&] { run_and_exit([&] { launch(simt::missing_barrier, {1, 64}, stream, out); }); };
  EXPECT_EXIT(run(), testing::ExitedWithCode(66), "data race");
  EXPECT_EXIT(run(), testing::ExitedWithCode(66),
              "missing_barrier block \\(0,0,0\\) thread \\([0-9]+,0,0\\)");
}

TEST_F(SimtRaces, MissingBarrierAtTheEndOfALoop) {
  EXPECT_EXIT(run_and_exit([&] {
                launch(simt::missing_barrier_at_the_end_of_a_loop, {1, 64}, stream, out);
              }),
              testing::ExitedWithCode(66), "missing_barrier_at_the_end_of_a_loop");
}

TEST_F(SimtRaces, MissingWarpBarrier) {
  EXPECT_EXIT(run_and_exit([&] {
                launch(simt::missing_warp_barrier, {1, 32}, stream, out);
              }),
              testing::ExitedWithCode(66), "missing_warp_barrier");
}

TEST_F(SimtRaces, BlocksThatWriteOnePlace) {
  EXPECT_EXIT(run_and_exit([&] {
                launch(simt::blocks_write_one_place, {4, 32}, stream, out);
              }),
              testing::ExitedWithCode(66), "blocks_write_one_place");
}

TEST_F(SimtRaces, ThreadsThatWriteOnePlace) {
  EXPECT_EXIT(run_and_exit([&] {
                launch(simt::threads_write_one_place, {1, 32}, stream, out);
              }),
              testing::ExitedWithCode(66), "threads_write_one_place");
}

TEST_F(SimtRaces, FenceOnOneSideOnly) {
  const device_array<unsigned> flag(std::vector<unsigned>{0}, stream);
  EXPECT_EXIT(run_and_exit([&] {
                launch(simt::fence_on_one_side_only, {2, 1}, stream, out, flag, out + 8);
              }),
              testing::ExitedWithCode(66), "fence_on_one_side_only");
}

}  // namespace
}  // namespace numloom::simt_tests
