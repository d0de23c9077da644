// SPDX-License-Identifier: BSD-3-Clause
// Chooses the instruction-set level, once.
#include "cpu/level.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "cpu/loops.hpp"

namespace numloom {

// clang-format off
#define NL_LEVEL(space, name, supported) namespace space { void fill_tables(cpu_host::level_tables&); }
// clang-format on
#include "cpu/levels.def"

namespace cpu_host {

namespace {

struct chosen_level {
  const char* name = nullptr;
  level_tables tables{};
  chosen_level();
};

chosen_level::chosen_level() {
  const struct {
    const char* name;
    bool supported;
    void (*fill)(level_tables&);
  } built[] = {
#define NL_LEVEL(space, name, supported) {name, (supported) != 0, space::fill_tables},
#include "cpu/levels.def"
  };
  const char* wanted = std::getenv("NUMLOOM_CPU_LEVEL");
  const std::string ceiling = wanted && wanted[0] == 'v' ? std::string("x86-64-") + wanted : "x86-64-v4";
  void (*fill)(level_tables&) = nullptr;
  for (const auto& level : built) {
    if (!level.supported || (fill && level.name > ceiling)) continue;
    name = level.name;
    fill = level.fill;
  }
  if (!fill) {  // a build for one level; its loops would end in an illegal instruction
    std::fprintf(stderr, "numloom: built for %s, which this processor does not have\n", built[0].name);
    std::abort();
  }
  fill(tables);
}

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
