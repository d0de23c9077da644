// SPDX-License-Identifier: BSD-3-Clause
// Right kernels give right results on the simulator, whatever order their threads run in.
#include "simt_fixture.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace numloom::simt {
namespace {

template <class T> __global__ void sum_kernel(const T* __restrict__ x, T* out, i64 n) {
  NL_SHARED(T, partial, [32]);
  T v = 0;
  for (i64 i = i64(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += i64(gridDim.x) * blockDim.x)
    v += __ldg(x + i);
  for (unsigned d = 16; d > 0; d >>= 1) v += __shfl_down_sync(~0u, v, d);
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = v;
  __syncthreads();
  if (threadIdx.x < 32) {
    v = threadIdx.x < blockDim.x / 32 ? partial[threadIdx.x] : T(0);
    for (int d = 16; d > 0; d >>= 1) v += __shfl_xor_sync(~0u, v, d);
    if (threadIdx.x == 0) atomicAdd(out, v);
  }
}

__global__ void transpose_kernel(const float* in, float* out, int rows, int columns) {
  NL_SHARED(float, tile, [16][17]);
  const int x = static_cast<int>(blockIdx.x * 16 + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * 16 + threadIdx.y);
  if (x < columns && y < rows) tile[threadIdx.y][threadIdx.x] = in[y * columns + x];
  __syncthreads();
  const int to_x = static_cast<int>(blockIdx.y * 16 + threadIdx.x);
  const int to_y = static_cast<int>(blockIdx.x * 16 + threadIdx.y);
  if (to_x < rows && to_y < columns) out[to_y * rows + to_x] = tile[threadIdx.x][threadIdx.y];
}

__global__ void histogram_kernel(const int* x, unsigned* bins, int n) {
  NL_SHARED(unsigned, local, [16]);
  if (threadIdx.x < 16) local[threadIdx.x] = 0;
  __syncthreads();
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) atomicAdd(&local[x[i]], 1u);
  __syncthreads();
  if (threadIdx.x < 16) atomicAdd(&bins[threadIdx.x], local[threadIdx.x]);
}

// Hillis and Steele, one block.
__global__ void scan_kernel(const int* x, int* out) {
  NL_DYN_SHARED(int, buffer);
  const unsigned i = threadIdx.x;
  buffer[i] = x[i];
  for (unsigned d = 1; d < blockDim.x; d <<= 1) {
    __syncthreads();
    const int add = i >= d ? buffer[i - d] : 0;
    __syncthreads();
    buffer[i] += add;
  }
  out[i] = buffer[i];
}

template <class T> __global__ void reverse_kernel(T* x, int n) {
  NL_DYN_SHARED(T, tile);
  const int i = static_cast<int>(threadIdx.x);
  if (i < n) tile[i] = x[i];
  __syncthreads();
  if (i < n) x[i] = tile[n - 1 - i];
}

// A frame as OpenBLAS has with several threads, which the stand-ins for NVIDIA's libraries call.
__attribute__((noinline)) int last_of_frame(int value) {
  volatile char frame[1 << 20];
  frame[0] = static_cast<char>(value);
  frame[sizeof frame - 1] = frame[0];
  return frame[sizeof frame - 1];
}
__global__ void deep_kernel(int* out) { out[blockIdx.x] = last_of_frame(static_cast<int>(blockIdx.x)); }

// Each block waits for the one before it: decoupled look-back at its shortest.
__global__ void chain_kernel(const int* x, int* running, unsigned* flags) {
  if (threadIdx.x == 0) {
    int before = 0;
    if (blockIdx.x > 0) {
      while (atomicAdd(&flags[blockIdx.x - 1], 0u) == 0) __nanosleep(20);
      __threadfence();
      before = running[blockIdx.x - 1];
    }
    running[blockIdx.x] = before + x[blockIdx.x];
    __threadfence();
    atomicExch(&flags[blockIdx.x], 1u);
  }
}

// A thread waits for one that starts later, by an atomic alone.
__global__ void wait_inside_block_kernel(unsigned* flag, int* out) {
  if (threadIdx.x == 0) {
    while (atomicAdd(flag, 0u) != blockDim.x - 1) {
    }
    __threadfence();
    for (unsigned i = 1; i < blockDim.x; ++i) out[0] += out[i];
  } else {
    out[threadIdx.x] = static_cast<int>(threadIdx.x);
    __threadfence();
    atomicAdd(flag, 1u);
  }
}

// The last block to finish adds what all blocks wrote.
__global__ void last_block_kernel(const int* x, int* partial, unsigned* done, int* out) {
  NL_SHARED(bool, last, );
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = x[blockIdx.x];
    __threadfence();
    last = atomicInc(done, gridDim.x - 1) == gridDim.x - 1;
    __threadfence();
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    int sum = 0;
    for (unsigned b = 0; b < gridDim.x; ++b) sum += partial[b];
    *out = sum;
  }
}

