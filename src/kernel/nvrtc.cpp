// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/nvrtc.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "cuda/library.hpp"
#include "kernel/cache.hpp"
#include "kernel/hash.hpp"
#include "kernel/headers.hpp"
#include "kernel/source_text.hpp"
#include "numloom/version.hpp"

namespace numloom::kernel_detail {
namespace {

using program = void*;

// The functions that are used, by NVRTC's own names; nvrtcResult is an int, 0 is success.
struct nvrtc_library {
  cuda_host::shared_library file;
  int (*version)(int*, int*) = nullptr;
  int (*architecture_count)(int*) = nullptr;
  int (*architectures)(int*) = nullptr;
  const char* (*error_text)(int) = nullptr;
  int (*create)(program*, const char*, const char*, int, const char* const*, const char* const*) = nullptr;
  int (*destroy)(program*) = nullptr;
  int (*add_name)(program, const char*) = nullptr;
  int (*compile)(program, int, const char* const*) = nullptr;
  int (*log_bytes)(program, std::size_t*) = nullptr;
  int (*log)(program, char*) = nullptr;
  int (*lowered)(program, const char*, const char**) = nullptr;
  int (*cubin_bytes)(program, std::size_t*) = nullptr;
  int (*cubin)(program, char*) = nullptr;
  int (*ptx_bytes)(program, std::size_t*) = nullptr;
  int (*ptx)(program, char*) = nullptr;

  template <class F> void find(F*& function, const char* name) {
    function = reinterpret_cast<F*>(file.symbol(name));
  }
  nvrtc_library()
      : file(cuda_host::open_library({"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"}, "cuda_nvrtc")) {
    find(version, "nvrtcVersion");
    find(architecture_count, "nvrtcGetNumSupportedArchs");
    find(architectures, "nvrtcGetSupportedArchs");
    find(error_text, "nvrtcGetErrorString");
    find(create, "nvrtcCreateProgram");
    find(destroy, "nvrtcDestroyProgram");
    find(add_name, "nvrtcAddNameExpression");
    find(compile, "nvrtcCompileProgram");
    find(log_bytes, "nvrtcGetProgramLogSize");
    find(log, "nvrtcGetProgramLog");
    find(lowered, "nvrtcGetLoweredName");
    find(cubin_bytes, "nvrtcGetCUBINSize");
    find(cubin, "nvrtcGetCUBIN");
    find(ptx_bytes, "nvrtcGetPTXSize");
    find(ptx, "nvrtcGetPTX");
  }
  bool usable() const { return file && create && compile && lowered && cubin_bytes; }
};

const nvrtc_library& nvrtc() {
  static const nvrtc_library library;
  return library;
}

void check_nvrtc(int result, const char* call) {
  if (result != 0) fail<not_available>("[kernel] NVRTC: ", call, " failed: ", nvrtc().error_text(result));
}

class nvrtc_program {
 public:
  nvrtc_program(const std::string& text, const compile_job& job) {
    for (const embedded_header* h = embedded_headers; h->name != nullptr; ++h) add(h->name, h->text);
    // NVRTC has no standard headers, and nothing of them is missing in a kernel.
    for (const char* name :
         {"stdio.h", "stdlib.h", "math.h", "assert.h", "string.h", "float.h", "limits.h", "cmath", "cstdio",
          "cstdlib", "cassert", "cstring", "device_launch_parameters.h"})
      add(name, "#pragma once\n");
    for (const char* name : {"stdint.h", "cstdint"}) add(name, integer_names);
    for (const auto& [name, header] : job.options.headers) add(name.c_str(), header.c_str());
    check_nvrtc(nvrtc().create(&handle_, text.c_str(), source_name, static_cast<int>(names_.size()),
                               texts_.data(), names_.data()),
                "nvrtcCreateProgram");
  }
  ~nvrtc_program() { nvrtc().destroy(&handle_); }
  nvrtc_program(const nvrtc_program&) = delete;
  nvrtc_program& operator=(const nvrtc_program&) = delete;

