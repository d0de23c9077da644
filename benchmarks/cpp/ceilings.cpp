// SPDX-License-Identifier: BSD-3-Clause
// How fast this machine's memory can be read, copied and added, with one thread and with several: the
// ceilings that the benchmark's large rows are measured against. Stores go past the caches, as a store to a
// large output should.
//
//   ceilings [THREADS]     prints one JSON object: {"read": [one, several], "copy": [...], "add": [...]}, in
//   GB/s
//
// A GB/s counts the bytes that the operation must move: n read; n read and n written; 2 n read and n written.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace {

constexpr std::size_t bytes = std::size_t{32} << 20;  // 8 M float32, as in the large rows
constexpr int passes = 80;

using vec = float __attribute__((vector_size(64)));
constexpr std::size_t length = bytes / sizeof(vec);

void stream(vec* to, const vec& value) {
#if defined(__AVX512F__)
  _mm512_stream_ps(reinterpret_cast<float*>(to), reinterpret_cast<const __m512&>(value));
#elif defined(__AVX__)
  const auto* half = reinterpret_cast<const __m256*>(&value);
  _mm256_stream_ps(reinterpret_cast<float*>(to), half[0]);
  _mm256_stream_ps(reinterpret_cast<float*>(to) + 8, half[1]);
#elif defined(__x86_64__)
  const auto* quarter = reinterpret_cast<const __m128*>(&value);
  for (int i = 0; i < 4; ++i) _mm_stream_ps(reinterpret_cast<float*>(to) + 4 * i, quarter[i]);
#else
  *to = value;
#endif
}

struct buffers {
  vec* a;
  vec* b;
  vec* c;
};

float read_all(const buffers& m, std::size_t begin, std::size_t end) {
  vec s0{}, s1{}, s2{}, s3{};  // four sums, so that no load waits for an addition
  for (std::size_t i = begin; i + 4 <= end; i += 4) {
    s0 += m.a[i];
    s1 += m.a[i + 1];
    s2 += m.a[i + 2];
    s3 += m.a[i + 3];
  }
  const vec s = (s0 + s1) + (s2 + s3);
  return s[0] + s[7];
}

float copy_all(const buffers& m, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) stream(m.c + i, m.a[i]);
  return 0;
}

float add_all(const buffers& m, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) stream(m.c + i, m.a[i] + m.b[i]);
  return 0;
}

// Least seconds of many passes; all threads start a pass together, and the last to finish ends it.
template <class Work> double least_seconds(const buffers& m, int threads, Work work) {
  std::atomic<int> round{0}, done{0};
  volatile float sink = 0;
  const auto part = [&](int k) {
    const std::size_t share = length / static_cast<std::size_t>(threads);
    sink = work(m, static_cast<std::size_t>(k) * share, static_cast<std::size_t>(k + 1) * share);
  };
  std::vector<std::thread> team;
  for (int k = 1; k < threads; ++k) {
    team.emplace_back([&, k] {
      for (int pass = 1; pass <= passes; ++pass) {
        while (round.load() < pass) std::this_thread::yield();
        part(k);
        ++done;
      }
    });
  }
  double least = 1e9;
  for (int pass = 1; pass <= passes; ++pass) {
    done = 0;
    const auto start = std::chrono::steady_clock::now();
    round = pass;
    part(0);
    while (done.load() < threads - 1) std::this_thread::yield();
    least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  for (auto& t : team) t.join();
  return least;
}

template <class Work>
void print(const char* name, const buffers& m, int threads, double moved, Work work, const char* end) {
  const double one = moved / least_seconds(m, 1, work) / 1e9;
  const double several = moved / least_seconds(m, threads, work) / 1e9;
  std::printf("\"%s\": [%.2f, %.2f]%s", name, one, several, end);
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::max(1, std::atoi(argv[1])) : 2;
  buffers m{};
  for (vec** p : {&m.a, &m.b, &m.c}) {
    *p = static_cast<vec*>(std::aligned_alloc(4096, bytes));
    if (*p == nullptr) return std::fputs("ceilings: no memory for three buffers of 32 MiB\n", stderr), 1;
    std::fill(*p, *p + length, vec{} + 1.0F);
  }
  const double n = static_cast<double>(bytes);
  std::printf("{\"threads\": [1, %d], ", threads);
  print("read", m, threads, n, read_all, ", ");
  print("copy", m, threads, 2 * n, copy_all, ", ");
  print("add", m, threads, 3 * n, add_all, "}\n");
  for (vec* p : {m.a, m.b, m.c}) std::free(p);
  return 0;
}
