// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/cache.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <vector>

#include "kernel/hash.hpp"
#include "numloom/error.hpp"

namespace numloom::kernel_detail {
namespace {

namespace fs = std::filesystem;

std::atomic<std::uint64_t> hits = 0;
std::atomic<std::uint64_t> misses = 0;

struct footer {
  char magic[8];
  std::uint64_t bytes;
  std::uint64_t sum;
};
constexpr char magic[9] = "NLKERNL1";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

fs::path wanted_folder() {
  if (std::string own = environment("NUMLOOM_CACHE_DIR"); !own.empty()) return own;
  if (const std::string base = environment("XDG_CACHE_HOME"); !base.empty())
    return fs::path(base) / "numloom/kernels";
  if (const std::string home = environment("HOME"); !home.empty())
    return fs::path(home) / ".cache/numloom/kernels";
  return {};
}

// A folder of this process, removed at its end.
const fs::path& private_folder() {
  struct owned {
    owned() {
      std::string name = (fs::temp_directory_path() / "numloom-XXXXXX").string();
      if (mkdtemp(name.data()) == nullptr)
        fail<io_error>("[kernel cache] cannot make a folder in ", fs::temp_directory_path().string());
      path = name;
    }
    ~owned() {
      std::error_code ignored;
      if (getpid() == owner) fs::remove_all(path, ignored);
    }
    fs::path path;
    pid_t owner = getpid();
  };
  static const owned folder;
  return folder.path;
}

// Looked at anew for each compilation: tests and programs may change the variable.
fs::path usable_folder() {
  fs::path folder = wanted_folder();
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (folder.empty() || error || ::access(folder.c_str(), W_OK | X_OK) != 0) return private_folder();
  return folder;
}

std::uint64_t size_limit() {
  const std::string text = environment("NUMLOOM_CACHE_LIMIT");  // megabytes
  return (text.empty() ? 512 : std::strtoull(text.c_str(), nullptr, 10)) << 20;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The payload's size, or nothing for a file that is not whole.
bool intact(const std::string& bytes, std::size_t& payload) {
  footer end{};
  if (bytes.size() < sizeof end) return false;
  payload = bytes.size() - sizeof end;
  std::memcpy(&end, bytes.data() + payload, sizeof end);
  return std::memcmp(end.magic, magic, sizeof end.magic) == 0 && end.bytes == payload &&
         end.sum == checksum(std::string_view(bytes).substr(0, payload));
}

bool usable(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return false;
  std::size_t payload = 0;
  if (!intact(read_file(path), payload)) {
    fs::remove(path, error);
    return false;
  }
  utimensat(AT_FDCWD, path.c_str(), nullptr, 0);  // the least recently used go first
  return true;
}

// Held by the process that compiles this key; the system lets go of it when that process dies.
class key_lock {
 public:
  explicit key_lock(const fs::path& path) : file_(open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666)) {
    while (file_ >= 0 && flock(file_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~key_lock() {
    if (file_ >= 0) close(file_);
  }
  key_lock(const key_lock&) = delete;
  key_lock& operator=(const key_lock&) = delete;

 private:
  int file_;
};

struct cached_entry {
  fs::path path;
  std::uint64_t bytes;
  fs::file_time_type used;
};

std::vector<cached_entry> entries(const fs::path& folder) {
  std::vector<cached_entry> all;
  std::error_code error;
  for (const auto& file : fs::directory_iterator(folder, error)) {
    const std::string extension = file.path().extension().string();
    if (extension != ".so" && extension != ".cubin" && extension != ".lock") continue;
    std::error_code gone;
    const std::uint64_t bytes = fs::file_size(file.path(), gone);
    if (!gone) all.push_back({file.path(), bytes, fs::last_write_time(file.path(), gone)});
  }
  return all;
}

void keep_below_limit(const fs::path& folder, const fs::path& keep) {
  std::vector<cached_entry> all = entries(folder);
  std::uint64_t total = 0;
  for (const cached_entry& e : all) total += e.bytes;
  if (total <= size_limit()) return;
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.used < b.used; });
  for (const cached_entry& e : all) {
    if (total <= size_limit()) break;
    if (e.path == keep) continue;
    std::error_code error;
    if (fs::remove(e.path, error)) total -= e.bytes;
  }
}

void add_footer(const fs::path& path) {
  const std::string bytes = read_file(path);
  footer end{};
  std::memcpy(end.magic, magic, sizeof end.magic);
  end.bytes = bytes.size();
  end.sum = checksum(bytes);
  std::ofstream file(path, std::ios::binary | std::ios::app);
  file.write(reinterpret_cast<const char*>(&end), sizeof end);
  file.close();
  if (!file) fail<io_error>("[kernel cache] cannot write ", path.string());
}

}  // namespace

std::string cached_file(const std::string& key, const std::string& suffix,
                        const std::function<void(const std::string& path)>& build) {
  const fs::path folder = usable_folder();
  const fs::path path = folder / (key + suffix);
  if (usable(path)) {
    ++hits;
    return path.string();
  }
  const fs::path lock_path = folder / (key + ".lock");
  const key_lock lock(lock_path);
  if (usable(path)) {  // another process has made it meanwhile
    ++hits;
    return path.string();
  }
  ++misses;
  const fs::path unfinished = folder / (key + "." + std::to_string(getpid()) + ".part");
  std::error_code error;
  try {
    build(unfinished.string());
    add_footer(unfinished);
    fs::rename(unfinished, path);
  } catch (...) {
    fs::remove(unfinished, error);
    fs::remove(lock_path, error);
    throw;
  }
  fs::remove(lock_path, error);
  keep_below_limit(folder, path);
  return path.string();
}

std::string read_cached(const std::string& path) {
  std::string bytes = read_file(path);
  std::size_t payload = 0;
  if (!intact(bytes, payload)) fail<io_error>("[kernel cache] the file is damaged: ", path);
  bytes.resize(payload);
  return bytes;
}

std::string cache_folder() { return usable_folder().string(); }

kernel_cache_state cache_state() {
  kernel_cache_state state;
  const fs::path folder = usable_folder();
  state.folder = folder.string();
  state.hits = hits;
  state.misses = misses;
  state.limit = size_limit();
  for (const cached_entry& e : entries(folder)) {
    if (e.path.extension() == ".lock") continue;
    ++state.files;
    state.bytes += e.bytes;
  }
  return state;
}

void clear_cache() {
  for (const cached_entry& e : entries(usable_folder())) {
    std::error_code error;
    fs::remove(e.path, error);
  }
}

}  // namespace numloom::kernel_detail
