// SPDX-License-Identifier: BSD-3-Clause
// Tuned kernels in C++: variants, what is measured and kept, k.time(), launches of other shapes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "kernel/expression.hpp"
#include "kernel/json.hpp"
#include "numloom/array.hpp"
#include "numloom/kernel.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::test_device;

constexpr const char* axpy_text = R"(
template <class T, int TILE> __global__ void axpy(T a, const T* x, T* y, int n) {
  int first = (blockIdx.x * BX + threadIdx.x) * TILE;
  for (int k = first; k < first + TILE && k < n; ++k) y[k] += a * x[k];
}
)";

tuning_options choices() {
  return {.tune = {{"BX", {32, 64}}, {"TILE", {1, 2}}},
          .where = {"BX * TILE <= 64"},
          .block = "BX",
          .grid = "ceil(n / (BX * TILE))",
          .budget = 20};
}

template <class Error, class F> std::string text_of(F&& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

array<double> made(std::vector<double> values) { return array<double>(test::make<double>(values)); }

// Measurements of these tests are nobody else's.
class TunedKernel : public testing::Test {
 protected:
  void SetUp() override {
    const char* before = std::getenv("NUMLOOM_CACHE_DIR");
    before_ = before != nullptr ? before : "";
    setenv("NUMLOOM_CACHE_DIR", folder_.c_str(), 1);
    unsetenv("NUMLOOM_TUNE");
    std::filesystem::remove_all(folder_);
  }
  void TearDown() override {
    std::filesystem::remove_all(folder_);
    before_.empty() ? unsetenv("NUMLOOM_CACHE_DIR") : setenv("NUMLOOM_CACHE_DIR", before_.c_str(), 1);
  }
  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> found;
    std::error_code none;
    for (const auto& file : std::filesystem::directory_iterator(folder_, none)) {
      if (file.path().extension() == ".jsonl") found.push_back(file.path());
    }
    return found;
  }
  std::size_t measurements() const {
    std::size_t lines = 0;
    for (const auto& path : files()) {
      std::ifstream file(path);
      for (std::string line; std::getline(file, line);) ++lines;
    }
    return lines;
  }
  std::string folder_ =
      testing::TempDir() + "numloom_" + testing::UnitTest::GetInstance()->current_test_info()->name();
  std::string before_;
};

TEST_F(TunedKernel, RunsTheFastestAndLeavesOneResult) {
  const kernel axpy(axpy_text, "axpy<T, TILE>", choices());
  EXPECT_EQ(axpy.configs().size(), 3u);
  const array<double> x = made({1, 2, 3, 4, 5}), y = made({1, 1, 1, 1, 1});
  axpy({}, 2, x, y, 5);
  EXPECT_EQ(y.to_vector(), (std::vector<double>{3, 5, 7, 9, 11}));  // once, whatever was tried
  EXPECT_EQ(measurements(), 1u);
  kernel(axpy_text, "axpy<T, TILE>", choices())({}, 2, x, y, 6 - 1);  // another object: found, not measured
  EXPECT_EQ(y.to_vector()[4], 21);
  EXPECT_EQ(measurements(), 1u);
  EXPECT_NE(axpy.tuning_report().find("axpy on "), std::string::npos);
  EXPECT_NE(axpy.tuning_report().find(" 1.00x "), std::string::npos);
  EXPECT_EQ(axpy.check_configs({}, 2, x, y, 5), 3);
  EXPECT_EQ(y.to_vector()[4], 21);
  EXPECT_EQ(axpy.time({}, 0, x, y, 5).size(), 7u);
  EXPECT_EQ(axpy.writes(1, x, y, 5), (std::vector<bool>{false, false, true, false}));
}

constexpr const char* wrong_text = R"(
__global__ void f(float* y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] += STEP == 3 ? 5 : 1;
#if STEP == 4
  broken
#endif
}
)";

