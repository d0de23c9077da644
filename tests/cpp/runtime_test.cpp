// SPDX-License-Identifier: BSD-3-Clause
// The runtime on the simulator: memory, copies, streams and events behave as CUDA's do, and mistakes are
// errors.
#include "simt_fixture.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <thread>

namespace numloom::simt {
namespace {

__global__ void fill_kernel(int* out, int value, int n) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) out[i] = value;
}
__global__ void add_one_kernel(const int* in, int* out, int n) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) out[i] = in[i] + 1;
}

}  // namespace
}  // namespace numloom::simt

namespace numloom::simt_tests {
namespace {

constexpr int size = 64;
constexpr size_t bytes = size * sizeof(int);

class RuntimeTest : public SimtTest {
 protected:
  RuntimeTest() : other(rt::stream_create()) {}
  ~RuntimeTest() override { rt::stream_destroy(other); }

  void fill(int* out, int value, rt::stream_handle on) {
    launch(simt::fill_kernel, {1, dim3(size)}, on, out, value, size);
  }
  std::string error_now(const std::function<void()>& work) {
    try {
      work();
    } catch (const rt::cuda_error& e) {
      return e.what();
    }
    ADD_FAILURE() << "expected an error, got none";
    return "";
  }

  rt::stream_handle other;
  device_array<int> a{size, stream};
  device_array<int> b{size, stream};
};

// ---- devices ----

TEST_F(RuntimeTest, DescribesItsDevice) {
  EXPECT_STREQ(rt::implementation(), "simulator");
  EXPECT_GE(rt::device_count(), 1);
  const rt::device_properties& p = rt::get_device_properties(0);
  EXPECT_EQ(p.warp_lanes, 32);
  EXPECT_EQ(p.shared_bytes_per_block, 48u * 1024);
  EXPECT_GT(p.multiprocessors, 0);
  EXPECT_EQ(rt::get_memory_info().total_bytes, p.total_bytes);
  EXPECT_EQ(rt::get_device(), 0);
  expect_parts(error_now([] { rt::set_device(99); }), {"[set_device]", "got 99", "cudaErrorInvalidDevice"});
}

TEST_F(RuntimeTest, ErrorsKnowTheCallAndTheCaller) {
  try {
    rt::stream_synchronize(nullptr);
    FAIL() << "expected an error";
  } catch (const rt::cuda_error& e) {
    EXPECT_EQ(e.code, 400);
    EXPECT_EQ(e.name, "cudaErrorInvalidResourceHandle");
    EXPECT_EQ(e.call, "stream_synchronize");
    EXPECT_NE(std::strstr(e.file, "runtime_test.cpp"), nullptr);
    EXPECT_GT(e.line, 0u);
  }
  EXPECT_EQ(rt::take_last_error(), 400);
  EXPECT_EQ(rt::take_last_error(), 0);
}

// ---- memory ----

TEST_F(RuntimeTest, AlignsAndAccountsForMemory) {
  const size_t before = rt::get_memory_info().free_bytes;
  void* p = rt::malloc_device(1000);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % 256, 0u);
  EXPECT_EQ(rt::get_memory_info().free_bytes, before - 1000);
  EXPECT_EQ(rt::get_pointer_info(p).kind, rt::memory_kind::device);
  EXPECT_EQ(rt::get_pointer_info(p).device, 0);
  rt::free_device(p);
  EXPECT_EQ(rt::get_memory_info().free_bytes, before);
  EXPECT_EQ(rt::malloc_device(0), nullptr);
  rt::free_device(nullptr);
  int on_stack = 0;
  EXPECT_EQ(rt::get_pointer_info(&on_stack).kind, rt::memory_kind::unknown);
}

TEST_F(RuntimeTest, RunsOutOfMemory) {
  const std::string text = error_now([] { rt::malloc_device(rt::get_memory_info().total_bytes + 1); });
  expect_parts(text, {"[malloc_device] asked for", "are free", "cudaErrorMemoryAllocation"});
  // What is on its way back counts as free.
  const size_t most = rt::get_memory_info().free_bytes;  // other tests' pools hold on to what they cached
  void* large = rt::malloc_async(most, stream);
  rt::free_async(large, stream);
  void* again = rt::malloc_async(most, stream);
  rt::free_device(again);
}

TEST_F(RuntimeTest, NewMemoryHoldsNothingUseful) {
  std::vector<unsigned char> seen(64);
  unsigned char* p = static_cast<unsigned char*>(rt::malloc_device(64));
  rt::memcpy_async(seen.data(), p, 64, rt::copy_kind::device_to_host, stream);
  EXPECT_EQ(seen, std::vector<unsigned char>(64, 0xCD));
  rt::free_device(p);
}

TEST_F(RuntimeTest, DoubleFree) {
  void* p = rt::malloc_device(96);
  rt::free_device(p);
  expect_parts(
      error_now([&] { rt::free_device(p); }),
      {"double free: 96 bytes allocated at", "runtime_test.cpp", "freed at", "cudaErrorInvalidValue"});
  void* q = rt::malloc_async(96, stream);
  rt::free_async(q, stream);
  expect_parts(error_now([&] { rt::free_async(q, stream); }), {"[free_async] double free"});
}

TEST_F(RuntimeTest, FreeingWhatIsNoAllocation) {
  int on_stack = 0;
  expect_parts(error_now([&] { rt::free_device(&on_stack); }), {"expected a pointer that malloc_device"});
  expect_parts(error_now([&] { rt::free_device(a + 1); }), {"expected a pointer that malloc_device"});
  expect_parts(error_now([&] { rt::free_host(&on_stack); }), {"expected a pointer that malloc_host"});
}

TEST_F(RuntimeTest, UseAfterFreeInALaunch) {
  int* p = static_cast<int*>(rt::malloc_device(bytes));
  rt::free_device(p);
  expect_parts(
      error_of([&] { fill(p, 1, stream); }),
      {"[fill_kernel] launched at", "argument 1: use after free: 256 bytes allocated at", "freed at"});
  int* q = static_cast<int*>(rt::malloc_async(bytes, stream));
  rt::free_async(q, stream);
  expect_parts(error_of([&] { fill(q, 1, stream); }), {"argument 1: use after free"});
}

TEST_F(RuntimeTest, UseAfterFreeInACopy) {
  int* p = static_cast<int*>(rt::malloc_device(bytes));
  rt::free_device(p);
  expect_parts(error_of([&] { rt::memset_async(p, 0, bytes, stream); }), {"[memset_async] use after free"});
}

// The kernel was queued in time, but nothing orders it before the other stream's free.
TEST_F(RuntimeTest, FreeOnAnotherStreamWithoutAnEvent) {
  int caught = 0;
  for (unsigned long seed = 1; seed <= 20; ++seed) {
    simt::set_seed(seed);
    int* p = static_cast<int*>(rt::malloc_async(bytes, stream));
    fill(p, 1, stream);
    rt::free_async(p, other);
    try {
      rt::device_synchronize();
    } catch (const rt::cuda_error& e) {
      ++caught;
      expect_parts(e.what(), {"[fill_kernel] launched at", "argument 1: use after free"});
    }
  }
  EXPECT_GT(caught, 0);
  EXPECT_LT(caught, 20);
}

TEST_F(RuntimeTest, HostPointerInALaunch) {
  std::vector<int> host(size);
  expect_parts(error_of([&] { fill(host.data(), 1, stream); }),
               {"[fill_kernel]", "argument 1: expected device memory, got a pointer to host memory"});
}

TEST_F(RuntimeTest, CopiesOutsideAnAllocation) {
  std::vector<int> host(size + 1);
  expect_parts(
      error_of([&] { rt::memcpy_async(a, host.data(), bytes + 4, rt::copy_kind::host_to_device, stream); }),
      {"[memcpy_async] bytes 0 to 260 of 256 bytes allocated at"});
  expect_parts(
      error_of([&] { rt::memcpy_async(host.data(), host.data(), 4, rt::copy_kind::host_to_device, stream); }),
      {"expected device memory, got a pointer to host memory"});
  expect_parts(error_of([&] { rt::memcpy_async(a, b, 4, rt::copy_kind::host_to_device, stream); }),
               {"expected host memory, got device memory"});
}

TEST_F(RuntimeTest, HostAccessToDeviceMemory) {
  fill(a, 1, stream);
  rt::stream_synchronize(stream);
  volatile int* p = a;
#if NUMLOOM_SIM_TSAN
  EXPECT_DEATH(std::printf("%d", p[3]), "SEGV");
#else
  EXPECT_DEATH(std::printf("%d", p[3]),
               "host code touched device memory at .*byte 12 of 256 bytes allocated at");
  EXPECT_DEATH(p[5] = 1, "host code touched device memory at .*byte 20 of 256 bytes");
#endif
}

TEST_F(RuntimeTest, BlocksInsideAPool) {
  char* slab = static_cast<char*>(rt::malloc_device(4096));
  int* block = reinterpret_cast<int*>(slab + 1024);
  rt::annotate_used(block, 60 * sizeof(int), 256, stream);
  launch(simt::fill_kernel, {1, 64}, stream, block, 1, 60);
  rt::stream_synchronize(stream);
#if NUMLOOM_SIM_ASAN
  const auto run = [&] {
    launch(simt::fill_kernel, {1, 64}, stream, block, 1, 61);
    rt::stream_synchronize(stream);
  };
  EXPECT_DEATH(run(), "fill_kernel. block \\(0,0,0\\) thread \\(60,0,0\\)");
#endif
  rt::annotate_unused(block, 256, stream);
  rt::annotate_used(block, 64 * sizeof(int), 256, stream);
  launch(simt::fill_kernel, {1, 64}, stream, block, 1, 64);
  rt::free_device(slab);
}

// ---- copies ----

TEST_F(RuntimeTest, OrdinaryHostMemoryIsStaged) {
  std::vector<int> host(size, 7);
  rt::memcpy_async(a, host.data(), bytes, rt::copy_kind::host_to_device, stream);
  host.assign(size, 8);  // allowed: the copy has taken what it needs
  EXPECT_EQ(a.values(), std::vector<int>(size, 7));
}

TEST_F(RuntimeTest, PinnedMemoryIsCopiedLate) {
  int* pinned = static_cast<int*>(rt::malloc_host(bytes));
  EXPECT_EQ(rt::get_pointer_info(pinned).kind, rt::memory_kind::pinned_host);
  std::fill_n(pinned, size, 7);
  rt::memcpy_async(a, pinned, bytes, rt::copy_kind::host_to_device, stream);
  std::fill_n(pinned, size, 8);  // a bug: and it shows
  EXPECT_EQ(a.values(), std::vector<int>(size, 8));

  rt::memcpy_async(pinned, a, bytes, rt::copy_kind::device_to_host, stream);
  std::fill_n(pinned, size, 0);
  EXPECT_EQ(pinned[0], 0);  // not yet
  rt::stream_synchronize(stream);
  EXPECT_EQ(pinned[0], 8);
  rt::free_host(pinned);
}

TEST_F(RuntimeTest, CopiesAndFillsOnTheDevice) {
  fill(a, 3, stream);
  rt::memcpy_async(b, a, bytes, rt::copy_kind::device_to_device, stream);
  rt::memset_async(a, 0x11, bytes / 2, stream);
  EXPECT_EQ(b.values(), std::vector<int>(size, 3));
  EXPECT_EQ(a.values()[0], 0x11111111);
  EXPECT_EQ(a.values()[size - 1], 3);
}

// ---- streams and events ----

TEST_F(RuntimeTest, WorkRunsOnlyWhenSomebodyWaits) {
  const auto before = rt::get_statistics();
  int* pinned = static_cast<int*>(rt::malloc_host(bytes));
  pinned[0] = 0;
  fill(a, 5, stream);
  rt::memcpy_async(pinned, a, bytes, rt::copy_kind::device_to_host, stream);
  EXPECT_EQ(pinned[0], 0);
  int looks = 0;
  while (!rt::stream_query(stream)) ++looks;
  EXPECT_GT(looks, 0);
  EXPECT_EQ(pinned[0], 5);
  rt::free_host(pinned);
  const auto after = rt::get_statistics();
  EXPECT_EQ(after.launches - before.launches, 1u);
  EXPECT_EQ(after.copies_device_to_host - before.copies_device_to_host, 1u);
  EXPECT_EQ(after.bytes_device_to_host - before.bytes_device_to_host, bytes);
}

// How often the reader on the other stream sees the writer's values, over twenty seeds.
int right_results(rt::stream_handle writer, rt::stream_handle reader, bool with_event, int* a, int* b) {
  int right = 0;
  for (unsigned long seed = 1; seed <= 20; ++seed) {
    simt::set_seed(seed);
    rt::memset_async(a, 0, bytes, writer);
    rt::stream_synchronize(writer);
    const rt::event_handle written = rt::event_create();
    launch(simt::fill_kernel, {1, dim3(size)}, writer, a, 41, size);
    rt::event_record(written, writer);
    if (with_event) rt::stream_wait_event(reader, written);
    launch(simt::add_one_kernel, {1, dim3(size)}, reader, a, b, size);
    int result = 0;
    rt::memcpy_async(&result, b, sizeof result, rt::copy_kind::device_to_host, reader);
    rt::event_destroy(written);
    rt::device_synchronize();
    right += result == 42;
  }
  return right;
}

TEST_F(RuntimeTest, AMissingEventShows) { EXPECT_LT(right_results(stream, other, false, a, b), 20); }

TEST_F(RuntimeTest, AnEventOrdersStreams) { EXPECT_EQ(right_results(stream, other, true, a, b), 20); }

TEST_F(RuntimeTest, SeedZeroRunsOnlyWhatIsAskedFor) {
  simt::set_seed(0);
  fill(a, 1, stream);
  fill(b, 2, other);
  rt::stream_synchronize(stream);
  EXPECT_FALSE(rt::stream_query(other) && false);
  const rt::event_handle reached = rt::event_create();
  rt::event_record(reached, other);
  rt::event_synchronize(reached);
  EXPECT_TRUE(rt::event_query(reached));
  rt::event_destroy(reached);
  EXPECT_EQ(b.values(), std::vector<int>(size, 2));
}

TEST_F(RuntimeTest, AnEventThatWasNeverRecordedIsReached) {
  const rt::event_handle event = rt::event_create();
  EXPECT_TRUE(rt::event_query(event));
  rt::stream_wait_event(stream, event);
  rt::event_synchronize(event);
  rt::event_destroy(event);
}

TEST_F(RuntimeTest, EventsMeasureTime) {
  const rt::event_handle start = rt::event_create(true);
  const rt::event_handle stop = rt::event_create(true);
  rt::event_record(start, stream);
  fill(a, 1, stream);
  rt::event_record(stop, stream);
  expect_parts(error_now([&] { rt::event_elapsed_ms(start, stop); }),
               {"have not been reached", "cudaErrorNotReady"});
  rt::event_synchronize(stop);
  EXPECT_GT(rt::event_elapsed_ms(start, stop), 0.f);
  const rt::event_handle untimed = rt::event_create();
  rt::event_record(untimed, stream);
  rt::stream_synchronize(stream);
  expect_parts(error_now([&] { rt::event_elapsed_ms(start, untimed); }), {"created with timing"});
  for (const rt::event_handle e : {start, stop, untimed}) rt::event_destroy(e);
}

TEST_F(RuntimeTest, DestroyedStreamsAndEvents) {
  const rt::stream_handle gone = rt::stream_create();
  fill(a, 9, gone);
  rt::stream_destroy(gone);
  expect_parts(error_now([&] { fill(a, 1, gone); }), {"[launch] the stream was destroyed"});
  expect_parts(error_now([&] { rt::stream_destroy(gone); }), {"the stream was destroyed"});
  rt::device_synchronize();  // its work is still done
  EXPECT_EQ(a.values(), std::vector<int>(size, 9));
  const rt::event_handle event = rt::event_create();
  rt::event_destroy(event);
  expect_parts(error_now([&] { rt::event_record(event, stream); }), {"the event was destroyed"});
  int no_stream = 0;
  expect_parts(error_now([&] { rt::stream_query(&no_stream); }), {"expected a stream, got something else"});
  expect_parts(error_now([&] { fill(a, 1, nullptr); }), {"there is no default stream"});
}

TEST_F(RuntimeTest, LongQueuesRunByThemselves) {
  for (int i = 0; i < 3000; ++i) fill(a, i, stream);
  EXPECT_EQ(a.values(), std::vector<int>(size, 2999));
}

TEST_F(RuntimeTest, SeveralHostThreads) {
  std::vector<std::thread> threads;
  std::vector<int> results(4);
  for (size_t t = 0; t < results.size(); ++t) {
    threads.emplace_back([&results, t] {
      const rt::stream_handle mine = rt::stream_create();
      const device_array<int> data(size, mine);
      for (int i = 0; i < 20; ++i) {
        launch(simt::fill_kernel, {1, dim3(size)}, mine, data, static_cast<int>(t) + i, size);
        rt::stream_synchronize(mine);
      }
      results[t] = data.values()[0];
      rt::stream_destroy(mine);
    });
  }
  for (std::thread& t : threads) t.join();
  for (size_t t = 0; t < results.size(); ++t) EXPECT_EQ(results[t], static_cast<int>(t) + 19);
}

// ---- several devices, none ----

TEST(RuntimeDevices, NoDevice) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  setenv("NUMLOOM_SIM_DEVICES", "0", 1);
  const auto look = [] {
    if (rt::device_count() != 0) std::exit(1);
    try {
      rt::malloc_device(8);
    } catch (const rt::cuda_error& e) {
      std::fprintf(stderr, "%s\n", e.what());
      std::exit(0);
    }
    std::exit(2);
  };
  EXPECT_EXIT(look(), testing::ExitedWithCode(0), "there is no device.*cudaErrorNoDevice");
  unsetenv("NUMLOOM_SIM_DEVICES");
}

