// SPDX-License-Identifier: BSD-3-Clause
// Chooses the instruction-set level, once.
#include "cpu/level.hpp"

#include <cstdlib>
#include <fstream>
#include <string>

#include "cpu/loops.hpp"

namespace numloom {

#if defined(__x86_64__)
namespace cpu_v2 {
void fill_tables(cpu_host::level_tables&);
}
namespace cpu_v3 {
void fill_tables(cpu_host::level_tables&);
}
namespace cpu_v4 {
void fill_tables(cpu_host::level_tables&);
}
#else
namespace cpu_base {
void fill_tables(cpu_host::level_tables&);
}
#endif

namespace cpu_host {

namespace {

struct chosen_level {
  const char* name;
  level_tables tables{};
  chosen_level();
};

#if defined(__x86_64__)
int supported_level() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return 4;
  return __builtin_cpu_supports("x86-64-v3") ? 3 : 2;
}

chosen_level::chosen_level() {
  int level = supported_level();
  const char* wanted = std::getenv("NUMLOOM_CPU_LEVEL");
  if (wanted && wanted[0] == 'v' && wanted[1] >= '2' && wanted[1] < '0' + level) level = wanted[1] - '0';
  name = level == 4 ? "x86-64-v4" : level == 3 ? "x86-64-v3" : "x86-64-v2";
  (level == 4 ? cpu_v4::fill_tables : level == 3 ? cpu_v3::fill_tables : cpu_v2::fill_tables)(tables);
}
#else
chosen_level::chosen_level() : name("base") { cpu_base::fill_tables(tables); }
#endif

const chosen_level& level() noexcept {
  static const chosen_level& chosen = *new chosen_level;  // never destroyed
  return chosen;
}

long read_cache_size() {
  // sysconf() reports the whole package, which a virtual machine does not have.
  for (const char* index : {"3", "2"}) {
    std::ifstream file(std::string("/sys/devices/system/cpu/cpu0/cache/index") + index + "/size");
    long size = 0;
    char unit = 0;
    if (file >> size >> unit) return unit == 'M' ? size << 20 : unit == 'K' ? size << 10 : size;
  }
  return 8L << 20;
}

}  // namespace

const level_tables& tables() noexcept { return level().tables; }

long last_level_cache() noexcept {
  static const long bytes = read_cache_size();
  return bytes;
}

loop_fn ufunc_loop(ufunc op, dtype loop) noexcept {
  return tables().ufunc[static_cast<int>(op)][static_cast<int>(loop)];
}
loop_fn cast_loop(dtype from, dtype to) noexcept {
  return tables().cast[static_cast<int>(from)][static_cast<int>(to)];
}
const char* cpu_level() noexcept { return level().name; }

}  // namespace cpu_host
}  // namespace numloom
