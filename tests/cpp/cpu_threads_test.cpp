// SPDX-License-Identifier: BSD-3-Clause
// The CPU's thread pool: every chunk runs once, whoever calls, also nested, concurrently, after errors and
// forks.
#include "cpu/threads.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "numloom/error.hpp"

namespace numloom::cpu_host {
namespace {

class cpu_threads : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { set_num_threads(GetParam()); }
  void TearDown() override { set_num_threads(0); }
};
INSTANTIATE_TEST_SUITE_P(counts, cpu_threads, testing::Values(1, 2, 3, 8));

TEST_P(cpu_threads, every_chunk_runs_once) {
  for (int round = 0; round < 200; ++round) {
    std::vector<std::atomic<int>> runs(static_cast<std::size_t>(round));
    for_each_chunk(round, [&](std::int64_t c) { ++runs[static_cast<std::size_t>(c)]; });
    for (const auto& count : runs) ASSERT_EQ(count, 1);
  }
}

TEST_P(cpu_threads, ranges_cover_everything_and_keep_to_the_grain) {
  for (std::int64_t n : {0, 1, 7, 64, 1000, 12345}) {
    std::vector<std::atomic<int>> seen(static_cast<std::size_t>(n));
    std::atomic<std::int64_t> shortest{n};
    parallel_for(n, 10, [&](std::int64_t begin, std::int64_t end) {
      shortest = std::min(shortest.load(), end - begin);
      for (std::int64_t i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
    });
    for (const auto& count : seen) ASSERT_EQ(count, 1);
    if (n >= 10) {
      EXPECT_GE(shortest, 10);
    }
  }
}

TEST_P(cpu_threads, nested_runs_are_serial_and_complete) {
  std::atomic<int> total{0};
  for_each_chunk(8, [&](std::int64_t) {
    const auto outer = std::this_thread::get_id();
    for_each_chunk(8, [&](std::int64_t) {
      EXPECT_EQ(std::this_thread::get_id(), outer);
      ++total;
    });
  });
  EXPECT_EQ(total, 64);
}

TEST_P(cpu_threads, an_exception_reaches_the_caller_and_the_pool_goes_on) {
  EXPECT_THROW(for_each_chunk(32,
                              [](std::int64_t c) {
                                if (c == 17) throw std::out_of_range("17");
                              }),
               std::out_of_range);
  std::atomic<int> total{0};
  for_each_chunk(32, [&](std::int64_t) { ++total; });
  EXPECT_EQ(total, 32);
}

TEST_P(cpu_threads, callers_in_several_threads_do_not_disturb_each_other) {
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t)
    callers.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        std::atomic<std::int64_t> sum{0};
        for_each_chunk(20, [&](std::int64_t c) { sum += c; });
        if (sum != 190) ++wrong;
      }
    });
  for (std::thread& t : callers) t.join();
  EXPECT_EQ(wrong, 0);
}

// ThreadSanitizer does not support threads started after a fork, and the child waits forever for
// AddressSanitizer's allocator where another thread was in it.
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
TEST_P(cpu_threads, a_forked_child_has_a_pool_of_its_own) {
  std::atomic<int> before{0};
  for_each_chunk(64, [&](std::int64_t) { ++before; });
  const pid_t child = fork();
  if (child == 0) {
    std::atomic<int> total{0};
    for_each_chunk(64, [&](std::int64_t) { ++total; });
    _exit(total == 64 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}
#endif

TEST(cpu_threads_count, can_be_set_and_goes_back_to_the_default) {
  const int usual = num_threads();
  set_num_threads(3);
  EXPECT_EQ(num_threads(), 3);
  set_num_threads(0);
  EXPECT_EQ(num_threads(), usual);
  EXPECT_THROW(set_num_threads(-1), value_error);
}

}  // namespace
}  // namespace numloom::cpu_host
