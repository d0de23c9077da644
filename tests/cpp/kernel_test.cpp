// SPDX-License-Identifier: BSD-3-Clause
// Kernels from strings in C++.
#include "numloom/kernel.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "numloom/array.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::test_device;

constexpr const char* saxpy_text = R"(
__global__ void saxpy(float a, const float* x, float* y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = a * x[i] + y[i];
}
)";

array<float> ramp(int n) {
  return array<float>(arange(0, n, 1, {.dtype = dtype::float32, .device = test_device()}));
}

template <class Error, class F> std::string text_of(F&& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(Kernel, RunsOnArrays) {
  const kernel saxpy(saxpy_text, "saxpy");
  const array<float> x = ramp(1000), y = ramp(1000);
  saxpy({.size = 1000}, 2.0f, x, y, 1000);
  saxpy({.grid = 8, .block = 128}, 1, x, y, 1000);
  const std::vector<float> values = y.to_vector();
  EXPECT_EQ(values[0], 0);
  EXPECT_EQ(values[999], 4 * 999);
  EXPECT_EQ(saxpy.signature(), "saxpy(float a, float const* x, float* y, int n)");
}

TEST(Kernel, ChecksItsArguments) {
  const kernel saxpy(saxpy_text, "saxpy");
  const array<float> x = ramp(8);
  const auto with = [&](auto a, const auto& in, auto n) { saxpy({.size = 8}, a, in, x, n); };
  EXPECT_NE(text_of<type_error>([&] { with(1, astype(x, dtype::float64), 8); }).find("got float64"),
            std::string::npos);
  EXPECT_NE(text_of<type_error>([&] { with(1, x, 8.5); }).find("argument 4 'n' (int)"), std::string::npos);
  EXPECT_NE(text_of<overflow_error>([&] { with(1, x, 1ll << 40); }).find("does not fit int32"),
            std::string::npos);
  EXPECT_NE(text_of<value_error>([&] {
              with(1, x(slice{{}, {}, 2}), 4);
            }).find("C-contiguous"),
            std::string::npos);
  EXPECT_THROW(saxpy({.size = 8}, 1, x), type_error);
  EXPECT_THROW(saxpy({}, 1, x, x, 8), value_error);
  EXPECT_THROW(saxpy({.grid = 1, .block = {64, 64}}, 1, x, x, 8), value_error);
}

TEST(Kernel, PointsAtTheLineOfTheProgram) {
  const std::string text = "__global__ void broken(int* x) {\n  *x = missing;\n}\n";
  const std::string path = testing::TempDir() + "numloom_kernel_test.cpp";
  std::ofstream(path) << "// line 1\n// line 2\nconst char* text = R\"(" << text << ")\";\n";
  try {
    kernel(text, "broken", {.file = path}).compile();
    FAIL() << "it compiled";
  } catch (const compile_error& e) {
    EXPECT_NE(std::string(e.what()).find("    4 |   *x = missing;"), std::string::npos) << e.what();
    EXPECT_EQ(e.line, 4);
    EXPECT_EQ(e.file, path);
    EXPECT_NE(e.log.find(path + ":4:"), std::string::npos) << e.log;
  }
  std::remove(path.c_str());
  EXPECT_NE(text_of<compile_error>([&] {
              kernel(text, "broken", {.file = path}).compile();
            }).find("<kernel>:2: error"),
            std::string::npos);
}

TEST(Kernel, TemplatesFollowFromTheArrays) {
  const kernel fill("template <class T> __global__ void fill(T* x, T value) { x[threadIdx.x] = value; }",
                    "fill");
  const array<double> a = array<double>(zeros({4}, {.device = test_device()}));
  fill({.grid = 1, .block = 4}, a, 2.5);
  EXPECT_EQ(a.to_vector(), std::vector<double>(4, 2.5));
  fill["double"]({.grid = 1, .block = 4}, a, 3);
  EXPECT_EQ(a.to_vector(), std::vector<double>(4, 3));
  EXPECT_EQ(fill["double"].name(), "fill<double>");
}

struct pair_of {
  float low, high;
};

TEST(Kernel, TakesStructuresByValue) {
  const kernel clip(R"(
struct pair_of { float low, high; };
__global__ void clip(float* x, pair_of range, int n) {
  int i = threadIdx.x;
  if (i < n) x[i] = fminf(fmaxf(x[i], range.low), range.high);
})",
                    "clip");
  const array<float> x = ramp(6);
  clip({.size = 6}, x, pair_of{1, 3}, 6);
  EXPECT_EQ(x.to_vector(), (std::vector<float>{1, 1, 2, 3, 3, 3}));
  EXPECT_THROW(clip({.size = 6}, x, std::array<float, 3>{}, 6), type_error);
}