void use_two_devices() {
  rt::set_device(1);
  const rt::stream_handle second = rt::stream_create();
  int* there = static_cast<int*>(rt::malloc_device(bytes));
  rt::set_device(0);
  const rt::stream_handle first = rt::stream_create();
  int* here = static_cast<int*>(rt::malloc_device(bytes));
  if (rt::get_pointer_info(there).device != 1) std::exit(1);
  launch(simt::fill_kernel, {1, dim3(size)}, second, there, 6, size);
  rt::stream_synchronize(second);
  try {
    launch(simt::fill_kernel, {1, dim3(size)}, first, there, 6, size);
  } catch (const rt::cuda_error& e) {
    std::fprintf(stderr, "%s\n", e.what());
  }
  rt::memcpy_peer_async(here, 0, there, 1, bytes, first);
  int result = 0;
  rt::memcpy_async(&result, here, sizeof result, rt::copy_kind::device_to_host, first);
  if (result != 6) std::exit(2);
  rt::enable_peer_access(1);
  launch(simt::fill_kernel, {1, dim3(size)}, first, there, 7, size);
  rt::stream_synchronize(first);
  std::exit(0);
}

TEST(RuntimeDevices, TwoDevices) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  setenv("NUMLOOM_SIM_DEVICES", "2", 1);
  EXPECT_EXIT(use_two_devices(), testing::ExitedWithCode(0),
              "memory of device 1 used on device 0 without peer access");
  unsetenv("NUMLOOM_SIM_DEVICES");
}

TEST(RuntimeDevices, DebugSyncNamesTheLaunch) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  setenv("NUMLOOM_DEBUG_SYNC", "1", 1);
  const auto run = [] {
    const rt::stream_handle stream = rt::stream_create();
    int* p = static_cast<int*>(rt::malloc_device(bytes));
    launch(simt::fill_kernel, {1, dim3(size)}, stream, p, 6, size);
    std::exit(rt::stream_query(stream) ? 0 : 1);
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
  unsetenv("NUMLOOM_DEBUG_SYNC");
}

}  // namespace
}  // namespace numloom::simt_tests