TEST_F(TunedKernel, LeavesOutWhatDiffersOrFails) {
  std::vector<std::string> said;
  const kernel f(wrong_text, "f",
                 tuning_options{.tune = {{"STEP", {1, 2, 3, 4}}},
                                .size = "n",
                                .budget = 20,
                                .say = [&](const std::string& text, bool is_warning) {
                                  if (is_warning) said.push_back(text);
                                }});
  const array<float> y(zeros({8}, {.dtype = dtype::float32, .device = test_device()}));
  f({}, y, 8);
  EXPECT_EQ(y.to_vector(), std::vector<float>(8, 1));
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0], "[f] left out STEP=3: its results differ from the first variant's");
  EXPECT_EQ(said[1].find("[f] left out STEP=4: [kernel f] the source does not compile"), 0u) << said[1];
  EXPECT_NE(text_of<value_error>([&] { f.check_configs({}, y, 8); }).find("STEP=3 computes something else"),
            std::string::npos);
  EXPECT_EQ(y.to_vector(), std::vector<float>(8, 1));
}

TEST_F(TunedKernel, IsShippedAsAFile) {
  const array<double> x = made({1, 2, 3}), y = made({0, 0, 0});
  const kernel axpy(axpy_text, "axpy<T, TILE>", choices());
  const tuning_config best = axpy.best_config({}, 2, x, y, 3);
  const std::string path = folder_ + "/axpy.json";
  axpy.save_tuning(path);
  for (const auto& file : files()) std::filesystem::remove(file);
  tuning_options shipped = choices();
  shipped.tuning = path;
  const kernel fresh(axpy_text, "axpy<T, TILE>", shipped);
  EXPECT_EQ(fresh.best_config({}, 2, x, y, 3), best);
  EXPECT_EQ(measurements(), 0u);
  std::ofstream(path) << "[]";
  EXPECT_NE(text_of<value_error>([&] { kernel(axpy_text, "axpy", shipped); }).find("file of save_tuning()"),
            std::string::npos);
}

TEST_F(TunedKernel, SaysWhatIsWrong) {
  const auto text = [](auto change) {
    tuning_options o = choices();
    change(o);
    return text_of<std::exception>([&] { kernel(axpy_text, "axpy<T, TILE>", o); });
  };
  EXPECT_EQ(text([](auto& o) { o.where = {"QX > 1"}; }),
            "[Kernel] where='QX > 1': 'QX' is neither a parameter of tune= nor of the kernel");
  EXPECT_EQ(text([](auto& o) { o.where = {"BX > 64"}; }),
            "[Kernel] no choice of values satisfies where='BX > 64'");
  EXPECT_EQ(text([](auto& o) { o.grid = "n +"; }), "[Kernel] grid='n +' is no expression");
  EXPECT_EQ(text([](auto& o) { o.tune.clear(); }), "[Kernel] expected lists of values for tune, got none");
  const kernel axpy(axpy_text, "axpy<T, TILE>", choices());
  EXPECT_THROW(axpy["float, 1"], type_error);
  EXPECT_THROW(kernel(wrong_text, "f", {.defines = {{"STEP", "1"}}}).configs(), type_error);
}

TEST_F(TunedKernel, SetsConstantsOfAllVariants) {
  const kernel k(
      "__constant__ float w[2]; __global__ void f(float* y) { y[threadIdx.x] = w[threadIdx.x] * N / N; }",
      "f", tuning_options{.tune = {{"N", {1, 2}}}, .block = 2, .grid = 1, .budget = 20});
  k.set_constant("w", to_device(array<float>{3, 4}, test_device()));
  const array<float> y(zeros({2}, {.dtype = dtype::float32, .device = test_device()}));
  k({}, y);
  EXPECT_EQ(y.to_vector(), (std::vector<float>{3, 4}));
  EXPECT_EQ(k.check_configs({}, y), 2);
}

TEST(Kernel, IsTimed) {
  const kernel fill("__global__ void fill(int* y) { ++y[threadIdx.x]; }", "fill");
  const array<std::int32_t> y(zeros({4}, {.dtype = dtype::int32, .device = test_device()}));
  const kernel_argument arguments[] = {y};
  const std::vector<double> seconds =
      fill.time({.grid = 1, .block = 4}, arguments, {.warmup = 2, .repeats = 3});
  EXPECT_EQ(seconds.size(), 3u);
  for (const double s : seconds) EXPECT_TRUE(s > 0 && s < 10) << s;
  EXPECT_EQ(y.to_vector(), std::vector<std::int32_t>(4, 5));
  EXPECT_EQ(fill.time({.grid = 1, .block = 4}, y).size(), 7u);
  EXPECT_EQ(fill.writes(y), std::vector<bool>{true});
}

