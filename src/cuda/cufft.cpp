// SPDX-License-Identifier: BSD-3-Clause
// The real cuFFT. Its prototypes are spelled here: a toolkit without cuFFT should build numloom too.
#if !defined(NUMLOOM_SIM_BUILD)
#include "cuda/cufft.hpp"

#include <cstdlib>
#include <list>
#include <mutex>
#include <string_view>

#include "cuda/context.hpp"
#include "cuda/library.hpp"
#include "numloom/error.hpp"

namespace numloom::cuda_host {
namespace {

using handle = int;
constexpr int c2c = 0x29, r2c = 0x2a, z2z = 0x69, d2z = 0x6a;
constexpr int forward = -1, backward = 1;

struct cufft_api {
  shared_library library;
  int (*create)(handle*) = nullptr;
  int (*destroy)(handle) = nullptr;
  int (*set_auto_allocation)(handle, int) = nullptr;
  int (*make_plan_many)(handle, int rank, long long* n, long long* in_embed, long long in_stride,
                        long long in_dist, long long* out_embed, long long out_stride, long long out_dist,
                        int type, long long batch, std::size_t* work_bytes) = nullptr;
  int (*set_stream)(handle, void*) = nullptr;
  int (*set_work_area)(handle, void*) = nullptr;
  int (*exec_c2c)(handle, void*, void*, int) = nullptr;
  int (*exec_z2z)(handle, void*, void*, int) = nullptr;
  int (*exec_r2c)(handle, void*, void*) = nullptr;
  int (*exec_d2z)(handle, void*, void*) = nullptr;

  cufft_api() {
    const char* const wanted = std::getenv("NUMLOOM_CUFFT");
    if (wanted && std::string_view(wanted) == "none") return;
    library = open_library({"libcufft.so.12", "libcufft.so.11", "libcufft.so"}, "cufft");
    load(create, "cufftCreate");
    load(destroy, "cufftDestroy");
    load(set_auto_allocation, "cufftSetAutoAllocation");
    load(make_plan_many, "cufftMakePlanMany64");
    load(set_stream, "cufftSetStream");
    load(set_work_area, "cufftSetWorkArea");
    load(exec_c2c, "cufftExecC2C");
    load(exec_z2z, "cufftExecZ2Z");
    load(exec_r2c, "cufftExecR2C");
    load(exec_d2z, "cufftExecD2Z");
  }
  bool complete() const {
    return create && destroy && set_auto_allocation && make_plan_many && set_stream && set_work_area &&
           exec_c2c && exec_z2z && exec_r2c && exec_d2z;
  }

 private:
  template <class F> void load(F& f, const char* name) { f = reinterpret_cast<F>(library.symbol(name)); }
};

const cufft_api& api() {
  static const auto* const loaded = new cufft_api;
  return *loaded;
}

struct plan {
  int device;
  cufft_layout layout;
  handle h;
  std::size_t work_bytes;
};

constexpr std::size_t most_plans = 16;

// A plan serves one thread at a time, as long as the lock is held.
struct plan_cache {
  std::mutex lock;
  std::list<plan> plans;  // used last first

  /// Null: cuFFT refuses the layout.
  const plan* find(const cufft_layout& layout, int device) {
    for (auto it = plans.begin(); it != plans.end(); ++it)
      if (it->device == device && it->layout == layout) {
        plans.splice(plans.begin(), plans, it);
        return &plans.front();
      }
    plan made{device, layout, 0, 0};
    if (api().create(&made.h) != 0) return nullptr;
    cufft_layout l = layout;
    const bool complex = l.kind == fft_kind::complex;
    const int type = l.single ? (complex ? c2c : r2c) : (complex ? z2z : d2z);
    if (api().set_auto_allocation(made.h, 0) != 0 ||
        api().make_plan_many(made.h, 1, &l.n, &l.in_embed, l.in_stride, l.in_dist, &l.out_embed, l.out_stride,
                             l.out_dist, type, l.batch, &made.work_bytes) != 0) {
      api().destroy(made.h);
      return nullptr;
    }
    plans.push_front(made);
    if (plans.size() > most_plans) {
      api().destroy(plans.back().h);  // waits for its work, as freeing its tables does
      plans.pop_back();
    }
    return &plans.front();
  }
};

plan_cache& cache() {
  static plan_cache& plans = *new plan_cache;  // never destroyed
  return plans;
}

int execute(const plan& p, bool inverse, void* in, void* out) {
  const int way = inverse ? backward : forward;
  if (p.layout.kind == fft_kind::complex)
    return (p.layout.single ? api().exec_c2c : api().exec_z2z)(p.h, in, out, way);
  return (p.layout.single ? api().exec_r2c : api().exec_d2z)(p.h, in, out);
}

}  // namespace

bool cufft(const cufft_layout& layout, bool inverse, const void* in, void* out, stream_view s) {
  if (layout.kind == fft_kind::complex_to_real || !api().complete()) return false;
  void* const stream = enter(s);
  const std::lock_guard hold(cache().lock);
  const plan* const p = cache().find(layout, s.device.index);
  if (!p) return false;
  const storage_ptr work = temporary(static_cast<std::int64_t>(p->work_bytes) + 16, s);
  int status = api().set_stream(p->h, stream);
  if (status == 0) status = api().set_work_area(p->h, work->data);
  if (status == 0) status = execute(*p, inverse, const_cast<void*>(in), out);
  if (status != 0)
    fail<cuda_error>("[fft] expected cuFFT to make ", layout.batch, " transforms of ", layout.n,
                     " numbers, got status ", status);
  return true;
}

}  // namespace numloom::cuda_host
#endif
