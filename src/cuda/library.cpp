// SPDX-License-Identifier: BSD-3-Clause
#include "cuda/library.hpp"

#include <dlfcn.h>

#include <cstdlib>

namespace numloom::cuda_host {
namespace {

// .../site-packages, when this library lies in .../site-packages/numloom/lib.
std::string site_packages() {
  Dl_info here;
  if (dladdr(reinterpret_cast<const void*>(&open_library), &here) == 0 || !here.dli_fname) return {};
  const std::string path = here.dli_fname;
  const std::size_t at = path.rfind("/numloom/");
  return at == std::string::npos ? std::string() : path.substr(0, at);
}

std::vector<std::string> directories(const std::string& wheel) {
  std::vector<std::string> all;
  if (const std::string packages = site_packages(); !packages.empty())
    for (const char* each : {"/nvidia/cu13/lib/", "/nvidia/cu12/lib/"}) all.push_back(packages + each);
  if (const std::string packages = site_packages(); !packages.empty())
    all.push_back(packages + "/nvidia/" + wheel + "/lib/");
  all.emplace_back();  // the loader's own search
  for (const char* variable : {"CUDA_HOME", "CUDA_PATH"})
    if (const char* home = std::getenv(variable); home && *home) all.push_back(std::string(home) + "/lib64/");
  all.emplace_back("/usr/local/cuda/lib64/");
  return all;
}

}  // namespace

void* shared_library::symbol(const char* name) const { return handle ? dlsym(handle, name) : nullptr; }

shared_library open_library(const std::vector<std::string>& names, const std::string& wheel) {
  for (const std::string& name : names)
    if (void* handle = dlopen(name.c_str(), RTLD_NOW | RTLD_NOLOAD))
      return {handle, name + " (loaded already)"};
  for (const std::string& directory : directories(wheel))
    for (const std::string& name : names)
      if (void* handle = dlopen((directory + name).c_str(), RTLD_NOW | RTLD_LOCAL))
        return {handle, directory + name};
  return {};
}

}  // namespace numloom::cuda_host
