// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/io.hpp"

#include <cmath>
#include <complex>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>

#include "numloom/manipulation.hpp"
#include "test_device.hpp"

namespace numloom {
namespace {

using test::iota;
using test::make;
using test::test_device;
using test::transposed;

class npy_file : public testing::Test {
 protected:
  npy_file() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path = (std::filesystem::temp_directory_path() /
            (std::string("numloom_") + test->name() + std::to_string(std::random_device{}()) + ".npy"))
               .string();
  }
  ~npy_file() override { std::remove(path.c_str()); }
  void write(const std::string& bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
  void write_header(const std::string& text, const std::string& elements = "") const {
    std::string head("\x93NUMPY\x01\x00", 8);
    head += static_cast<char>(text.size() & 0xff);
    head += static_cast<char>(text.size() >> 8);
    write(head + text + elements);
  }
  std::string path;
};

TEST_F(npy_file, gives_back_what_was_saved) {
  const ndarray a = iota<float>({2, 3});
  save(path, a);
  const ndarray b = load(path, test_device());
  EXPECT_EQ(b.dtype(), dtype::float32);
  EXPECT_EQ(b.shape(), a.shape());
  EXPECT_EQ(b.to_vector<float>(), a.to_vector<float>());
  save(path, transposed(a));
  EXPECT_TRUE(load(path, cpu).is_f_contiguous());
  EXPECT_EQ(load(path, cpu).to_vector<float>(), transposed(a).to_vector<float>());
  save(path, iota<std::int8_t>({}));
  EXPECT_EQ(load(path, cpu).ndim(), 0);
  save(path, iota<double>({0, 4}));
  EXPECT_EQ(load(path, cpu).shape(), shape_t({0, 4}));
}

TEST_F(npy_file, has_numpys_header) {
  save(path, iota<double>({3}));
  std::ifstream f(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(f)), {});
  EXPECT_EQ(bytes.size(), 128u + 24u);
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(bytes.substr(10, 59), "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }  ");
  EXPECT_EQ(bytes[127], '\n');
}

TEST_F(npy_file, reads_the_other_byte_order) {
  write_header("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }\n",
               std::string("\x01\x02\xff\xfe", 4));
  EXPECT_EQ(load(path, cpu).to_vector<std::int16_t>(), (std::vector<std::int16_t>{258, -2}));
}

TEST_F(npy_file, refuses_hostile_headers) {
  const std::string dtype = "{'descr': '<f8', 'fortran_order': False, 'shape': ";
  for (const std::string& text :
       {dtype + "(9223372036854775807, 9223372036854775807), }", dtype + "(-1,), }", dtype + "(1e3,), }",
        dtype + "(99999999999999999999,), }", dtype + "(2,", dtype + "(1000000000,), }",
        dtype + "(2,), 'x': 1}", std::string("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"),
        std::string("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }"),
        std::string("{'descr': '<f3', 'fortran_order': False, 'shape': (1,), }"),
        std::string("{'descr': '<f8', 'shape': (1,), }"), std::string("{'descr': '<f8"),
        std::string("__import__('os')"), std::string("")}) {
    write_header(text);
    EXPECT_THROW(load(path), value_error) << text;
  }
  write("not numpy");
  EXPECT_THROW(load(path), value_error);
  write(std::string("\x93NUMPY\x09\x00", 8));
  EXPECT_THROW(load(path), value_error);
  write(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12));
  EXPECT_THROW(load(path), value_error);
  EXPECT_THROW(load(path + ".missing"), io_error);
  EXPECT_THROW(save(path + "/missing", iota<float>({1})), io_error);
}

TEST(print, integers_and_bools_are_aligned) {
  EXPECT_EQ(to_string(make<std::int64_t>({1, -20, 300})), "[  1 -20 300]");
  EXPECT_EQ(to_string(make<bool>({true, false})), "[ True False]");
  EXPECT_EQ(to_string(iota<std::int32_t>({2, 2, 2})), "[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]");
  EXPECT_EQ(to_string(iota<float>({0, 3})), "[]");
  EXPECT_EQ(to_string(make<std::uint64_t>({~0ull})), "[18446744073709551615]");
}

TEST(print, floats_choose_one_notation) {
  EXPECT_EQ(to_string(make<double>({1, 2.5, -0.1 - 0.2})), "[ 1.   2.5 -0.3]");
  EXPECT_EQ(to_string(make<double>({1. / 3, 100})), "[  0.33333333 100.        ]");
  EXPECT_EQ(to_string(make<float>({1.f / 3, 0.1f})), "[0.33333334 0.1       ]");
  EXPECT_EQ(to_string(make<double>({1e10, 1})), "[1.e+10 1.e+00]");
  EXPECT_EQ(to_string(make<double>({1.5e-7, -1e300})), "[ 1.5e-007 -1.0e+300]");
  const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(to_string(make<double>({nan, inf, -inf, 1.5})), "[ nan  inf -inf  1.5]");
  EXPECT_EQ(to_string(make<double>({nan})), "[nan]");
  EXPECT_EQ(to_string(make<float16>({float16(0.1f), float16(1.f)})), "[0.1 1. ]");
  EXPECT_EQ(to_string(make<double>({0, -0.0})), "[ 0. -0.]");
}

TEST(print, complex_numbers) {
  using c = std::complex<double>;
  EXPECT_EQ(to_string(make<c>({c(1, 2), c(0.5, -1)})), "[1. +2.j 0.5-1.j]");
  EXPECT_EQ(to_string(make<c>({c(std::nan(""), 2.25)})), "[nan+2.25j]");
}

TEST(print, scalars_print_in_full) {
  EXPECT_EQ(to_string(make<double>({0.1 + 0.2}).view({}, {})), "0.30000000000000004");
  EXPECT_EQ(to_string(make<double>({1e16}).view({}, {})), "1e+16");
  EXPECT_EQ(to_string(make<float>({1e-5f}).view({}, {})), "1e-05");
  EXPECT_EQ(to_string(make<double>({3}).view({}, {})), "3.0");
  EXPECT_EQ(to_string(make<std::complex<double>>({{1, -2}}).view({}, {})), "(1-2j)");
  EXPECT_EQ(to_string(make<bool>({true}).view({}, {})), "True");
}

TEST(print, long_arrays_are_wrapped_and_cut) {
  EXPECT_EQ(to_string(iota<std::int64_t>({1001})), "[   0    1    2 ...  998  999 1000]");
  EXPECT_EQ(to_string(iota<std::int64_t>({30})),
            "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n"
            " 24 25 26 27 28 29]");
  EXPECT_EQ(to_string(iota<std::int64_t>({100, 11})),
            "[[   0    1    2 ...    8    9   10]\n [  11   12   13 ...   19   20   21]\n"
            " [  22   23   24 ...   30   31   32]\n ...\n [1067 1068 1069 ... 1075 1076 1077]\n"
            " [1078 1079 1080 ... 1086 1087 1088]\n [1089 1090 1091 ... 1097 1098 1099]]");
}

}  // namespace
}  // namespace numloom