  void add_name(const std::string& expression) {
    check_nvrtc(nvrtc().add_name(handle_, expression.c_str()), "nvrtcAddNameExpression");
  }
  void compile(const std::vector<std::string>& options) {
    std::vector<const char*> words;
    for (const std::string& option : options) words.push_back(option.c_str());
    const int result = nvrtc().compile(handle_, static_cast<int>(words.size()), words.data());
    if (result == 0) return;
    std::string text = read(nvrtc().log_bytes, nvrtc().log);
    throw compiler_refused{text.empty() ? nvrtc().error_text(result) : text};
  }
  std::string lowered(const std::string& expression) const {
    const char* name = "";
    check_nvrtc(nvrtc().lowered(handle_, expression.c_str(), &name), "nvrtcGetLoweredName");
    return name;
  }
  std::string image(bool cubin) const {
    return cubin ? read(nvrtc().cubin_bytes, nvrtc().cubin) : read(nvrtc().ptx_bytes, nvrtc().ptx);
  }

 private:
  static constexpr const char* integer_names =
      "#pragma once\ntypedef signed char int8_t; typedef unsigned char uint8_t; typedef short int16_t; "
      "typedef unsigned short uint16_t; typedef int int32_t; typedef unsigned uint32_t; typedef long "
      "int64_t; "
      "typedef unsigned long uint64_t; typedef long intptr_t; typedef unsigned long uintptr_t;\n";

  void add(const char* name, const char* text) {
    const auto same = [&](const char* known) { return std::string_view(known) == name; };
    const auto found = std::find_if(names_.begin(), names_.end(), same);
    if (found != names_.end()) {  // a later one counts: the user's
      texts_[static_cast<std::size_t>(found - names_.begin())] = text;
      return;
    }
    names_.push_back(name);
    texts_.push_back(text);
  }
  std::string read(int (*bytes)(program, std::size_t*), int (*get)(program, char*)) const {
    std::size_t count = 0;
    check_nvrtc(bytes(handle_, &count), "reading a size");
    std::string text(count, '\0');
    if (count != 0) check_nvrtc(get(handle_, text.data()), "reading a result");
    return text;
  }

