// SPDX-License-Identifier: BSD-3-Clause
#include "cpu/threads.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "numloom/error.hpp"
#include "numloom/float_errors.hpp"

namespace numloom::cpu_host {

namespace {

constexpr int most_threads = 1024;
constexpr int spins_before_sleep = 2000;

void pause() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// One run at a time. `ticket` holds the run's number in its upper half and the chunks not yet claimed in its
/// lower half, so a worker that comes late to a run cannot claim from the next one by mistake. Workers are
/// started by the first run, and anew after stop().
class pool {
 public:
  bool try_acquire() noexcept { return !busy_.exchange(true, std::memory_order_acquire); }
  void release() noexcept { busy_.store(false, std::memory_order_release); }

  // The following three are for whoever has acquired the pool.
  bool start(int workers) {
    if (!threads_.empty() || workers < 1) return !threads_.empty();
    stopping_.store(false, std::memory_order_relaxed);
    try {
      for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      // Fewer threads than wished for: the caller's own is enough to go on.
    }
    return !threads_.empty();
  }
  void stop() noexcept {
    stopping_.store(true, std::memory_order_seq_cst);
    wakeups_.fetch_add(1, std::memory_order_seq_cst);
    wakeups_.notify_all();
    for (std::thread& t : threads_) t.join();
    threads_.clear();
  }
  void run(std::uint32_t chunks, void (*body)(void*, std::int64_t), void* context) {
    body_ = body;
    context_ = context;
    chunks_ = chunks;
    finished_.store(0, std::memory_order_relaxed);
    const std::uint64_t run = (ticket_.load(std::memory_order_relaxed) >> 32) + 1;
    ticket_.store(run << 32 | chunks, std::memory_order_seq_cst);
    if (sleepers_.load(std::memory_order_seq_cst) > 0) {
      wakeups_.fetch_add(1, std::memory_order_seq_cst);
      wakeups_.notify_all();
    }
    help();
    for (int spin = 0; finished_.load(std::memory_order_acquire) != chunks; ++spin)
      spin < spins_before_sleep ? pause() : static_cast<void>(sched_yield());
    float_errors::set(float_errors::get() | float_errors_.exchange(0, std::memory_order_relaxed));
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  // Claims and runs chunks until none is left. True if there was one.
  bool help() {
    bool helped = false;
    for (std::uint64_t ticket = ticket_.load(std::memory_order_acquire);;) {
      const auto left = static_cast<std::uint32_t>(ticket);
      if (left == 0) return helped;
      if (!ticket_.compare_exchange_weak(ticket, ticket - 1, std::memory_order_acq_rel,
                                         std::memory_order_acquire))
        continue;
      run_one(chunks_ - left);
      helped = true;
      ticket = ticket_.load(std::memory_order_acquire);
    }
  }

  void run_one(std::int64_t chunk) noexcept {
    try {
      body_(context_, chunk);
    } catch (...) {
      const std::lock_guard lock(error_mutex_);
      if (!error_) error_ = std::current_exception();
    }
    // A worker's floating-point errors belong to whoever asked for the run.
    if (const unsigned found = float_errors::get(); found != 0) {
      float_errors_.fetch_or(found, std::memory_order_relaxed);
      float_errors::set(0);
    }
    finished_.fetch_add(1, std::memory_order_release);
  }

  void work();

  std::atomic<std::uint64_t> ticket_{0};
  void (*body_)(void*, std::int64_t) = nullptr;
  void* context_ = nullptr;
  std::uint32_t chunks_ = 0;
  alignas(64) std::atomic<std::uint32_t> finished_{0};
  alignas(64) std::atomic<int> wakeups_{0};
  std::atomic<int> sleepers_{0};
  std::atomic<unsigned> float_errors_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> busy_{false};
  std::mutex error_mutex_;
  std::exception_ptr error_;
  std::vector<std::thread> threads_;
};

thread_local bool inside_run = false;

void pool::work() {
  inside_run = true;
  float_errors::set(0);  // a new thread has its creator's
  for (int spin = 0;;) {
    if (help()) spin = 0;
    if (stopping_.load(std::memory_order_relaxed)) return;
    if (++spin < spins_before_sleep) {
      pause();
      continue;
    }
    // Announce the sleep, then look once more: run() looks at sleepers_ after it has written the ticket.
    const int seen = wakeups_.load(std::memory_order_seq_cst);
    sleepers_.fetch_add(1, std::memory_order_seq_cst);
    const bool idle = static_cast<std::uint32_t>(ticket_.load(std::memory_order_seq_cst)) == 0;
    if (idle && !stopping_.load(std::memory_order_seq_cst)) wakeups_.wait(seen, std::memory_order_seq_cst);
    sleepers_.fetch_sub(1, std::memory_order_seq_cst);
    spin = 0;
  }
}

int cgroup_cpus() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return most_threads;
  const double cpus = std::atof(quota.c_str()) / period;
  return cpus < 1 ? 1 : static_cast<int>(std::lround(cpus));
}

int default_threads() {
  if (const char* text = std::getenv("NUMLOOM_NUM_THREADS")) {
    const int count = std::atoi(text);
    if (count >= 1) return std::min(count, most_threads);
  }
  cpu_set_t allowed;
  int count = 1;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
    count = CPU_COUNT(&allowed);
  else
    count = static_cast<int>(std::thread::hardware_concurrency());
  return std::max(1, std::min({count, cgroup_cpus(), most_threads}));
}

std::atomic<int> wanted_threads{0};  // 0: not asked yet
std::atomic<bool> shut_down{false};

// Static storage, never destroyed: threads may outlive static destructors.
alignas(pool) unsigned char pool_storage[sizeof(pool)];

// In a forked child the workers are gone and the pool's state is unknown: begin anew.
void renew_pool() {
  new (pool_storage) pool;
  inside_run = false;
}

pool& the_pool() {
  static pool& p = *[] {
    pthread_atfork(nullptr, nullptr, renew_pool);
    std::atexit([] { shutdown_threads(); });
    return new (pool_storage) pool;
  }();
  return p;
}

// A run under way in another thread finishes first.
void end_workers() noexcept {
  if (inside_run) return;
  pool& p = the_pool();
  while (!p.try_acquire()) sched_yield();
  p.stop();
  p.release();
}

}  // namespace

int num_threads() noexcept {
  int count = wanted_threads.load(std::memory_order_relaxed);
  if (count > 0) return count;
  count = default_threads();
  wanted_threads.store(count, std::memory_order_relaxed);
  return count;
}

void set_num_threads(int count) {
  if (count < 0 || count > most_threads)
    fail<value_error>("[set_num_threads] expected a count from 1 to ", most_threads,
                      ", or 0 for the default, got ", count);
  end_workers();
  wanted_threads.store(count, std::memory_order_relaxed);
}

void shutdown_threads() noexcept {
  shut_down.store(true, std::memory_order_relaxed);
  end_workers();
}

void run_chunks(std::int64_t chunks, void (*body)(void*, std::int64_t), void* context) {
  constexpr std::int64_t most_chunks = 1u << 30;
  const auto serially = [&] {
    for (std::int64_t c = 0; c < chunks; ++c) body(context, c);
  };
  if (chunks <= 1 || chunks > most_chunks || inside_run || num_threads() < 2) return serially();
  pool& p = the_pool();
  if (!p.try_acquire()) return serially();
  struct scope {
    pool& p;
    explicit scope(pool& p) : p(p) { inside_run = true; }
    ~scope() {
      inside_run = false;
      p.release();
    }
  } const scope(p);
  if (shut_down.load(std::memory_order_relaxed) || !p.start(num_threads() - 1)) return serially();
  p.run(static_cast<std::uint32_t>(chunks), body, context);
}

}  // namespace numloom::cpu_host
