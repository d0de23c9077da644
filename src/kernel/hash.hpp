// SPDX-License-Identifier: BSD-3-Clause
/// SHA-256, for the names of cached files.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace numloom::kernel_detail {

class sha256 {
 public:
  /// Adds a text and its length, so that two texts are not the same as one.
  void add(std::string_view text);
  /// 64 hexadecimal digits. Call once.
  std::string digest();

 private:
  void append(const void* bytes, std::size_t count);
  void block(const unsigned char* bytes);
  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> pending_{};
  std::size_t pending_bytes_ = 0;
  std::uint64_t total_ = 0;
};

std::string digest_of(std::string_view text);
/// 64 bits, to notice damage.
std::uint64_t checksum(std::string_view bytes);

}  // namespace numloom::kernel_detail
