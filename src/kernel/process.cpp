// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

extern char** environ;

namespace numloom::kernel_detail {
namespace {

// A file in memory: the child reads or writes it while we wait, so nothing can block on a full pipe.
class memory_file {
 public:
  memory_file() : descriptor_(memfd_create("numloom", MFD_CLOEXEC)) {}
  ~memory_file() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;
  int descriptor() const { return descriptor_; }
  void write_all(const std::string& text) const {
    std::size_t done = 0;
    while (done < text.size()) {
      const ssize_t n = write(descriptor_, text.data() + done, text.size() - done);
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    lseek(descriptor_, 0, SEEK_SET);
  }
  std::string read_all() const {
    lseek(descriptor_, 0, SEEK_SET);
    std::string text;
    char part[4096];
    for (ssize_t n; (n = read(descriptor_, part, sizeof part)) > 0;)
      text.append(part, static_cast<std::size_t>(n));
    return text;
  }

 private:
  int descriptor_;
};

// What is preloaded into us (a sanitizer, a tracer) is not meant for the compiler.
std::vector<char*> child_environment() {
  std::vector<char*> variables;
  for (char** v = environ; *v != nullptr; ++v) {
    if (std::strncmp(*v, "LD_PRELOAD=", 11) != 0) variables.push_back(*v);
  }
  variables.push_back(nullptr);
  return variables;
}

}  // namespace

process_result run_process(const std::vector<std::string>& words, const std::string& input) {
  const memory_file in;
  const memory_file errors;
  in.write_all(input);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.descriptor(), 0);
  posix_spawn_file_actions_adddup2(&actions, errors.descriptor(), 1);
  posix_spawn_file_actions_adddup2(&actions, errors.descriptor(), 2);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> variables = child_environment();
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return {127, words[0] + ": " + std::strerror(failed)};
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  process_result result{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), errors.read_all()};
  return result;
}

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0 ? name : "";
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

}  // namespace numloom::kernel_detail
