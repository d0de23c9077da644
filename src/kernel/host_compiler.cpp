// SPDX-License-Identifier: BSD-3-Clause
// The system's C++ compiler, and the shared objects that it makes of C++ text.
#include "kernel/host_compiler.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "kernel/cache.hpp"
#include "kernel/hash.hpp"
#include "kernel/headers.hpp"
#include "kernel/messages.hpp"
#include "kernel/module.hpp"
#include "kernel/process.hpp"
#include "numloom/version.hpp"

namespace numloom {
namespace kernel_detail {
namespace {

std::string find_compiler() {
  for (const char* variable : {"NUMLOOM_CXX", "CXX"}) {
    const char* name = std::getenv(variable);
    if (name == nullptr || *name == 0) continue;
    if (std::string found = find_program(name); !found.empty()) return found;
    if (std::string(variable) == "NUMLOOM_CXX") return "";
  }
  for (const char* name : {"c++", "g++", "clang++"}) {
    if (std::string found = find_program(name); !found.empty()) return found;
  }
  return "";
}

}  // namespace

std::string host_compiler(const std::string& need) {
  std::string found = find_compiler();
  if (found.empty())
    fail<not_available>(need, ": expected c++, g++ or clang++ on PATH, or its path in NUMLOOM_CXX");
  return found;
}

bool is_clang(const std::string& compiler) {
  std::error_code error;
  const std::string real = std::filesystem::canonical(compiler, error).filename().string();
  return (error ? compiler : real).find("clang") != compiler.npos;
}

const char* without_carets(const std::string& compiler) {
  return is_clang(compiler) ? "-fno-caret-diagnostics" : "-fno-diagnostics-show-caret";
}

std::string identity_of(const std::string& path) {
  struct stat status {};
  stat(path.c_str(), &status);
  return path + " " + std::to_string(status.st_size) + " " + std::to_string(status.st_mtime);
}

}  // namespace kernel_detail

using namespace kernel_detail;

std::string compile_shared_object(const shared_object_source& source) {
  const std::string compiler = host_compiler("[load_inline] C++ text needs a C++ compiler");
  std::vector<std::string> words{compiler, "-std=c++20", "-O2", "-fPIC", "-shared", "-fvisibility=hidden"};
  for (const char* flag : {without_carets(compiler), "-fdiagnostics-color=never"}) words.push_back(flag);
  for (const std::string& folder : source.include_dirs) words.push_back("-I" + folder);
  words.insert(words.end(), source.options.begin(), source.options.end());
  const std::string text =
      source.before + "\n#line 1 \"" + source_name + "\"\n" + source.text + "\n" + source.after;
  sha256 hash;
  hash.add(NUMLOOM_VERSION " shared object");
  hash.add(identity_of(compiler));
  for (const std::string& word : words) hash.add(word);
  for (const std::string& library : source.libraries) hash.add(identity_of(library));
  hash.add(text);
  hash.add(included_contents(text, source.include_dirs));
  try {
    return cached_file(hash.digest(), ".so", [&](const std::string& target) {
      words.insert(words.end(), {"-o", target, "-x", "c++", "-", "-x", "none"});
      for (const std::string& library : source.libraries) {
        const std::string folder = library.substr(0, library.rfind('/'));
        words.insert(words.end(), {library, "-Wl,-rpath," + folder});
      }
      const process_result result = run_process(words, text);
      if (result.status != 0) throw compiler_refused{result.errors};
    });
  } catch (const compiler_refused& refused) {
    throw_compile_error("[load_inline] the C++ text does not compile", refused.log, source.text, source.file);
  }
}

}  // namespace numloom
