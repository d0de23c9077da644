// SPDX-License-Identifier: BSD-3-Clause
// Where threads wait for each other: the block's barriers and the warp's operations. A group is completed by
// the last thread to arrive, which computes everybody's result and goes on without a switch.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "device_warp.hpp"
#include "run_grid.hpp"
#include "scheduler.hpp"

namespace numloom::simt {
namespace {

std::string place(const site& s) {
  return std::string(s.what) + " at " + s.file + ":" + std::to_string(s.line);
}

bool same_place(const site& a, const site& b) {
  return a.line == b.line && (a.file == b.file || std::strcmp(a.file, b.file) == 0);
}

std::string index_text(uint3 v) {
  return "(" + std::to_string(v.x) + "," + std::to_string(v.y) + "," + std::to_string(v.z) + ")";
}

std::string hexadecimal(unsigned mask) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%08x", mask);
  return text;
}

unsigned reduce_u32(warp_op op, unsigned a, unsigned b) {
  const int x = static_cast<int>(a);
  const int y = static_cast<int>(b);
  switch (op) {
    case warp_op::reduce_add: return a + b;
    case warp_op::reduce_min_u32: return a < b ? a : b;
    case warp_op::reduce_max_u32: return a > b ? a : b;
    case warp_op::reduce_min_i32: return x < y ? a : b;
    case warp_op::reduce_max_i32: return x > y ? a : b;
    case warp_op::reduce_and: return a & b;
    case warp_op::reduce_or: return a | b;
    default: return a ^ b;
  }
}

}  // namespace

// ---- barriers ----

NUMLOOM_SIM_SWITCHES int scheduler::barrier(barrier_kind kind, int predicate, site where) {
  const sanitizer::ignore_accesses ignore;
  thread_record& me = *current_thread;
  me.where = where;
  me.barrier = kind;
  me.barrier_value = predicate;
  me.attempts = 0;
  if (exited_ != 0) {
    for (unsigned i = 0; i < started_; ++i) {
      const thread_record& other = threads_[start_order(i)];
      if (other.state != thread_state::exited) continue;
      fail(error_launch_failure, [&] {
        return place(where) + " after thread " + index_text(other.index) +
               " of the block returned (a barrier needs every thread)";
      });
    }
  }
  if (at_barrier_ != 0) refuse_divergence(me);
#if NUMLOOM_SIM_TSAN
  // Two tags in turn: a thread must not learn what others did after the barrier that it is still leaving.
  char* const tag = &barrier_tags_[barriers_ & 1];
  sanitizer::release(tag);
#endif
  if (++at_barrier_ == count_) {
    complete_barrier(kind);
  } else {
    suspend(thread_state::at_barrier);
  }
#if NUMLOOM_SIM_TSAN
  sanitizer::acquire(tag);
#endif
  return me.barrier_value;
}

void scheduler::refuse_divergence(const thread_record& me) {
  for (unsigned i = 0; i < started_; ++i) {
    const thread_record& other = threads_[start_order(i)];
    if (other.state != thread_state::at_barrier) continue;
    if (other.barrier == me.barrier && same_place(other.where, me.where)) return;
    fail(error_launch_failure, [&] {
      return "barrier divergence: " + place(me.where) + ", but thread " + index_text(other.index) +
             " of the block waits at " + place(other.where);
    });
  }
}

void scheduler::complete_barrier(barrier_kind kind) {
  int holding = 0;
  for (unsigned i = 0; i < count_; ++i) holding += threads_[i].barrier_value != 0;
  int result = holding;
  if (kind == barrier_kind::any) result = holding != 0;
  if (kind == barrier_kind::all) result = holding == static_cast<int>(count_);
  for (unsigned i = 0; i < count_; ++i) {
    thread_record& t = threads_[start_order(i)];
    t.barrier_value = result;
    if (t.state == thread_state::at_barrier) make_ready(t);
  }
  at_barrier_ = 0;
  attempts_ = 0;
  if (observer_ != nullptr) observer_->block_met();
#if NUMLOOM_SIM_TSAN
  ++barriers_;
#endif
}