TEST(Kernel, TilesTranspose) {
  const kernel transpose(R"(
__global__ void transpose(const float* in, float* out, int rows, int columns) {
  __shared__ float tile[8][9];
  int x = blockIdx.x * 8 + threadIdx.x, y = blockIdx.y * 8 + threadIdx.y;
  if (x < columns && y < rows) tile[threadIdx.y][threadIdx.x] = in[y * columns + x];
  __syncthreads();
  x = blockIdx.y * 8 + threadIdx.x;
  y = blockIdx.x * 8 + threadIdx.y;
  if (x < rows && y < columns) out[y * rows + x] = tile[threadIdx.x][threadIdx.y];
})",
                         "transpose");
  const array<float> in = array<float>(reshape(ramp(13 * 10), {13, 10}));
  const array<float> out = array<float>(zeros({10, 13}, {.dtype = dtype::float32, .device = test_device()}));
  transpose({.grid = {2, 2}, .block = {8, 8}}, in, out, 13, 10);
  EXPECT_EQ(out.to_vector(), ascontiguousarray(numloom::transpose(in)).to_vector<float>());
}

TEST(Kernel, ReducesWithShuffles) {
  const kernel total(R"(
__global__ void total(const float* x, float* sum, int n) {
  float mine = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) mine += x[i];
  for (int delta = 16; delta > 0; delta /= 2) mine += __shfl_down_sync(0xffffffff, mine, delta);
  if (threadIdx.x % 32 == 0) atomicAdd(sum, mine);
})",
                     "total");
  const array<float> sum = array<float>(zeros({1}, {.dtype = dtype::float32, .device = test_device()}));
  total({.grid = 3, .block = 64}, ramp(500), sum, 500);
  EXPECT_EQ(sum.item(), 499 * 250);
}

TEST(Kernel, KeepsConstantsApart) {
  const char* text =
      "__constant__ float w[2]; __global__ void get(float* x) { x[threadIdx.x] = w[threadIdx.x]; }";
  const kernel one(text, "get"), two(text, "get");
  one.set_constant("w", array<float>(to_device(array<float>{1, 2}, test_device())));
  two.set_constant("w", array<float>(to_device(array<float>{3, 4}, test_device())));
  const array<float> x = ramp(2);
  one({.grid = 1, .block = 2}, x);
  EXPECT_EQ(x.to_vector(), (std::vector<float>{1, 2}));
  two({.grid = 1, .block = 2}, x);
  EXPECT_EQ(x.to_vector(), (std::vector<float>{3, 4}));
}