TEST(Kernel, TakesTheBestBlock) {
  const kernel count(
      "__global__ void count(int* y, int n) { if (blockIdx.x * blockDim.x + threadIdx.x < n) atomicAdd(y, "
      "1); }",
      "count");
  const array<std::int32_t> y(zeros({1}, {.dtype = dtype::int32, .device = test_device()}));
  count({.size = 1000, .best_block = true}, y, 1000);
  EXPECT_EQ(y.item(), 1000);
  EXPECT_EQ(count.best_block() % 32, 0);
  EXPECT_GE(count.attributes().max_threads_per_block, 32);
}

TEST(Kernel, LaunchesBlocksThatWait) {
  const kernel sums(R"(
#include <cooperative_groups.h>
__global__ void sums(int* parts, int* y) {
  parts[blockIdx.x] = blockIdx.x;
  cooperative_groups::this_grid().sync();
  int total = 0;
  for (int k = 0; k < gridDim.x; ++k) total += parts[k];
  y[blockIdx.x] = total;
})",
                    "sums");
  const shape_t shape{5};
  const array<std::int32_t> parts(zeros(shape, {.dtype = dtype::int32, .device = test_device()}));
  const array<std::int32_t> y(zeros(shape, {.dtype = dtype::int32, .device = test_device()}));
  sums({.grid = 5, .block = 1, .cooperative = true}, parts, y);
  EXPECT_EQ(y.to_vector(), std::vector<std::int32_t>(5, 10));
  const std::int64_t most = sums.max_cooperative_blocks(1);
  EXPECT_NE(text_of<value_error>([&] {
              sums({.grid = most + 1, .block = 1, .cooperative = true}, parts, y);
            }).find("in a cooperative launch, got"),
            std::string::npos);
}

TEST(Expression, IsPythons) {
  const auto value = [](const char* text) {
    const auto none = [](const std::string& name) -> kernel_detail::named_value {
      return name == "word" ? tuning_value("two") : tuning_value(7);
    };
    return kernel_detail::expression(text, "grid").evaluate(none).text();
  };
  EXPECT_EQ(value("-7 // 2 + n % 4"), "-1");
  EXPECT_EQ(value("-n % 4 * 2 ** 3"), "8");
  EXPECT_EQ(value("7 / 2"), "3.5");
  EXPECT_EQ(value("1 < n <= 7 and not n == 8"), "true");
  EXPECT_EQ(value("cdiv(n, 2) if word == 'two' else 0"), "4");
  EXPECT_EQ(value("1e2 + min(n, 3) + max(1, 2, n) + ceil(0.5)"), "111.0");
  EXPECT_THROW(value("2 ** 64"), value_error);
  EXPECT_THROW(value("n // 0"), value_error);
  EXPECT_THROW(value("word + 1"), type_error);
  for (const char* text : {"", "(n", "n n", "n +", "1 if n", "'a", "f(n) g", "min(n)", "3x"})
    EXPECT_THROW(kernel_detail::expression(text, "grid"), value_error) << text;
}

TEST(Json, ReadsWholeValuesOnly) {
  using kernel_detail::read_json;
  const auto value = read_json(R"( {"a": [1, -2.5, true, null], "b": "x\"\u00e4\n"} )");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->find("a")->members.size(), 4u);
  EXPECT_EQ(value->find("a")->members[1].value.number, -2.5);
  EXPECT_EQ(value->find("b")->text, "x\"\xc3\xa4\n");
  EXPECT_EQ(read_json(kernel_detail::json_text(value->find("b")->text))->text, value->find("b")->text);
  for (const char* text :
       {"", "{", "{\"a\" 1}", "[1,]", "\"a", "nul", "1 2", "{\"a\": \"\\x\"}", "\"\\u12\""})
    EXPECT_FALSE(read_json(text)) << text;
  EXPECT_FALSE(read_json(std::string(100, '[') + std::string(100, ']')));
}

}  // namespace
}  // namespace numloom
