// SPDX-License-Identifier: BSD-3-Clause
// The CPU's memory pool: alignment, reuse, statistics, limits, threads, forks.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "numloom/error.hpp"
#include "numloom/memory.hpp"

namespace numloom {
namespace {

TEST(cpu_memory, blocks_of_all_sizes_are_aligned_and_apart) {
  struct block {
    storage_ptr memory;
    std::size_t bytes;
    unsigned char mark;
  };
  std::vector<block> blocks;
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    const std::size_t bytes = random() % (i % 50 == 0 ? 3'000'000 : i % 5 == 0 ? 40'000 : 600);
    block b{allocate(bytes, cpu), bytes, static_cast<unsigned char>(i)};
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(b.memory->data) % 64, 0u);
    ASSERT_EQ(b.memory->bytes, bytes);
    std::memset(b.memory->data, b.mark, bytes);
    blocks.push_back(std::move(b));
    if (random() % 3 == 0) {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      const block& gone = blocks.back();
      const auto* p = static_cast<const unsigned char*>(gone.memory->data);
      for (std::size_t k = 0; k < gone.bytes; k += 61) ASSERT_EQ(p[k], gone.mark);
      blocks.pop_back();
    }
  }
}

TEST(cpu_memory, a_freed_block_is_used_again) {
  for (const std::size_t bytes : {std::size_t{100}, std::size_t{50'000}, std::size_t{20'000'000}}) {
    const void* first = allocate(bytes, cpu)->data;
    EXPECT_EQ(allocate(bytes, cpu)->data, first) << bytes;
  }
}

TEST(cpu_memory, statistics_count_what_is_in_use) {
  const memory_statistics before = memory_stats(cpu);
  reset_peak_memory(cpu);
  {
    const storage_ptr a = allocate(1 << 20, cpu), b = allocate(10, cpu);
    const memory_statistics now = memory_stats(cpu);
    EXPECT_GE(now.used, before.used + (1 << 20) + 10);
    EXPECT_LE(now.used, before.used + (1 << 20) * 9 / 8 + 200);
    EXPECT_GE(now.held, now.used - before.used);
    EXPECT_EQ(now.allocations, before.allocations + 2);
  }
  EXPECT_EQ(memory_stats(cpu).used, before.used);
  EXPECT_GE(memory_stats(cpu).peak, before.used + (1 << 20));
  reset_peak_memory(cpu);
  EXPECT_EQ(memory_stats(cpu).peak, before.used);
}

TEST(cpu_memory, cached_blocks_go_back_to_the_system) {
  allocate(50 << 20, cpu);
  const std::size_t held = memory_stats(cpu).held;
  free_cached_memory(cpu);
  EXPECT_LE(memory_stats(cpu).held, held - (50 << 20));
}

TEST(cpu_memory, the_limit_holds_and_the_error_says_why) {
  free_cached_memory(cpu);
  const std::size_t limit = memory_stats(cpu).held + (20 << 20);
  set_memory_limit(limit, cpu);
  EXPECT_EQ(memory_stats(cpu).limit, limit);
  {
    const storage_ptr fits = allocate(10 << 20, cpu);
    try {
      allocate(15 << 20, cpu);
      ADD_FAILURE() << "the limit was passed";
    } catch (const memory_error& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find("15728640 bytes"), std::string::npos) << text;
      EXPECT_NE(text.find("limit " + std::to_string(limit)), std::string::npos) << text;
      EXPECT_NE(text.find("held "), std::string::npos) << text;
    }
  }
  EXPECT_NO_THROW(allocate(15 << 20, cpu)) << "cached blocks must make room";
  set_memory_limit(0, cpu);
}

TEST(cpu_memory, absurd_sizes_fail_at_once) {
  for (const std::size_t bytes :
       {~std::size_t{0}, ~std::size_t{0} - 63, std::size_t{1} << 62, std::size_t{1} << 47})
    EXPECT_THROW(allocate(bytes, cpu), memory_error) << bytes;
}

TEST(cpu_memory, no_bytes_are_a_block_too) {
  const storage_ptr a = allocate(0, cpu);
  EXPECT_NE(a->data, nullptr);
}

TEST(cpu_memory, blocks_may_be_freed_by_other_threads) {
  const std::size_t before = memory_stats(cpu).used;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([] {
        std::vector<storage_ptr> mine;
        for (int i = 0; i < 300; ++i) mine.push_back(allocate(static_cast<std::size_t>(i * 37 % 2000), cpu));
        std::thread([given = std::move(mine)]() mutable { given.clear(); }).join();
      });
    for (std::thread& t : threads) t.join();
  }
  EXPECT_EQ(memory_stats(cpu).used, before);
}

TEST(cpu_memory, a_forked_child_can_allocate) {
  const storage_ptr held = allocate(1000, cpu);
  const pid_t child = fork();
  if (child == 0) {
    bool good = true;
    for (int i = 0; i < 100; ++i) good &= allocate(static_cast<std::size_t>(i) * 5000, cpu)->data != nullptr;
    _exit(good ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace numloom
