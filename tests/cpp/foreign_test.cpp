// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/foreign.hpp"

#include "numloom/creation.hpp"
#include "numloom/error.hpp"
#include "numloom/indexing.hpp"
#include "test_device.hpp"

// The start of dlpack.h's structures, to spoil what a tensor says of itself.
struct tensor_head {
  void* data;
  std::int32_t device_type, device_id, ndim;
  std::uint8_t code, bits;
  std::uint16_t lanes;
};

namespace numloom {
namespace {

using test::iota;
using test::make;
using test::test_device;
using test::transposed;
using test::values;

TEST(dlpack, both_arrays_share_memory_strides_and_device) {
  const ndarray a = transposed(iota<float>({2, 3}));
  const ndarray b = from_dlpack(to_dlpack(a));
  EXPECT_EQ(b.device(), a.device());
  EXPECT_EQ(b.dtype(), dtype::float32);
  EXPECT_EQ(b.shape(), a.shape());
  EXPECT_EQ(b.strides(), a.strides());
  b.assign(7.0F);
  EXPECT_EQ(values(a), std::vector<double>(6, 7));
}

TEST(dlpack, every_dtype_comes_back) {
  for (int i = 0; i < dtype_count; ++i) {
    const dtype t = static_cast<dtype>(i);
    const ndarray a = zeros({3}, {.dtype = t, .device = test_device()});
    EXPECT_EQ(from_dlpack(to_dlpack(a)).dtype(), t);
    EXPECT_EQ(from_dlpack(to_dlpack_unversioned(a)).dtype(), t);
  }
}

TEST(dlpack, memory_lives_as_long_as_the_tensor) {
  DLManagedTensorVersioned* tensor = to_dlpack(make<double>({1, 2, 3}));
  const ndarray b = from_dlpack(tensor);
  EXPECT_EQ(values(b), (std::vector<double>{1, 2, 3}));
}

TEST(dlpack, what_is_read_only_stays_so) {
  const ndarray a = broadcast_to(make<int>({1, 2}), {3, 2});
  EXPECT_FALSE(from_dlpack(to_dlpack(a)).writeable());
  EXPECT_THROW(to_dlpack_unversioned(a), buffer_error);
}

TEST(dlpack, arrays_without_elements_or_axes) {
  EXPECT_EQ(from_dlpack(to_dlpack(make<double>({}))).shape(), (shape_t{0}));
  EXPECT_EQ(from_dlpack(to_dlpack(make<double>({5}, {}))).item<double>(), 5);
}

TEST(dlpack, types_and_devices_that_no_array_has_are_refused) {
  const auto spoiled = [](auto change) {
    DLManagedTensor* tensor = to_dlpack_unversioned(make<double>({1, 2}));
    auto* head = reinterpret_cast<tensor_head*>(tensor);
    const tensor_head before = *head;
    change(*head);
    EXPECT_THROW(from_dlpack(tensor), buffer_error);
    *head = before;
    EXPECT_EQ(from_dlpack(tensor).size(), 2);  // a refused tensor still is the caller's
  };
  spoiled([](tensor_head& t) { t.code = 4; });  // bfloat16
  spoiled([](tensor_head& t) { t.bits = 128; });
  spoiled([](tensor_head& t) { t.lanes = 2; });
  spoiled([](tensor_head& t) { t.device_type = 4; });  // OpenCL
}

}  // namespace
}  // namespace numloom
