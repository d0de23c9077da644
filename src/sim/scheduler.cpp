// SPDX-License-Identifier: BSD-3-Clause
#include "scheduler.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <numeric>

#include "cuda/symbol_name.hpp"
#include "faults.hpp"

namespace numloom::simt {

constinit thread_local thread_record* current_thread = nullptr;

namespace {

std::atomic<unsigned long>& seed_value() {
  static std::atomic<unsigned long> value = [] {
    const char* text = std::getenv("NUMLOOM_SIM_SEED");
    return text == nullptr ? 1ul : std::strtoul(text, nullptr, 10);
  }();
  return value;
}

// A thread that has done this many atomics or fences in a row may be waiting for another one's.
constexpr unsigned attempts_before_giving_way = 1024;
// And a block that has done this many while no thread got to a barrier, a warp operation or its end will not
// move.
constexpr unsigned long long attempts_before_deadlock = 1ull << 27;

std::string triple(uint3 v) {
  return "(" + std::to_string(v.x) + "," + std::to_string(v.y) + "," + std::to_string(v.z) + ")";
}

unsigned long mix(unsigned long x) {
  x ^= x >> 31;
  x *= 0x9E3779B97F4A7C15ul;
  x ^= x >> 29;
  x *= 0xBF58476D1CE4E5B9ul;
  return x ^ (x >> 32);
}

}  // namespace

unsigned long seed() { return seed_value(); }
void set_seed(unsigned long value) { seed_value() = value; }
std::string running_thread() {
  return current_thread == nullptr ? "" : current_thread->block->owner->running_thread();
}
void run_grid(const grid_launch& launch) { scheduler::of_this_os_thread().run(launch); }
void set_observer(execution_observer* observer) { scheduler::of_this_os_thread().observe(observer); }
bool is_own_memory(const void* address, size_t bytes) {
  return current_thread->block->owner->owns(address, bytes);
}
bool is_shared_memory(const void* address, size_t bytes) {
  return current_thread->block->owner->shares(address, bytes);
}
std::string near_shared_memory(const void* address) {
  return current_thread->block->owner->near_shared(address);
}
void fail_thread(int code, std::string (*text)(const void*), const void* captured) {
  current_thread->block->owner->fail(code, [&] { return text(captured); });
}

scheduler& scheduler::of_this_os_thread() {
  thread_local const std::unique_ptr<scheduler> instance(new scheduler);
  return *instance;
}

scheduler::~scheduler() { drop_tsan_fibers(); }

void scheduler::drop_tsan_fibers() {
#if NUMLOOM_SIM_TSAN
  for (void* f : tsan_fibers_) __tsan_destroy_fiber(f);
  tsan_fibers_.clear();
#endif
}

// ---- a grid, a block ----

NUMLOOM_SIM_SWITCHES void scheduler::run(const grid_launch& launch) {
  if (launch_ != nullptr) throw kernel_error(error_invalid_value, "a kernel cannot launch a kernel");
  check_configuration(launch);
  faults::watch_this_os_thread();
  const sanitizer::ignore_accesses ignore;
  launch_ = &launch;
  block_.block_dim = launch.block;
  block_.grid_dim = launch.grid;
  count_ = launch.block.x * launch.block.y * launch.block.z;
  failure_.clear();
  failure_code_ = 0;
  kernel_name_.clear();
  block_.owner = this;
  const uint3 dim = block_.block_dim;
  for (unsigned i = 0; i < count_; ++i) {
    threads_[i].linear = i;
    threads_[i].index = {i % dim.x, i / dim.x % dim.y, i / (dim.x * dim.y)};
    threads_[i].block = &block_;
  }
#if NUMLOOM_SIM_TSAN
  host_.tsan = __tsan_get_current_fiber();
  // A pool somewhat larger than the block: fibres are dear, and turning it gives a lane of one block another
  // fibre than the same lane of the next, so most races between blocks still show.
  if (tsan_fibers_.size() > 4 * size_t{count_}) drop_tsan_fibers();
  while (tsan_fibers_.size() < count_ + warp_lanes + 1) tsan_fibers_.push_back(__tsan_create_fiber(0));
  sanitizer::release(&launch_tag_);
#endif
  if (launch.only_block != nullptr) {
    block_.index = *launch.only_block;
    run_block();
  }
  const unsigned planes = launch.only_block != nullptr ? 0 : launch.grid.z;
  for (unsigned z = 0; z < planes && failure_.empty(); ++z) {
    for (unsigned y = 0; y < launch.grid.y && failure_.empty(); ++y) {
      for (unsigned x = 0; x < launch.grid.x && failure_.empty(); ++x) {
        block_.index = {x, y, z};
        run_block();
      }
    }
  }
#if NUMLOOM_SIM_TSAN
  sanitizer::acquire(&end_tag_);
#endif
  shared_.end_grid();
  launch_ = nullptr;
  if (!failure_.empty()) throw kernel_error(failure_code_, failure_);
}

NUMLOOM_SIM_SWITCHES void scheduler::run_block() {
  prepare_block();
  if (observer_ != nullptr) observer_->block_began();
  start_fresh_fiber(false);
  current_thread = nullptr;
  end_block();
}

void scheduler::prepare_block() {
  started_ = exited_ = at_barrier_ = 0;
  ready_head_ = ready_tail_ = 0;
  attempts_ = 0;
  order_offset_ = 0;
  order_stride_ = 1;
  if (seed() != 0 && count_ > 1) {
    const unsigned long random =
        mix(seed() + 0x632BE59Bul * block_.index.x + block_.index.y + block_.index.z);
    order_offset_ = random % count_;
    order_stride_ = 1 + (random >> 20) % (count_ - 1);
    while (std::gcd(order_stride_, size_t{count_}) != 1) ++order_stride_;
  }
  for (unsigned w = 0; w * warp_lanes < count_; ++w) {
    const unsigned lanes = count_ - w * warp_lanes;
    warps_[w] = warp_record{};
    warps_[w].lanes = lanes >= warp_lanes ? ~0u : (1u << lanes) - 1;
  }
#if NUMLOOM_SIM_TSAN
  tsan_rotation_ += warp_lanes + 1;
#endif
}

void scheduler::end_block() {
  if (failure_.empty()) {
    const std::string damage = shared_.damage();
    if (!damage.empty()) {
      failure_code_ = error_illegal_address;
      failure_ = failure_text("block " + triple(block_.index) + ": " + damage);
    }
  }
  if (!failure_.empty()) {
    idle_.clear();
    for (const auto& f : fibers_) idle_.push_back(f.get());
#if NUMLOOM_SIM_TSAN
    tsan_fibers_.clear();  // not destroyed: they stopped while their accesses were ignored, and TSan minds
#endif
  }
  shared_.end_block();
}

// ---- threads and fibres ----

// Where every fibre begins.
NUMLOOM_SIM_SWITCHES void scheduler::fiber_main() {
  fiber_started();
  sanitizer::begin_ignoring();
  scheduler& self = of_this_os_thread();
  bool thrown = true;
  try {
    self.start_threads();
    thrown = false;
  } catch (const std::exception& e) {
    self.note_failure(error_launch_failure, std::string("C++ exception: ") + e.what());
  } catch (...) {
    self.note_failure(error_launch_failure, "C++ exception of unknown type");
  }
  if (thrown) self.abandon_grid();
  self.resume_next();
  std::abort();
}

// Runs threads on the running fibre until there are none left to start. ThreadSanitizer tells threads apart
// by their fibre, so there each has one of its own.
NUMLOOM_SIM_SWITCHES void scheduler::start_threads() {
  do {
    thread_record& me = threads_[start_order(started_++)];
    me.home = running_;
    me.state = thread_state::running;
    me.attempts = 0;
    current_thread = &me;
#if NUMLOOM_SIM_TSAN
    sanitizer::acquire(&launch_tag_);
    sanitizer::end_ignoring();
#endif
    launch_->invoke(launch_->closure);
#if NUMLOOM_SIM_TSAN
    sanitizer::begin_ignoring();
#endif
    publish_to_host();
    finish_thread();
  } while (!NUMLOOM_SIM_TSAN && started_ < count_);
}

// What the thread has done so far comes before what the host does after the grid, should the thread not go
// on.
void scheduler::publish_to_host() {
#if NUMLOOM_SIM_TSAN
  sanitizer::release(&end_tag_);
#endif
}

void scheduler::finish_thread() {
  thread_record& me = *current_thread;
  me.state = thread_state::exited;
  ++exited_;
  attempts_ = 0;
  warp_record& warp = warp_of(me);
  warp.exited |= 1u << (me.linear % warp_lanes);
  if (at_barrier_ != 0 || warp.waiting != 0) refuse_early_exit(me);
}

void scheduler::make_ready(thread_record& thread) {
  thread.state = thread_state::ready;
  ready_[ready_tail_++ % ready_.size()] = static_cast<unsigned short>(thread.linear);
}

bool scheduler::next_ready(thread_record*& next) {
  if (ready_head_ == ready_tail_) return false;
  next = &threads_[ready_[ready_head_++ % ready_.size()]];
  return true;
}

// The running thread waits; returns when it may go on.
NUMLOOM_SIM_SWITCHES void scheduler::suspend(thread_state state) {
  thread_record& me = *current_thread;
  me.state = state;
  publish_to_host();
  thread_record* next = nullptr;
  // One that gives way must not find itself again while others have not begun.
  const bool start_first = state == thread_state::ready && started_ < count_;
  if (!start_first && next_ready(next)) {
    if (next != &me) {
      current_thread = next;
      leave_for(*next->home, false);
    }
  } else if (started_ < count_) {
    start_fresh_fiber(false);
  } else {
    fail_deadlock();
  }
  me.state = thread_state::running;
  current_thread = &me;
}

// The running fibre has nothing left to do.
NUMLOOM_SIM_SWITCHES void scheduler::resume_next() {
  thread_record* next = nullptr;
  fiber* to = &host_;
  if (started_ < count_) {
    put_aside(running_);
    start_fresh_fiber(true);
  } else if (next_ready(next)) {
    to = next->home;
  } else if (exited_ != count_) {
    fail_deadlock();
  }
  put_aside(running_);
  current_thread = next;
  sanitizer::end_ignoring();
  leave_for(*to, true);
}

NUMLOOM_SIM_SWITCHES void scheduler::start_fresh_fiber(bool running_ends) {
  fiber& fresh = idle_fiber();
  fresh.arm(&scheduler::fiber_main);
#if NUMLOOM_SIM_TSAN
  const thread_record& thread = threads_[start_order(started_)];
  fresh.tsan = tsan_fibers_[(thread.linear + tsan_rotation_) % tsan_fibers_.size()];
  const std::string name =
      kernel_name() + " block " + triple(block_.index) + " thread " + triple(thread.index);
  __tsan_set_fiber_name(fresh.tsan, name.c_str());
  if (running_ends) sanitizer::end_ignoring();
#endif
  leave_for(fresh, running_ends);
}

NUMLOOM_SIM_SWITCHES void scheduler::leave_for(fiber& to, bool ends) {
  fiber& from = running_ == nullptr ? host_ : *running_;
  running_ = &to == &host_ ? nullptr : &to;
  switch_fiber(from, to, ends);
  running_ = &from == &host_ ? nullptr : &from;
}

void scheduler::put_aside(fiber* f) {
  if (f != deep_.get()) idle_.push_back(f);
}

fiber& scheduler::idle_fiber() {
  if (count_ == 1) {
    if (deep_ == nullptr) deep_ = std::make_unique<fiber>(0, deep_stack_bytes);
    return *deep_;
  }
  // A fibre that has just ended is on top of the list while its stack is still in use; it is taken last.
  if (!idle_.empty() && idle_.back() == running_) std::swap(idle_.front(), idle_.back());
  if (idle_.empty() || idle_.back() == running_) {
    fibers_.push_back(std::make_unique<fiber>(static_cast<unsigned>(fibers_.size())));
    return *fibers_.back();
  }
  fiber& taken = *idle_.back();
  idle_.pop_back();
  return taken;
}

void scheduler::give_way() {
  const sanitizer::ignore_accesses ignore;
  make_ready(*current_thread);
  suspend(thread_state::ready);
}

NUMLOOM_SIM_SWITCHES void scheduler::count_attempt() {
  thread_record& me = *current_thread;
  if (++me.attempts < attempts_before_giving_way) return;
  attempts_ += me.attempts;
  me.attempts = 0;
  if (attempts_ > attempts_before_deadlock) {
    fail(error_launch_failure, [] {
      return "waits for ever: the block's threads repeat atomics or fences and none gets further. Blocks run "
             "one "
             "after another, so a block can wait only for earlier ones";
    });
  }
  give_way();
}

void scheduler::memory_fence() {
  if (observer_ != nullptr) observer_->fenced();
#if NUMLOOM_SIM_TSAN
  sanitizer::acquire(&fence_tag_);
  sanitizer::release(&fence_tag_);
#endif
  count_attempt();
}

// ---- shared memory ----

void* scheduler::shared_variable(const void* key, size_t bytes, const char* name, const char* file,
                                 int line) {
  if (void* found = shared_.find(key)) return found;
  const sanitizer::ignore_accesses ignore;
  void* made = shared_.make(key, bytes, name, file, line);
  const size_t limit = launch_->opt_in ? opt_in_shared_bytes : default_shared_bytes;
  const size_t in_use = shared_.bytes_in_use();
  const size_t total = in_use + (shared_.find(this) == nullptr ? launch_->dynamic_bytes : 0);
  if (total > limit || total - launch_->dynamic_bytes > default_shared_bytes) {
    fail(error_invalid_value, [&] {
      return "too much shared memory: " + std::to_string(total) + " bytes with `" + name + "`, of which " +
             std::to_string(launch_->dynamic_bytes) + " dynamic; a block has " + std::to_string(limit) +
             ", and at most 49152 of it static";
    });
  }
  return made;
}

void* scheduler::dynamic_shared() {
  return shared_variable(this, launch_->dynamic_bytes, "dynamic shared memory", launch_->file, launch_->line);
}

// ---- failures ----

const std::string& scheduler::kernel_name() const {
  if (kernel_name_.empty()) kernel_name_ = cuda_runtime::symbol_name(launch_->kernel);
  return kernel_name_;
}

std::string scheduler::failure_text(const std::string& text) const {
  const bool known = launch_->file[0] != 0;  // a launch from Python is in the traceback
  const std::string place =
      known ? std::string(" at ") + launch_->file + ":" + std::to_string(launch_->line) : "";
  return "[" + kernel_name() + "] " + text + "; launched" + place + " with grid " + triple(launch_->grid) +
         ", block " + triple(launch_->block);
}

std::string scheduler::running_thread() const {
  if (launch_ == nullptr || current_thread == nullptr) return "";
  return "[" + kernel_name() + "] block " + triple(block_.index) + " thread " + triple(current_thread->index);
}

std::string scheduler::describe(const thread_record& thread) const {
  return "thread " + triple(thread.index) + " at " + thread.where.what + " " + thread.where.file + ":" +
         std::to_string(thread.where.line);
}

void scheduler::note_failure(int code, const std::string& text) {
  const sanitizer::ignore_accesses ignore;
  publish_to_host();
  failure_code_ = code;
  failure_ = failure_text("block " + triple(block_.index) + " thread " + triple(current_thread->index) +
                          ": " + text);
}

NUMLOOM_SIM_SWITCHES void scheduler::abandon_grid() {
  current_thread = nullptr;
  leave_for(host_, true);
  std::abort();
}

bool scheduler::owns(const void* address, size_t bytes) const {
  const char* p = static_cast<const char*>(address);
  const char* self = reinterpret_cast<const char*>(this);
  if (address == &current_thread) return true;
  return (p >= self && p + bytes <= self + sizeof *this) || (running_ != nullptr && running_->in_stack(p));
}

bool scheduler::stack_overflowed(const void* address) const {
  return running_ != nullptr && running_->in_guard(address);
}

void scheduler::fail_deadlock() {
  fail(error_launch_failure, [this] { return describe_deadlock(); });
}

std::string scheduler::describe_deadlock() const {
  std::string text = "deadlock: every thread waits.";
  unsigned shown = 0;
  for (unsigned i = 0; i < count_ && shown < 4; ++i) {
    const thread_record& t = threads_[i];
    const bool waits = t.state == thread_state::at_barrier || t.state == thread_state::at_warp_op;
    const bool repeats =
        i > 0 && threads_[i - 1].state == t.state && threads_[i - 1].where.line == t.where.line;
    if (!waits || repeats) continue;
    text += (shown++ == 0 ? " " : "; ") + describe(t);
  }
  return text;
}

}  // namespace numloom::simt
