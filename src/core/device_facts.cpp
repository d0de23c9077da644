// SPDX-License-Identifier: BSD-3-Clause
#include "core/device_facts.hpp"

#include <unistd.h>

#include "numloom/cpu.hpp"

namespace numloom {
namespace {

std::size_t pages(int which) {
  const long count = sysconf(which), bytes = sysconf(_SC_PAGESIZE);
  return count > 0 && bytes > 0 ? static_cast<std::size_t>(count) * static_cast<std::size_t>(bytes) : 0;
}

}  // namespace

device_facts describe(device d) {
  if (!d.is_cpu()) return cuda_device_facts(d.index);
  const cpu_description own = describe_cpu();
  device_facts facts;
  facts.name = "CPU (" + own.level + ")";
  facts.multiprocessors = own.threads;
  facts.total_bytes = pages(_SC_PHYS_PAGES);
  return facts;
}

device_room room_on(device d) {
  if (!d.is_cpu()) return cuda_device_room(d.index);
  return {pages(_SC_AVPHYS_PAGES), pages(_SC_PHYS_PAGES)};
}

cuda_versions versions_of_cuda() { return cuda_device_versions(); }

}  // namespace numloom