  program handle_ = nullptr;
  std::vector<const char*> names_, texts_;
};

std::string device_text(const compile_job& job) {
  std::string text =
      "#include \"device.hpp\"\n" + using_lines(job.source, job.names) + define_lines(job.options);
  return text + "#line 1 \"" + source_name + "\"\n" + job.source + "\n";
}

// "scale<float>" -> the probe whose lowered name spells its type.
std::string probe(const std::string& name) { return "numloom::signature_of<decltype(&" + name + ")>"; }

// A probe whose lowered name spells alignment, size and kind of the structure's fields (NVRTC has no
// offsetof).
std::string probe(const declared_structure& s) {
  std::string numbers;
  for (const std::string& field : s.fields) {
    const std::string member = s.name + "::" + field;
    numbers += ", alignof(decltype(" + member + ")), sizeof(" + member + "), numloom::field_kind<decltype(" +
               member + ")>";
  }
  return "numloom::layout_of<" + s.name + numbers + ">";
}

// From "void numloom::layout_of<particle, 8ul, 8ul, 2ul>()"; plain structures have no other padding.
std::vector<lowered_field> fields_of(const declared_structure& s, const std::string& demangled) {
  const std::size_t open = demangled.find('<');
  const std::size_t close = demangled.rfind('>');
  if (open == demangled.npos || close == demangled.npos) return {};
  const std::vector<std::string> words =
      split_arguments(std::string_view(demangled).substr(open + 1, close - open - 1));
  std::vector<lowered_field> fields;
  std::size_t end = 0;
  for (std::size_t i = 0; i < s.fields.size() && 3 * i + 3 < words.size(); ++i) {
    const auto number = [&](std::size_t k) { return std::stoul(words[3 * i + k]); };
    const std::size_t alignment = number(1);
    const std::size_t offset = (end + alignment - 1) / alignment * alignment;
    fields.push_back({s.name, {s.fields[i], offset, number(2), static_cast<unsigned>(number(3))}});
    end = offset + number(2);
  }
  return fields;
}

// The image behind its list of kernels, as one text.
std::string packed(const device_image& image) {
  std::ostringstream text;
  text << image.kernels.size() << '\n';
  for (const lowered_kernel& k : image.kernels)
    text << k.name << '\n' << k.symbol << '\n' << k.signature << '\n';
  text << image.fields.size() << '\n';
  for (const lowered_field& f : image.fields)
    text << f.structure << ' ' << f.field.name << ' ' << f.field.offset << ' ' << f.field.bytes << ' '
         << f.field.kind << '\n';
  return text.str() + image.bytes;
}

device_image unpacked(const std::string& text) {
  std::istringstream lines(text);
  device_image image;
  std::string line;
  std::getline(lines, line);
  image.kernels.resize(std::stoul(line));
  for (lowered_kernel& k : image.kernels) {
    std::getline(lines, k.name);
    std::getline(lines, k.symbol);
    std::getline(lines, k.signature);
  }
  std::getline(lines, line);
  image.fields.resize(std::stoul(line));
  for (lowered_field& f : image.fields) {
    lines >> f.structure >> f.field.name >> f.field.offset >> f.field.bytes >> f.field.kind;
    std::getline(lines, line);
  }
  image.bytes = text.substr(static_cast<std::size_t>(lines.tellg()));
  return image;
}

device_image build(const compile_job& job, const std::string& text, const std::vector<std::string>& options,
                   bool cubin, const std::vector<declared_structure>& structures) {
  nvrtc_program p(text, job);
  for (const std::string& name : job.names) {
    p.add_name(name);
    p.add_name(probe(name));
  }
  for (const declared_structure& s : structures) p.add_name(probe(s));
  p.compile(options);
  device_image image;
  image.bytes = p.image(cubin);
  for (const std::string& name : job.names)
    image.kernels.push_back({name, p.lowered(name), demangle(p.lowered(probe(name)))});
  for (const declared_structure& s : structures) {
    for (lowered_field& f : fields_of(s, demangle(p.lowered(probe(s))))) image.fields.push_back(std::move(f));
  }
  return image;
}

// What a probe asks may be refused where the kernel is right (a private field); then its layout stays
// unknown.
device_image build_with_layouts(const compile_job& job, const std::string& text,
                                const std::vector<std::string>& options, bool cubin) {
  const bool packs = job.source.find("pack") != job.source.npos;  // #pragma pack: other offsets
  const std::vector<declared_structure> structures =
      packs ? std::vector<declared_structure>{} : parameter_structures(job.source);
  try {
    return build(job, text, options, cubin, structures);
  } catch (const compiler_refused&) {
    if (structures.empty()) throw;
  }
  return build(job, text, options, cubin, {});
}

}  // namespace

int nvrtc_version() {
  int major = 0, minor = 0;
  if (!nvrtc().usable() || nvrtc().version(&major, &minor) != 0) return 0;
  return 1000 * major + 10 * minor;
}

std::vector<int> known_architectures() {
  int count = 0;
  if (!nvrtc().usable() || nvrtc().architecture_count(&count) != 0) return {};
  std::vector<int> all(static_cast<std::size_t>(count));
  nvrtc().architectures(all.data());
  return all;
}

int newest_architecture() {
  const std::vector<int> all = known_architectures();
  return all.empty() ? 0 : *std::max_element(all.begin(), all.end());
}

device_image compile_for_device(const compile_job& job, const std::string& architecture) {
  if (!nvrtc().usable())
    fail<not_available>(
        "[kernel] NVRTC was not found: expected libnvrtc.so.13 or .12 of a CUDA toolkit or of "
        "NVIDIA's wheel nvidia-cuda-nvrtc");
  std::vector<std::string> options{"--gpu-architecture=" + architecture, "--std=c++20"};
  for (const std::string& folder : job.options.include_dirs) options.push_back("-I" + folder);
  for (const std::string& option : job.options.options) {
    if (!is_macro(option)) options.push_back(option);
  }
  const std::string text = device_text(job);
  sha256 hash;
  hash.add(as_text(NUMLOOM_VERSION " nvrtc ", nvrtc_version()));
  for (const std::string& option : options) hash.add(option);
  for (const std::string& name : job.names) hash.add(name);
  for (const embedded_header* h = embedded_headers; h->name != nullptr; ++h) hash.add(h->text);
  for (const auto& [name, header] : job.options.headers) hash.add(name), hash.add(header);
  hash.add(text);
  hash.add(included_contents(job.source, job.options.include_dirs));
  const bool cubin = architecture.rfind("sm_", 0) == 0;
  const std::string path = cached_file(hash.digest(), ".cubin", [&](const std::string& target) {
    const std::string bytes = packed(build_with_layouts(job, text, options, cubin));
    std::ofstream(target, std::ios::binary) << bytes;
  });
  return unpacked(read_cached(path));
}

}  // namespace numloom::kernel_detail