__global__ void index_kernel(unsigned* out) {
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  const unsigned threads = blockDim.x * blockDim.y * blockDim.z;
  out[block * threads + thread] = block * 1000 + thread;
}

enum shuffle_kind { indexed, up, down, by_xor };
__global__ void shuffle_kernel(shuffle_kind kind, int operand, int width, int* out) {
  const int v = static_cast<int>(threadIdx.x) + 100;
  int r = 0;
  switch (kind) {
    case indexed: r = __shfl_sync(~0u, v, operand, width); break;
    case up: r = __shfl_up_sync(~0u, v, static_cast<unsigned>(operand), width); break;
    case down: r = __shfl_down_sync(~0u, v, static_cast<unsigned>(operand), width); break;
    case by_xor: r = __shfl_xor_sync(~0u, v, operand, width); break;
  }
  out[threadIdx.x] = r;
}

struct wide_value {
  double a;
  int b;
  int c;
};
__global__ void wide_shuffle_kernel(wide_value* out) {
  const int lane = static_cast<int>(threadIdx.x);
  out[lane] = __shfl_xor_sync(~0u, wide_value{lane * 0.5, lane, -lane}, 1);
}

// Two halves of a warp in different branches, each with its own mask and its own line.
__global__ void halves_kernel(int* out) {
  const int lane = static_cast<int>(threadIdx.x);
  if (lane < 16) {
    out[lane] = __reduce_add_sync(0x0000FFFFu, lane);
    out[lane] += __shfl_sync(0x0000FFFFu, lane, 3);
  } else {
    out[lane] = __reduce_max_sync(0xFFFF0000u, lane);
  }
  __syncwarp();
}

__global__ void vote_kernel(unsigned* out) {
  const int lane = static_cast<int>(threadIdx.x);
  unsigned* mine = out + 8 * lane;
  mine[0] = __ballot_sync(~0u, lane % 3 == 0);
  mine[1] = static_cast<unsigned>(__any_sync(~0u, lane == 31));
  mine[2] = static_cast<unsigned>(__all_sync(~0u, lane < 31));
  mine[3] = __match_any_sync(~0u, lane % 4);
  int all = -1;
  mine[4] = __match_all_sync(~0u, 7ll, &all);
  mine[5] = __reduce_min_sync(~0u, static_cast<unsigned>(lane + 5));
  mine[6] = __reduce_xor_sync(~0u, 1u << lane);
  mine[7] = __activemask();
}

__global__ void block_vote_kernel(int* out) {
  const int t = static_cast<int>(threadIdx.x);
  const int any = __syncthreads_or(t == 40);
  const int all = __syncthreads_and(t < 40);
  const int count = __syncthreads_count(t % 5 == 0);
  out[t] = any + 10 * all + 100 * count;
}

__global__ void atomics_kernel(int* i, unsigned* u, unsigned long long* w, float* f, double* d) {
  const int t = static_cast<int>(threadIdx.x);
  atomicAdd(&i[0], t);
  atomicMin(&i[1], -t);
  atomicMax(&i[2], t);
  atomicSub(&i[3], 1);
  atomicOr(&u[0], 1u << (t % 32));
  atomicAnd(&u[1], ~(1u << (t % 32)));
  atomicXor(&u[2], static_cast<unsigned>(t));
  atomicInc(&u[3], 9);
  atomicAdd(&w[0], 1ull << 33);
  atomicMax(&w[1], static_cast<unsigned long long>(t) << 40);
  atomicAdd(&f[0], 0.5f);
  atomicAdd(&d[0], 0.25);
  while (atomicCAS(&u[4], 0u, 1u) != 0u) {
  }
  atomicExch(&u[4], 0u);
}

