// SPDX-License-Identifier: BSD-3-Clause
#include "cpu/blas.hpp"

#include <dlfcn.h>
#include <glob.h>
#include <link.h>

#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

namespace numloom::cpu_host {

/// How builds name their functions: OpenBLAS for wheels puts scipy_ in front; 64-bit integers show in the
/// suffix.
struct naming {
  const char *prefix, *suffix, *own_suffix;  // the last one is that of openblas_...
  int integer_bytes;
};
constexpr naming namings[] = {
    {"scipy_", "_64_", "64_", 8}, {"scipy_", "_", "", 4}, {"", "_64_", "64_", 8}, {"", "_", "", 4}};

struct blas_search {
  static std::optional<blas_library> open(const std::string& path, bool loaded, const std::string& origin) {
    void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | (loaded ? RTLD_NOLOAD : 0));
    if (handle == nullptr) return {};
    for (const naming& n : namings) {
      blas_library found;
      found.handle_ = handle;
      found.prefix_ = n.prefix;
      found.suffix_ = n.suffix;
      found.integer_bytes_ = n.integer_bytes;
      if (!found.function("dgemm")) continue;
      const char types[] = {'s', 'd', 'c', 'z'};
      for (int i = 0; i < 4; ++i) {
        found.gemm_[i] = found.function((std::string(1, types[i]) + "gemm").c_str());
        found.gemv_[i] = found.function((std::string(1, types[i]) + "gemv").c_str());
      }
      for (int i = 0; i < 2; ++i)
        found.syrk_[i] = found.function((std::string(1, types[i]) + "syrk").c_str());
      const auto own = [&](const char* name) {
        return dlsym(handle, (std::string(n.prefix) + "openblas_" + name + n.own_suffix).c_str());
      };
      void* const config = own("get_config");
      // BLIS and MKL are fast as well; others are most likely the reference implementation.
      if (!config && !dlsym(handle, "bli_init") && !dlsym(handle, "MKL_Get_Max_Threads") &&
          origin != "NUMLOOM_BLAS")
        break;
      found.threads_ = reinterpret_cast<int (*)()>(own("get_num_threads"));
      found.set_threads_ = reinterpret_cast<void (*)(int)>(own("set_num_threads"));
      found.description_ = origin + ": " + path;
      if (config) found.description_.append(", ").append(reinterpret_cast<char* (*)()>(config)());
      return found;
    }
    dlclose(handle);
    return {};
  }

  static int visit_loaded(dl_phdr_info* info, std::size_t, void* paths) {
    const std::string_view path = info->dlpi_name;
    if (path.find("openblas") != path.npos) static_cast<std::vector<std::string>*>(paths)->emplace_back(path);
    return 0;
  }

  static std::vector<std::string> matches(const std::string& pattern) {
    std::vector<std::string> paths;
    glob_t found{};
    if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
      paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    globfree(&found);
    return paths;
  }

  /// site-packages, when this library lies in <site-packages>/numloom/lib.
  static std::string packages() {
    Dl_info here{};
    if (dladdr(reinterpret_cast<void*>(&packages), &here) == 0 || here.dli_fname == nullptr) return {};
    std::string path = here.dli_fname;
    for (int level = 0; level < 3; ++level)
      path.resize(path.find_last_of('/') == path.npos ? 0 : path.find_last_of('/'));
    return path;
  }

  /// Where Python keeps its packages: beside this library, in the environment that is entered, in a
  /// checkout's own (this library being build/PRESET/libnumloom.so), and for the user and the machine.
  static std::vector<std::string> package_folders() {
    std::vector<std::string> folders;
    if (const std::string here = packages(); !here.empty())
      folders.insert(folders.end(), {here, here + "/.venv/lib/python3*/site-packages"});
    for (const char* variable : {"VIRTUAL_ENV", "CONDA_PREFIX"})
      if (const char* const place = std::getenv(variable))
        folders.push_back(std::string(place) + "/lib/python3*/site-packages");
    if (const char* const home = std::getenv("HOME"))
      folders.push_back(std::string(home) + "/.local/lib/python3*/site-packages");
    folders.emplace_back("/usr/local/lib/python3*/*-packages");
    return folders;
  }

  static std::optional<blas_library> find() {
    const char* const wanted = std::getenv("NUMLOOM_BLAS");
    if (wanted && std::string_view(wanted) == "none") return {};
    if (wanted && *wanted) return open(wanted, false, "NUMLOOM_BLAS");
    std::vector<std::string> loaded;
    dl_iterate_phdr(visit_loaded, &loaded);
    for (const std::string& path : loaded)
      if (auto found = open(path, true, "loaded already")) return found;
    for (const std::string& folder : package_folders())
      for (const char* place :
           {"/scipy_openblas32/lib/libscipy_openblas.so", "/numpy.libs/libscipy_openblas64_*.so"})
        for (const std::string& path : matches(folder + place))
          if (auto found = open(path, false, "wheel")) return found;
    for (const char* name : {"libopenblas.so.0", "libopenblas64_.so.0", "libblas.so.3"})
      if (auto found = open(name, false, "system")) return found;
    return {};
  }
};

const blas_library* blas_library::get() {
  // Never closed: its threads may run until the process ends.
  static const blas_library* const library = [] {
    std::optional<blas_library> found = blas_search::find();
    return found ? new blas_library(*std::move(found)) : nullptr;
  }();
  return library;
}

void* blas_library::function(const char* name) const {
  return dlsym(handle_, (prefix_ + name + suffix_).c_str());
}