// A thread has returned while others wait for it.
void scheduler::refuse_early_exit(const thread_record& me) {
  const unsigned lane = 1u << (me.linear % warp_lanes);
  for (unsigned i = 0; i < started_; ++i) {
    const thread_record& other = threads_[start_order(i)];
    const bool at_barrier = other.state == thread_state::at_barrier;
    const bool names_me = other.state == thread_state::at_warp_op && (other.mask & lane) != 0 &&
                          other.linear / warp_lanes == me.linear / warp_lanes;
    if (!at_barrier && !names_me) continue;
    fail(error_launch_failure, [&] {
      return "returned while thread " + index_text(other.index) + " waits for it in " + place(other.where) +
             (names_me ? ", mask " + hexadecimal(other.mask) : "");
    });
  }
}

// ---- warp operations ----

NUMLOOM_SIM_SWITCHES void scheduler::exchange(warp_op op, unsigned mask, const void* value, void* result,
                                              unsigned bytes, unsigned source_lane, site where) {
  const sanitizer::ignore_accesses ignore;
  thread_record& me = *current_thread;
  warp_record& warp = warp_of(me);
  me.where = where;
  me.op = op;
  me.mask = mask;
  me.source_lane = source_lane;
  me.value_bytes = bytes;
  me.attempts = 0;
  std::memcpy(me.value, value, bytes);
  check_lanes(warp, me);
  sanitizer::release(me.value);
  warp.waiting |= 1u << (me.linear % warp_lanes);
  if (group_complete(warp, me)) {
    complete_group(warp, me);
  } else {
    suspend(thread_state::at_warp_op);
  }
#if NUMLOOM_SIM_TSAN
  sanitizer::acquire(me.tsan_group);
#endif
  std::memcpy(result, me.result, bytes);
}

void scheduler::check_lanes(const warp_record& warp, const thread_record& me) {
  const unsigned lane = me.linear % warp_lanes;
  if ((me.mask >> lane & 1) == 0) {
    fail(error_launch_failure, [&] {
      return place(me.where) + ": the calling lane " + std::to_string(lane) + " is not in its own mask " +
             hexadecimal(me.mask);
    });
  }
  const unsigned gone = me.mask & warp.exited;
  if (gone != 0) {
    fail(error_launch_failure, [&] {
      return place(me.where) + ": mask " + hexadecimal(me.mask) + " names lane " +
             std::to_string(__builtin_ctz(gone)) + ", which has returned";
    });
  }
}

// True when every lane that the mask names (and the block has) waits in the same operation.
bool scheduler::group_complete(const warp_record& warp, const thread_record& me) {
  const unsigned named = me.mask & warp.lanes;
  const unsigned here = warp.waiting & named;
  const unsigned my_lane = 1u << (me.linear % warp_lanes);
  bool all = here == named;
  const thread_record* const lanes = &threads_[me.linear & ~(warp_lanes - 1)];
  for (unsigned rest = here & ~my_lane; rest != 0; rest &= rest - 1) {
    const thread_record& other = lanes[__builtin_ctz(rest)];
    const bool same = other.op == me.op && other.mask == me.mask &&
                      (me.op == warp_op::sync || same_place(other.where, me.where));
    if (same) continue;
    all = false;
    // Each waits for the other; a lane that does not name me may first finish its own group.
    if ((other.mask & my_lane) == 0) continue;
    fail(error_launch_failure, [&] {
      return place(me.where) + ", mask " + hexadecimal(me.mask) + ", meets thread " +
             index_text(other.index) + " in " + place(other.where) + ", mask " + hexadecimal(other.mask) +
             ": they wait for each other";
    });
  }
  return all;
}

void scheduler::complete_group(warp_record& warp, const thread_record& me) {
  thread_record* const lanes = &threads_[me.linear & ~(warp_lanes - 1)];
  const unsigned group = me.mask & warp.lanes;
  warp.waiting &= ~group;
  attempts_ = 0;
  if (observer_ != nullptr) observer_->lanes_met(me.linear & ~(warp_lanes - 1), group);
  const unsigned word = word_result(lanes, group, me.op);
  for (unsigned rest = group; rest != 0; rest &= rest - 1) {
    thread_record& t = lanes[__builtin_ctz(rest)];
    if (t.op == warp_op::shuffle) {
      // What hardware leaves undefined comes out as a number nobody expects.
      const bool defined = (group >> t.source_lane & 1) != 0;
      if (defined) std::memcpy(t.result, lanes[t.source_lane].value, t.value_bytes);
      if (!defined) std::memset(t.result, 0xDB, t.value_bytes);
    } else {
      const unsigned mine = t.op == warp_op::match_any ? matching_lanes(lanes, group, t) : word;
      std::memcpy(t.result, &mine, sizeof mine);
    }
  }
#if NUMLOOM_SIM_TSAN
  // A tag for this group alone: nobody learns what its lanes do later.
  char* const tag = &warp.tsan_groups[warp.groups++ % sizeof warp.tsan_groups];
  for (unsigned rest = group; rest != 0; rest &= rest - 1) {
    lanes[__builtin_ctz(rest)].tsan_group = tag;
    sanitizer::acquire(lanes[__builtin_ctz(rest)].value);
  }
  sanitizer::release(tag);
#endif
  for (unsigned rest = group; rest != 0; rest &= rest - 1) {
    thread_record& t = lanes[__builtin_ctz(rest)];
    if (t.state == thread_state::at_warp_op) make_ready(t);
  }
}

