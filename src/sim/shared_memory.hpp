// SPDX-License-Identifier: BSD-3-Clause
#pragma once
#include <stddef.h>

#include <string>
#include <vector>

namespace numloom::simt {

// The shared variables of the running block. Each is a heap block of its own, so that ASan sees its ends;
// without ASan a border of known bytes on both sides shows writes that missed, once the block has ended.
class shared_memory {
 public:
  shared_memory() = default;
  ~shared_memory();
  shared_memory(const shared_memory&) = delete;
  shared_memory& operator=(const shared_memory&) = delete;

  void* find(const void* key) const;
  void* make(const void* key, size_t bytes, const char* name, const char* file, int line);
  size_t bytes_in_use() const { return bytes_in_use_; }
  // Do these bytes lie within one variable of the running block?
  bool contains(const void* address, size_t bytes) const;
  // "4 bytes past the end of the shared variable `s` (124 bytes)" for an address close to one; else empty.
  std::string near(const void* address) const;

  // What the block wrote outside its variables, in words; empty when nothing.
  std::string damage() const;
  void end_block();
  void end_grid();

 private:
  struct variable {
    const void* key;
    char* memory;  // border, the variable, border
    size_t bytes;
    const char* name;
    const char* file;
    int line;
    bool live;
  };
  std::vector<variable> variables_;
  size_t bytes_in_use_ = 0;
};

}  // namespace numloom::simt
