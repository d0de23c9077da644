// SPDX-License-Identifier: BSD-3-Clause
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "cuda/pool.hpp"
#include "cuda/runtime.hpp"
#include "cuda_support.hpp"
#include "numloom/device.hpp"

namespace numloom {
namespace {

using namespace cuda_test;

constexpr std::size_t KiB = 1024, MiB = 1024 * KiB;

std::uintptr_t address(const storage_ptr& s) { return reinterpret_cast<std::uintptr_t>(s->data); }

class cuda_pool : public testing::Test {
 protected:
  void SetUp() override { gpu().free_cached(0); }
  void TearDown() override { gpu().set_limit(0, 0); }
};

TEST_F(cuda_pool, blocks_are_aligned_and_do_not_overlap) {
  std::vector<storage_ptr> blocks;
  std::set<std::pair<std::uintptr_t, std::uintptr_t>> ranges;
  numbers source(1);
  for (int i = 0; i < 300; ++i) {
    const auto bytes = static_cast<std::size_t>(source.below(i % 10 == 0 ? 8000000 : 20000));
    blocks.push_back(gpu().allocate(bytes, queue()));
    EXPECT_EQ(address(blocks.back()) % 256, 0u);
    EXPECT_EQ(blocks.back()->bytes, bytes);
    ranges.insert({address(blocks.back()), address(blocks.back()) + std::max<std::size_t>(bytes, 1)});
    if (source.below(3) == 0) {
      const auto gone = static_cast<std::size_t>(source.below(static_cast<std::int64_t>(blocks.size())));
      ranges.erase(
          {address(blocks[gone]), address(blocks[gone]) + std::max<std::size_t>(blocks[gone]->bytes, 1)});
      blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(gone));
    }
    std::uintptr_t end = 0;
    for (const auto& [first, last] : ranges) {
      ASSERT_GE(first, end);
      end = last;
    }
  }
}

TEST_F(cuda_pool, gives_a_freed_block_out_again_without_the_system) {
  storage_ptr block = gpu().allocate(5000, queue());
  const auto first = address(block);
  const auto calls = gpu().statistics(0).system_calls;
  block = {};
  block = gpu().allocate(4900, queue());
  EXPECT_EQ(address(block), first);
  EXPECT_EQ(gpu().statistics(0).system_calls, calls);
}

TEST_F(cuda_pool, merges_large_neighbours) {
  storage_ptr a = gpu().allocate(4 * MiB, queue()), b = gpu().allocate(4 * MiB, queue());
  storage_ptr c = gpu().allocate(4 * MiB, queue());
  const auto first = address(a);
  const auto calls = gpu().statistics(0).system_calls;
  a = b = {};
  const storage_ptr both = gpu().allocate(8 * MiB, queue());
  EXPECT_EQ(address(both), first);
  EXPECT_EQ(gpu().statistics(0).system_calls, calls);
}

TEST_F(cuda_pool, counts_what_is_used_held_and_the_peak) {
  const memory_statistics before = gpu().statistics(0);
  gpu().reset_peak(0);
  {
    const storage_ptr a = gpu().allocate(3 * MiB, queue()), b = gpu().allocate(100, queue());
    const memory_statistics s = gpu().statistics(0);
    EXPECT_EQ(s.used - before.used, 3 * MiB + 256);
    EXPECT_GE(s.held, s.used);
    EXPECT_EQ(s.allocations - before.allocations, 2u);
  }
  const memory_statistics after = gpu().statistics(0);
  EXPECT_EQ(after.used, before.used);
  EXPECT_EQ(after.peak - before.used, 3 * MiB + 256);
  gpu().free_cached(0);
  EXPECT_LT(gpu().statistics(0).held, after.held);
}

TEST_F(cuda_pool, a_limit_is_kept_and_named) {
  gpu().set_limit(gpu().statistics(0).held + 40 * MiB, 0);
  storage_ptr block = gpu().allocate(30 * MiB, queue());
  try {
    gpu().allocate(30 * MiB, queue());
    FAIL() << "expected memory_error";
  } catch (const memory_error& e) {
    const std::string text = e.what();
    for (const char* part : {"30.0 MiB", "cuda:0", "held", "free", "limit"})
      EXPECT_NE(text.find(part), std::string::npos) << text;
  }
  block = {};  // cached: given back to make room for a size that it does not fit
  EXPECT_NO_THROW(gpu().allocate(35 * MiB, queue()));
}

TEST_F(cuda_pool, streams_have_blocks_of_their_own) {
  const stream other(cuda(0));
  const std::uintptr_t first = address(gpu().allocate(5000, queue()));
  const storage_ptr block = gpu().allocate(5000, other);
  EXPECT_NE(address(block), first);  // free there, but its work may still be queued
}

TEST_F(cuda_pool, a_block_that_another_stream_uses_waits_for_it) {
  const stream other(cuda(0));
  std::vector<float> zeros(1000, 0.0f);
  const device_vector<float> kept(zeros);
  gpu().synchronize(queue());
  storage_ptr block = gpu().allocate(4000, queue());
  const auto first = address(block);
  event filled(cuda(0));
  const std::vector<float> ones(1000, 1.0f);
  gpu().copy_from_host(block->data, ones.data(), 4000, queue());
  filled.record(queue());
  other.wait(filled);
  const std::int64_t n = 1000, step = 4;
  iteration_space space;
  const operand_layout operands[] = {{kept.data(), &step}, {block->data, &step}};
  canonicalise(space, std::span(&n, 1), operands);
  gpu().copy(space, 4, nullptr, other);
  gpu().record_stream(block, other);
  block = {};
  // Whoever gets the block next overwrites it on the first stream.
  const storage_ptr next = gpu().allocate(4000, queue());
  if (address(next) == first) {
    EXPECT_TRUE(gpu().query(other));
  }
  gpu().copy_from_host(next->data, zeros.data(), 4000, queue());
  gpu().synchronize(queue());
  gpu().synchronize(other);
  std::vector<float> result(1000);
  gpu().copy_to_host(result.data(), kept.data(), 4000, other);
  EXPECT_EQ(result, ones);
}

TEST_F(cuda_pool, blocks_outlive_their_stream) {
  storage_ptr block;
  {
    const stream other(cuda(0));
    block = gpu().allocate(5000, other);
  }
  EXPECT_NO_THROW(block = {});
  EXPECT_NO_THROW(gpu().free_cached(0));
}

TEST(cuda_fork, a_child_gets_one_clear_error) {
  const device_vector<float> parent(std::vector<float>{1, 2, 3});  // CUDA has been started
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    int status = 1;
    try {
      gpu().allocate(100, {nullptr, cuda(0)});
    } catch (const cuda_error& e) {
      if (std::string(e.what()).find("fork") != std::string::npos) status = 0;
    } catch (...) {
      status = 2;
    }
    _exit(status);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(parent.read(), (std::vector<float>{1, 2, 3}));
}

TEST(cuda_errors, a_missing_device_is_named) {
  EXPECT_THROW(gpu().create_stream(60), not_available);
  EXPECT_THROW(gpu().allocate(10, {nullptr, cuda(60)}), not_available);
}

}  // namespace
}  // namespace numloom