unsigned scheduler::matching_lanes(const thread_record* lanes, unsigned group, const thread_record& t) {
  unsigned match = 0;
  for (unsigned rest = group; rest != 0; rest &= rest - 1) {
    const int lane = __builtin_ctz(rest);
    if (std::memcmp(lanes[lane].value, t.value, t.value_bytes) == 0) match |= 1u << lane;
  }
  return match;
}

// The result that all lanes of a group share.
unsigned scheduler::word_result(const thread_record* lanes, unsigned group, warp_op op) {
  const auto word = [&](int lane) {
    unsigned w;
    std::memcpy(&w, lanes[lane].value, sizeof w);
    return w;
  };
  const int first = __builtin_ctz(group);
  if (op == warp_op::sync || op == warp_op::shuffle || op == warp_op::match_any) return 0;
  if (op == warp_op::match_all) return matching_lanes(lanes, group, lanes[first]) == group ? group : 0;
  if (op == warp_op::ballot) {
    unsigned ballot = 0;
    for (unsigned rest = group; rest != 0; rest &= rest - 1) {
      ballot |= static_cast<unsigned>(word(__builtin_ctz(rest)) != 0) << __builtin_ctz(rest);
    }
    return ballot;
  }
  unsigned reduced = word(first);
  for (unsigned rest = group & (group - 1); rest != 0; rest &= rest - 1) {
    reduced = reduce_u32(op, reduced, word(__builtin_ctz(rest)));
  }
  return reduced;
}

unsigned scheduler::active_mask() const {
  const warp_record& warp = warps_[current_thread->linear / warp_lanes];
  return warp.lanes & ~warp.exited;
}

// ---- what device functions call ----

namespace {
scheduler& running(const char* what) {
  if (current_thread == nullptr) {
    std::fprintf(stderr, "numloom simulator: %s called outside a kernel\n", what);
    std::abort();
  }
  return *current_thread->block->owner;
}
}  // namespace

NUMLOOM_SIM_SWITCHES int block_barrier(barrier_kind kind, int predicate, site where) {
  return running(where.what).barrier(kind, predicate, where);
}
NUMLOOM_SIM_SWITCHES void warp_exchange(warp_op op, unsigned mask, const void* value, void* result,
                                        unsigned bytes, unsigned source_lane, site where) {
  running(where.what).exchange(op, mask, value, result, bytes, source_lane, where);
}
unsigned active_mask() { return running("__activemask").active_mask(); }
void* shared_variable(const void* key, size_t bytes, const char* name, const char* file, int line) {
  return running(name).shared_variable(key, bytes, name, file, line);
}
void* dynamic_shared() { return running("dynamic shared memory").dynamic_shared(); }
NUMLOOM_SIM_SWITCHES void give_way_if_spinning() {
  if (current_thread != nullptr) current_thread->block->owner->count_attempt();
}
NUMLOOM_SIM_SWITCHES void give_way() { running("__nanosleep").give_way(); }
void memory_fence() { running("__threadfence").memory_fence(); }
void trap(const char* what, const char* file, int line) {
  running("__trap").fail(error_assert,
                         [&] { return what + (" at " + std::string(file)) + ":" + std::to_string(line); });
}
void assert_failed(const char* condition, const char* file, int line) {
  if (current_thread != nullptr) {
    running("assert").fail(error_assert, [&] {
      return "assertion `" + std::string(condition) + "` failed at " + file + ":" + std::to_string(line);
    });
  }
  std::fprintf(stderr, "%s:%d: assertion `%s` failed\n", file, line, condition);
  std::abort();
}

}  // namespace numloom::simt