__global__ void helper_line_kernel(const float* x, float* out, int n) {
  // One barrier on one line, reached by threads that took both arms of the conditions around it.
  NL_SHARED(float, s, [64]);
  const int i = static_cast<int>(threadIdx.x);
  if (i < n) s[i] = x[i];
  __syncthreads();
  if (i < n) out[i] = s[n - 1 - i];
}

}  // namespace
}  // namespace numloom::simt

namespace numloom::simt_tests {
namespace {

/// Every test runs with threads in order and in two other orders.
class SimtKernels : public SimtTest, public testing::WithParamInterface<unsigned> {
 protected:
  void SetUp() override { simt::set_seed(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Seeds, SimtKernels, testing::Values(0u, 1u, 7u));

TEST_P(SimtKernels, GiveEveryThreadItsIndices) {
  const device_array<unsigned> out(2 * 3 * 2 * 24, stream);
  launch(simt::index_kernel, {dim3(2, 3, 2), dim3(4, 3, 2)}, stream, out);
  const auto values = out.values();
  for (unsigned block = 0; block < 12; ++block) {
    for (unsigned thread = 0; thread < 24; ++thread)
      EXPECT_EQ(values[block * 24 + thread], block * 1000 + thread);
  }
}

TEST_P(SimtKernels, ReduceWithShuffles) {
  for (const long n : {1l, 31l, 32l, 33l, 1000l, 5000l}) {
    std::vector<double> x(static_cast<size_t>(n));
    std::iota(x.begin(), x.end(), 0.0);
    const device_array<double> in(x, stream);
    const device_array<double> out(std::vector<double>{0.0}, stream);
    launch(simt::sum_kernel<double>, {3, 128}, stream, in, out, n);
    EXPECT_EQ(out.values()[0], static_cast<double>(n * (n - 1) / 2));
  }
}

TEST_P(SimtKernels, TransposeThroughATile) {
  const int rows = 37;
  const int columns = 21;
  std::vector<float> x(rows * columns);
  std::iota(x.begin(), x.end(), 0.f);
  const device_array<float> in(x, stream);
  const device_array<float> out(x.size(), stream);
  launch(simt::transpose_kernel, {dim3(2, 3), dim3(16, 16)}, stream, in, out, rows, columns);
  const auto values = out.values();
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) EXPECT_EQ(values[c * rows + r], x[r * columns + c]);
  }
}

TEST_P(SimtKernels, CountWithAtomics) {
  std::vector<int> x(1000);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<int>(i * i % 16);
  std::vector<unsigned> expected(16);
  for (const int v : x) ++expected[static_cast<size_t>(v)];
  const device_array<int> in(x, stream);
  const device_array<unsigned> bins(std::vector<unsigned>(16), stream);
  launch(simt::histogram_kernel, {8, 128}, stream, in, bins, 1000);
  EXPECT_EQ(bins.values(), expected);
}

TEST_P(SimtKernels, ScanInDynamicSharedMemory) {
  std::vector<int> x(96);
  std::iota(x.begin(), x.end(), -7);
  std::vector<int> expected(x.size());
  std::partial_sum(x.begin(), x.end(), expected.begin());
  const device_array<int> in(x, stream);
  const device_array<int> out(x.size(), stream);
  launch(simt::scan_kernel, {1, 96, 96 * sizeof(int)}, stream, in, out);
  EXPECT_EQ(out.values(), expected);
}

TEST_P(SimtKernels, ReverseInDynamicSharedMemory) {
  std::vector<double> x(100);
  std::iota(x.begin(), x.end(), 0.0);
  const device_array<double> data(x, stream);
  launch(simt::reverse_kernel<double>, {1, 128, 100 * sizeof(double)}, stream, data, 100);
  std::reverse(x.begin(), x.end());
  EXPECT_EQ(data.values(), x);
}

TEST_P(SimtKernels, WaitForEarlierBlocks) {
  std::vector<int> x(20);
  std::iota(x.begin(), x.end(), 1);
  std::vector<int> expected(x.size());
  std::partial_sum(x.begin(), x.end(), expected.begin());
  const device_array<int> in(x, stream);
  const device_array<int> out(x.size(), stream);
  const device_array<unsigned> flags(std::vector<unsigned>(x.size()), stream);
  launch(simt::chain_kernel, {20, 32}, stream, in, out, flags);
  EXPECT_EQ(out.values(), expected);
}

TEST_P(SimtKernels, WaitForOtherThreadsOfTheBlock) {
  const device_array<unsigned> flag(std::vector<unsigned>{0}, stream);
  const device_array<int> out(std::vector<int>(48), stream);
  launch(simt::wait_inside_block_kernel, {1, 48}, stream, flag, out);
  EXPECT_EQ(out.values()[0], 47 * 48 / 2);
}

TEST_P(SimtKernels, LetTheLastBlockFinish) {
  std::vector<int> x(9);
  std::iota(x.begin(), x.end(), 1);
  const device_array<int> in(x, stream);
  const device_array<int> partial(x.size(), stream);
  const device_array<unsigned> done(std::vector<unsigned>{0}, stream);
  const device_array<int> out(std::vector<int>{0}, stream);
  launch(simt::last_block_kernel, {9, 32}, stream, in, partial, done, out);
  EXPECT_EQ(out.values()[0], 45);
}

// CUDA's definition of the four shuffles, for a lane and a width.
int source_lane(simt::shuffle_kind kind, int lane, int operand, int width) {
  const int first = lane / width * width;
  switch (kind) {
    case simt::indexed: return first + (operand % width + width) % width;
    case simt::up: return lane - operand < first ? lane : lane - operand;
    case simt::down: return lane + operand >= first + width ? lane : lane + operand;
    case simt::by_xor: return (lane ^ operand) >= first + width ? lane : lane ^ operand;
  }
  return lane;
}

TEST_P(SimtKernels, ShuffleAsCudaDefinesIt) {
  const device_array<int> out(32, stream);
  for (const auto kind : {simt::indexed, simt::up, simt::down, simt::by_xor}) {
    for (const int width : {2, 8, 16, 32}) {
      for (const int operand : {0, 1, 3, 7, 16, 31}) {
        launch(simt::shuffle_kernel, {1, 32}, stream, kind, operand, width, out);
        const auto values = out.values();
        for (int lane = 0; lane < 32; ++lane) {
          EXPECT_EQ(values[static_cast<size_t>(lane)], source_lane(kind, lane, operand, width) + 100)
              << "kind " << kind << " width " << width << " operand " << operand << " lane " << lane;
        }
      }
    }
  }
}

TEST_P(SimtKernels, ShuffleSixteenBytes) {
  const device_array<simt::wide_value> out(32, stream);
  launch(simt::wide_shuffle_kernel, {1, 32}, stream, out);
  const auto values = out.values();
  for (int lane = 0; lane < 32; ++lane) {
    const auto& v = values[static_cast<size_t>(lane)];
    EXPECT_EQ(v.a, (lane ^ 1) * 0.5);
    EXPECT_EQ(v.b, lane ^ 1);
    EXPECT_EQ(v.c, -(lane ^ 1));
  }
}

TEST_P(SimtKernels, KeepMasksApart) {
  const device_array<int> out(32, stream);
  launch(simt::halves_kernel, {1, 32}, stream, out);
  const auto values = out.values();
  for (size_t lane = 0; lane < 32; ++lane) EXPECT_EQ(values[lane], lane < 16 ? 120 + 3 : 31);
}

TEST_P(SimtKernels, Vote) {
  const device_array<unsigned> out(8 * 32, stream);
  launch(simt::vote_kernel, {1, 32}, stream, out);
  const auto values = out.values();
  for (size_t lane = 0; lane < 32; ++lane) {
    const unsigned* v = &values[8 * lane];
    EXPECT_EQ(v[0], 0x49249249u);
    EXPECT_EQ(v[1], 1u);
    EXPECT_EQ(v[2], 0u);
    EXPECT_EQ(v[3], 0x11111111u << (lane % 4));
    EXPECT_EQ(v[4], ~0u);
    EXPECT_EQ(v[5], 5u);
    EXPECT_EQ(v[6], ~0u);
    EXPECT_NE(v[7] >> lane & 1, 0u);
  }
}

TEST_P(SimtKernels, VoteInBlocks) {
  const device_array<int> out(50, stream);
  launch(simt::block_vote_kernel, {1, 50}, stream, out);
  for (const int v : out.values()) EXPECT_EQ(v, 1 + 0 + 1000);
}

TEST_P(SimtKernels, UpdateAtomically) {
  const device_array<int> i(std::vector<int>{0, 0, 0, 100}, stream);
  const device_array<unsigned> u(std::vector<unsigned>{0, ~0u, 0, 0, 0}, stream);
  const device_array<unsigned long long> w(std::vector<unsigned long long>{0, 0}, stream);
  const device_array<float> f(std::vector<float>{0}, stream);
  const device_array<double> d(std::vector<double>{0}, stream);
  launch(simt::atomics_kernel, {1, 64}, stream, i, u, w, f, d);
  EXPECT_EQ(i.values(), (std::vector<int>{2016, -63, 63, 36}));
  EXPECT_EQ(u.values(), (std::vector<unsigned>{~0u, 0, 0, 4, 0}));
  EXPECT_EQ(w.values(), (std::vector<unsigned long long>{64ull << 33, 63ull << 40}));
  EXPECT_EQ(f.values()[0], 32.f);
  EXPECT_EQ(d.values()[0], 16.0);
}

TEST_P(SimtKernels, HaveAnOsThreadsStackInABlockOfOne) {
  const device_array<int> out(3, stream);
  launch(simt::deep_kernel, {3, 1}, stream, out);
  EXPECT_EQ(out.values(), (std::vector<int>{0, 1, 2}));
}

TEST_P(SimtKernels, MeetAtOneBarrierFromBothArms) {
  std::vector<float> x(40);
  std::iota(x.begin(), x.end(), 0.f);
  const device_array<float> in(x, stream);
  const device_array<float> out(x.size(), stream);
  launch(simt::helper_line_kernel, {1, 64}, stream, in, out, 40);
  std::reverse(x.begin(), x.end());
  EXPECT_EQ(out.values(), x);
}

TEST(SimtIntrinsics, MatchTheirDefinitions) {
  EXPECT_EQ(__popc(0xF0F0u), 8);
  EXPECT_EQ(__popcll(~0ull), 64);
  EXPECT_EQ(__clz(0), 32);
  EXPECT_EQ(__clz(1), 31);
  EXPECT_EQ(__clzll(0), 64);
  EXPECT_EQ(__ffs(0), 0);
  EXPECT_EQ(__ffs(8), 4);
  EXPECT_EQ(__ffsll(1ll << 40), 41);
  EXPECT_EQ(__brev(0x80000001u), 0x80000001u);
  EXPECT_EQ(__brev(6u), 0x60000000u);
  EXPECT_EQ(__brevll(1ull), 1ull << 63);
  EXPECT_EQ(__umulhi(0xFFFFFFFFu, 0xFFFFFFFFu), 0xFFFFFFFEu);
  EXPECT_EQ(__mulhi(-1, 1), -1);
  EXPECT_EQ(__umul64hi(~0ull, 2ull), 1ull);
  EXPECT_EQ(__mul64hi(-1ll, 1ll), -1ll);
  EXPECT_EQ(__byte_perm(0x33221100u, 0x77665544u, 0x7531u), 0x77553311u);
  EXPECT_EQ(__byte_perm(0x80u, 0u, 0x0008u), 0x808080FFu);
  EXPECT_EQ(__funnelshift_l(0x80000000u, 1u, 1u), 3u);
  EXPECT_EQ(__funnelshift_r(2u, 1u, 1u), 0x80000001u);
  EXPECT_EQ(__int_as_float(0x3F800000), 1.0f);
  EXPECT_EQ(__longlong_as_double(__double_as_longlong(-0.5)), -0.5);
  EXPECT_EQ(__hiloint2double(__double2hiint(1.25), __double2loint(1.25)), 1.25);
}

}  // namespace
}  // namespace numloom::simt_tests