TEST(Kernel, RefusesWhatCannotBeLaunchedOrCompiled) {
  const kernel saxpy(saxpy_text, "saxpy");
  const array<float> x = ramp(8);
  const auto with = [&](launch_config config) { saxpy(config, 1, x, x, 8); };
  EXPECT_NE(text_of<value_error>([&] { with({.grid = 1, .block = 1025}); }).find("expected a block of 1 to"),
            std::string::npos);
  EXPECT_NE(text_of<value_error>([&] {
              with({.grid = {1, 65536}, .block = 1});
            }).find("expected a grid of 1 to"),
            std::string::npos);
  EXPECT_THROW(with({.grid = 1, .size = 8}), value_error);
  const auto compiled = [](const std::string& text, const std::string& name) {
    return text_of<compile_error>([&] { kernel(text, name, {.file = "nowhere"}).compile(); });
  };
  EXPECT_NE(compiled(saxpy_text, "other").find("no kernel for 'other'; kernels in the source: saxpy"),
            std::string::npos);
  EXPECT_NE(compiled("__global__ void f(int* y) {\n  y[0] = (1;\n}", "f").find("<kernel>:2: error: expected"),
            std::string::npos);
  EXPECT_NE(compiled("#include \"nowhere.h\"\n__global__ void f() {}", "f").find("nowhere.h"),
            std::string::npos);
}

// On a GPU such errors are found later, and by the simulator at the next synchronisation.
TEST(Kernel, NamesWhatGoesWrongWhileItRuns) {
  if (!test_device().is_cpu()) GTEST_SKIP() << "is about memory that the host can read";
  const array<float> x = ramp(8);
  const auto run = [&](const char* text, int block, compile_options options) {
    options.file = "nowhere";
    return text_of<cuda_error>([&] { kernel(text, "f", options)({.grid = 1, .block = block}, x); });
  };
  EXPECT_NE(
      run("__global__ void f(float* x) {\n  x[threadIdx.x] = 1;\n}", 9, {.debug = true})
          .find("[f] block (0,0,0) thread (8,0,0): writes 4 bytes, 0 bytes past the end of argument 1 'x' "
                "(32 bytes), line <kernel>:2"),
      std::string::npos);
  EXPECT_NE(run("__global__ void f(float* x) {\n  if (threadIdx.x < 3) __syncthreads();\n}", 32, {})
                .find("[f] block (0,0,0) thread ("),
            std::string::npos);
  EXPECT_NE(run("__global__ void f(float* x) { x[0] += threadIdx.x; }", 2, {.check = true}).find("race: it "),
            std::string::npos);
  EXPECT_NE(text_of<value_error>([&] {
              const kernel fill("__global__ void f(float* x) {}", "f");
              fill({.grid = 1, .block = 1, .shared_bytes = 300'000}, x);
            }).find("too much shared memory"),
            std::string::npos);
}

TEST(Kernel, BorrowsWhatLiesElsewhere) {
  const kernel saxpy(saxpy_text, "saxpy");
  std::vector<float> x(30'000, 2), y(30'000, 1);  // large enough for pinned blocks
  const device_guard on(test_device());
  saxpy({.size = 30'000}, 3, in(x), in_out(y), 30'000);
  EXPECT_EQ(y, std::vector<float>(30'000, 7));
  saxpy({.size = 30'000}, 3, in(x), in(y), 30'000);  // what is written to in() is dropped
  EXPECT_EQ(y, std::vector<float>(30'000, 7));
  const array<float> z = ramp(8);
  saxpy({.size = 4}, 1, in(z), in_out(z(slice{{}, {}, 2})), 4);  // strides: a copy that comes back
  EXPECT_EQ(z.to_vector(), (std::vector<float>{0, 1, 3, 3, 6, 5, 9, 7}));
  std::array<std::int32_t, 4> counted{};
  const stream own(test_device());
  kernel("__global__ void f(int* p) { p[threadIdx.x] = threadIdx.x; }", "f")(
      {.grid = 1, .block = 4, .stream = own}, out(counted));
  EXPECT_EQ(counted, (std::array<std::int32_t, 4>{0, 1, 2, 3}));
  const ndarray frozen = broadcast_to(z(0), {8});
  EXPECT_NE(
      text_of<value_error>([&] { saxpy({.size = 8}, 1, z, out(frozen), 8); }).find("argument 3: the array"),
      std::string::npos);
}

}  // namespace
}  // namespace numloom
