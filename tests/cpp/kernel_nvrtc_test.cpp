// SPDX-License-Identifier: BSD-3-Clause
// NVRTC up to the cubin and the kernels' signatures, which needs no GPU. It must agree with what the host's
// compiler says of the same text.
#include <gtest/gtest.h>

#include "kernel/nvrtc.hpp"
#include "numloom/kernel.hpp"

namespace numloom::kernel_detail {
namespace {

constexpr const char* text = R"(
#include <stdint.h>
struct particle { double x; float mass; int id; };
template <class T> __global__ void scale(const T* x, T* y, T a, int n) {
  __shared__ T s[64];
  s[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  y[threadIdx.x] = s[63 - threadIdx.x] * a;
}
extern "C" __global__ void many(float a, const float* __restrict__ x, view<const double, 2> v, complex<float> z,
                                particle p, uint64_t n, float4* q, void* any, float16* h, bool b, char* c) {
  if (b) q[0].x = a * x[0] + float(v(1, 2)) + p.mass + z.re + float(h[0]);
}
)";

class Nvrtc : public testing::Test {
 protected:
  void SetUp() override {
    if (nvrtc_version() == 0) GTEST_SKIP() << "NVRTC is not on this machine";
  }
};

TEST_F(Nvrtc, MakesCubinsForArchitecturesWithoutAGpu) {
  for (const char* architecture : {"sm_80", "sm_90"}) {
    const device_image image = compile_for_device({text, {"scale<float>", "many"}, {}}, architecture);
    EXPECT_EQ(image.bytes.substr(0, 4),
              "\x7f"
              "ELF");
    ASSERT_EQ(image.kernels.size(), 2u);
    EXPECT_EQ(image.kernels[0].symbol, "_Z5scaleIfEvPKT_PS0_S0_i");
    EXPECT_EQ(image.kernels[1].symbol, "many");
  }
  const device_image ptx = compile_for_device({text, {"many"}, {}}, "compute_80");
  EXPECT_NE(ptx.bytes.find(".target sm_80"), std::string::npos);
}

TEST_F(Nvrtc, SpellsTheSameParametersAsTheHostsCompiler) {
  const compile_job job{text, {"scale<double>", "many"}, {}};
  const device_image image = compile_for_device(job, "sm_90");
  const auto host = compile_for_host(job);
  for (std::size_t k = 0; k < 2; ++k) {
    const std::vector<parameter> device = parse_signature(image.kernels[k].signature);
    const std::vector<parameter>& expected = host->functions()[k].parameters;
    ASSERT_EQ(device.size(), expected.size());
    for (std::size_t i = 0; i < device.size(); ++i) {
      EXPECT_EQ(device[i].text, expected[i].text);
      EXPECT_EQ(device[i].kind, expected[i].kind);
      EXPECT_EQ(device[i].element.type, expected[i].element.type);
      EXPECT_EQ(device[i].is_const, expected[i].is_const);
      EXPECT_EQ(device[i].rank, expected[i].rank);
      const bool sized = device[i].kind != parameter_kind::structure;
      EXPECT_EQ(device[i].bytes, sized ? expected[i].bytes : 0);
    }
  }
}

TEST_F(Nvrtc, ErrorsPointAtTheText) {
  try {
    kernel("__global__ void broken(float* x) {\n  x[0] = missing;\n}", "broken", {.file = "nowhere"})
        .device_image("sm_90");
    FAIL() << "it compiled";
  } catch (const compile_error& e) {
    EXPECT_NE(std::string(e.what()).find("<kernel>:2: error: identifier \"missing\" is undefined\n    2 |"),
              std::string::npos)
        << e.what();
    EXPECT_EQ(e.line, 2);
  }
  try {
    kernel("__global__ void f(float* x) {}", "g", {.file = "nowhere"}).device_image("sm_90");
    FAIL() << "it compiled";
  } catch (const compile_error& e) {
    EXPECT_NE(std::string(e.what()).find("no kernel for 'g'; kernels in the source: f"), std::string::npos);
  }
}

TEST(Signature, ReadsWhatCompilersSpell) {
  const auto p = parse_signature(
      "void (*)(float const*, numloom::simt::view<int const, 3>, uchar4*, foo<int, 2>, bool)");
  ASSERT_EQ(p.size(), 5u);
  EXPECT_EQ(p[0].element.type, dtype::float32);
  EXPECT_TRUE(p[0].is_const);
  EXPECT_EQ(p[1].kind, parameter_kind::view);
  EXPECT_EQ(p[1].rank, 3);
  EXPECT_EQ(p[1].text, "view<int const, 3>");
  EXPECT_EQ(p[2].element.lanes, 4);
  EXPECT_EQ(p[2].element_alignment, 4u);
  EXPECT_EQ(p[3].kind, parameter_kind::structure);
  EXPECT_EQ(p[4].element.type, dtype::bool_);
  EXPECT_TRUE(parse_signature("void (*)()").empty());
}

}  // namespace
}  // namespace numloom::kernel_detail
