// SPDX-License-Identifier: BSD-3-Clause
#include "symbol_name.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

namespace numloom::cuda_runtime {
namespace {

// A file mapped for reading, for as long as it lives.
class mapped_file {
 public:
  explicit mapped_file(const char* path) {
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    struct stat status {};
    if (fstat(descriptor, &status) == 0 && status.st_size > 0) {
      bytes_ = static_cast<size_t>(status.st_size);
      void* mapping = mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE, descriptor, 0);
      data_ = mapping == MAP_FAILED ? nullptr : static_cast<const char*>(mapping);
    }
    close(descriptor);
  }
  ~mapped_file() {
    if (data_ != nullptr) munmap(const_cast<char*>(data_), bytes_);
  }
  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;

  template <class T> const T* at(size_t offset, size_t count = 1) const {
    const bool inside = data_ != nullptr && offset <= bytes_ && count <= (bytes_ - offset) / sizeof(T);
    return inside ? reinterpret_cast<const T*>(data_ + offset) : nullptr;
  }

 private:
  const char* data_ = nullptr;
  size_t bytes_ = 0;
};

// The function in the file's .symtab that starts at `address` (relative to where the file was loaded).
std::string symbol_in_file(const char* path, size_t address) {
  const mapped_file file(path);
  const auto* header = file.at<ElfW(Ehdr)>(0);
  if (header == nullptr || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return "";
  const auto* sections = file.at<ElfW(Shdr)>(header->e_shoff, header->e_shnum);
  if (sections == nullptr) return "";
  for (unsigned i = 0; i < header->e_shnum; ++i) {
    const auto& table = sections[i];
    if (table.sh_type != SHT_SYMTAB || table.sh_link >= header->e_shnum) continue;
    const size_t count = table.sh_size / sizeof(ElfW(Sym));
    const auto* symbols = file.at<ElfW(Sym)>(table.sh_offset, count);
    for (size_t k = 0; symbols != nullptr && k < count; ++k) {
      if ((symbols[k].st_info & 0xf) != STT_FUNC || symbols[k].st_value != address) continue;
      const char* name = file.at<char>(sections[table.sh_link].sh_offset + symbols[k].st_name);
      if (name != nullptr) return name;
    }
  }
  return "";
}

std::string mangled_name(const void* function) {
  Dl_info info{};
  link_map* map = nullptr;
  if (dladdr1(function, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) == 0) return "";
  if (info.dli_sname != nullptr && info.dli_saddr == function) return info.dli_sname;
  const char* path = map != nullptr && map->l_name[0] != 0 ? map->l_name : "/proc/self/exe";
  const size_t loaded_at = map != nullptr ? map->l_addr : 0;
  return symbol_in_file(path, reinterpret_cast<size_t>(function) - loaded_at);
}

void erase_all(std::string& text, const char* part) {
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at)) {
    text.erase(at, std::strlen(part));
  }
}

// "void numloom::simt::fill<float>(float*, long)" -> "fill<float>"
std::string shorten(std::string name) {
  int depth = 0;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '<') ++depth;
    if (name[i] == '>') --depth;
    const bool anonymous = name.compare(i, 12, "(anonymous n") == 0;
    if (name[i] == '(' && depth == 0 && !anonymous) {
      name.erase(i);
      break;
    }
  }
  if (name.compare(0, 5, "void ") == 0) name.erase(0, 5);
  for (const char* prefix : {"(anonymous namespace)::", "numloom::simt::", "numloom::cuda::"}) {
    erase_all(name, prefix);
  }
  return name;
}

struct given_names {
  std::mutex mutex;
  std::map<const void*, std::string> names;
};
given_names& given() {
  static given_names* const instance = new given_names;  // never destroyed: errors may come late
  return *instance;
}

}  // namespace

const void* name_kernel(const void* function, const std::string& name) {
  const std::lock_guard lock(given().mutex);
  given().names[function] = name;
  return function;
}

std::string symbol_name(const void* function) {
  {
    const std::lock_guard lock(given().mutex);
    const auto found = given().names.find(function);
    if (found != given().names.end()) return found->second;
  }
  const std::string mangled = mangled_name(function);
  if (mangled.empty()) {
    char text[40];
    std::snprintf(text, sizeof text, "kernel at %p", function);
    return text;
  }
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> plain(
      abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), std::free);
  return shorten(status == 0 ? std::string(plain.get()) : mangled);
}

}  // namespace numloom::cuda_runtime