namespace {
template <class T> constexpr int slot_of = -1;
template <> constexpr int slot_of<float> = 0;
template <> constexpr int slot_of<double> = 1;
template <> constexpr int slot_of<std::complex<float>> = 2;
template <> constexpr int slot_of<std::complex<double>> = 3;

template <class Int, class T>
void call_gemm(void* f, char a_form, char b_form, std::int64_t m64, std::int64_t n64, std::int64_t k64,
               const T* a, std::int64_t lda64, const T* b, std::int64_t ldb64, T* c, std::int64_t ldc64) {
  const auto m = static_cast<Int>(m64), n = static_cast<Int>(n64), k = static_cast<Int>(k64),
             lda = static_cast<Int>(lda64), ldb = static_cast<Int>(ldb64), ldc = static_cast<Int>(ldc64);
  const T one(1), zero(0);
  // Fortran passes the lengths of strings behind the arguments.
  using function =
      void (*)(const char*, const char*, const Int*, const Int*, const Int*, const T*, const T*, const Int*,
               const T*, const Int*, const T*, T*, const Int*, std::size_t, std::size_t);
  reinterpret_cast<function>(f)(&a_form, &b_form, &m, &n, &k, &one, a, &lda, b, &ldb, &zero, c, &ldc, 1, 1);
}

template <class Int, class T>
void call_gemv(void* f, char form, std::int64_t m64, std::int64_t n64, const T* a, std::int64_t lda64,
               const T* x, std::int64_t incx64, T* y, std::int64_t incy64) {
  const auto m = static_cast<Int>(m64), n = static_cast<Int>(n64), lda = static_cast<Int>(lda64),
             incx = static_cast<Int>(incx64), incy = static_cast<Int>(incy64);
  const T one(1), zero(0);
  using function = void (*)(const char*, const Int*, const Int*, const T*, const T*, const Int*, const T*,
                            const Int*, const T*, T*, const Int*, std::size_t);
  reinterpret_cast<function>(f)(&form, &m, &n, &one, a, &lda, x, &incx, &zero, y, &incy, 1);
}

template <class Int, class T>
void call_syrk(void* f, char form, std::int64_t n64, std::int64_t k64, const T* a, std::int64_t lda64, T* c,
               std::int64_t ldc64) {
  const auto n = static_cast<Int>(n64), k = static_cast<Int>(k64), lda = static_cast<Int>(lda64),
             ldc = static_cast<Int>(ldc64);
  const T one(1), zero(0);
  using function = void (*)(const char*, const char*, const Int*, const Int*, const T*, const T*, const Int*,
                            const T*, T*, const Int*, std::size_t, std::size_t);
  reinterpret_cast<function>(f)("L", &form, &n, &k, &one, a, &lda, &zero, c, &ldc, 1, 1);
}
}  // namespace

template <class T>
bool blas_library::syrk(char form, std::int64_t n, std::int64_t k, const T* a, std::int64_t lda, T* c,
                        std::int64_t ldc) const {
  void* const f = syrk_[slot_of<T>];
  if (!f) return false;
  const auto call = integer_bytes_ == 8 ? call_syrk<std::int64_t, T> : call_syrk<std::int32_t, T>;
  call(f, form, n, k, a, lda, c, ldc);
  return true;
}
template bool blas_library::syrk<float>(char, std::int64_t, std::int64_t, const float*, std::int64_t, float*,
                                        std::int64_t) const;
template bool blas_library::syrk<double>(char, std::int64_t, std::int64_t, const double*, std::int64_t,
                                         double*, std::int64_t) const;

template <class T>
void blas_library::gemm(char a_form, char b_form, std::int64_t m, std::int64_t n, std::int64_t k, const T* a,
                        std::int64_t lda, const T* b, std::int64_t ldb, T* c, std::int64_t ldc) const {
  const auto call = integer_bytes_ == 8 ? call_gemm<std::int64_t, T> : call_gemm<std::int32_t, T>;
  call(gemm_[slot_of<T>], a_form, b_form, m, n, k, a, lda, b, ldb, c, ldc);
}

template <class T>
void blas_library::gemv(char form, std::int64_t m, std::int64_t n, const T* a, std::int64_t lda, const T* x,
                        std::int64_t incx, T* y, std::int64_t incy) const {
  const auto call = integer_bytes_ == 8 ? call_gemv<std::int64_t, T> : call_gemv<std::int32_t, T>;
  call(gemv_[slot_of<T>], form, m, n, a, lda, x, incx, y, incy);
}

#define NL_GEMM(T)                                                                                    \
  template void blas_library::gemm<T>(char, char, std::int64_t, std::int64_t, std::int64_t, const T*, \
                                      std::int64_t, const T*, std::int64_t, T*, std::int64_t) const;
NL_GEMM(float)
NL_GEMM(double)
NL_GEMM(std::complex<float>)
NL_GEMM(std::complex<double>)
#undef NL_GEMM
#define NL_GEMV(T)                                                                                        \
  template void blas_library::gemv<T>(char, std::int64_t, std::int64_t, const T*, std::int64_t, const T*, \
                                      std::int64_t, T*, std::int64_t) const;
NL_GEMV(float)
NL_GEMV(double)
NL_GEMV(std::complex<float>)
NL_GEMV(std::complex<double>)
#undef NL_GEMV

blas_library::thread_limit::thread_limit(const blas_library& library, int threads) : library_(library) {
  if (!library.threads_ || !library.set_threads_) return;
  const int now = library.threads_();
  if (now <= threads) return;
  before_ = now;
  library.set_threads_(threads);
}

blas_library::thread_limit::~thread_limit() {
  if (before_ > 0) library_.set_threads_(before_);
}

std::string blas_description() {
  const blas_library* const library = blas_library::get();
  return library ? library->description() : "none (own kernels)";
}

}  // namespace numloom::cpu_host
