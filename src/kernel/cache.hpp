// SPDX-License-Identifier: BSD-3-Clause
/// Compiled kernels on disk, named by the hash of everything they were made of. A file appears whole or not
/// at all (written beside, then renamed); its end holds a checksum, and a damaged one is made again. Many
/// processes may share the folder: one compiles, the others wait for it.
#pragma once

#include <functional>
#include <string>

#include "numloom/kernel.hpp"

namespace numloom::kernel_detail {

/// A file with the bytes that belong to `key`: the cached one, or a new one, which `build` writes at the path
/// it is given. Where the folder cannot be written to, files live in a folder of this process.
std::string cached_file(const std::string& key, const std::string& suffix,
                        const std::function<void(const std::string& path)>& build);
/// The bytes of such a file, without what the cache has added.
std::string read_cached(const std::string& path);

/// Where files of the cache lie now: the folder of the settings, or one of this process.
std::string cache_folder();
kernel_cache_state cache_state();
void clear_cache();

}  // namespace numloom::kernel_detail
