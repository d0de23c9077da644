// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "kernel/device_module.hpp"
#include "kernel/messages.hpp"
#include "kernel/state.hpp"

namespace numloom::kernel_detail {
namespace {

// "numloom::scale<float>" -> "scale"
std::string plain(const std::string& name) {
  const std::string base = trim(std::string_view(name).substr(0, name.find('<')));
  const std::size_t scope = base.rfind("::");
  return scope == base.npos ? base : base.substr(scope + 2);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// A build with the simulator has simulated GPUs.
#if defined(NUMLOOM_SIM_BUILD)
constexpr bool real_gpus = false;
#else
constexpr bool real_gpus = true;
#endif

std::shared_ptr<kernel_module> compile_and_load(const compile_job& job, device where) {
  if (where.is_cpu() || !real_gpus) return compile_for_host(job);
  if (job.options.debug || job.options.check)
    fail<not_available>("[kernel ", joined(job.names), "] debug and check are for the CPU: got arrays on ",
                        where);
  return load_device_module(compile_for_gpu(job, where.index), where.index);
}

bool is_name_list(const std::string& file) { return file == names_name || file == "__nv_name_map"; }

}  // namespace

program_source::program_source(std::string source, compile_options options, std::string caller)
    : text_(std::move(source)),
      options_(std::move(options)),
      file_(options_.file.empty() ? std::move(caller) : options_.file),
      declared_(find_kernels(text_)) {}

const kernel_declaration* program_source::find(const std::string& name) const {
  const std::string wanted = plain(name);
  for (const kernel_declaration& k : declared_) {
    if (k.name == wanted) return &k;
  }
  return nullptr;
}

std::shared_ptr<kernel_module> program_source::module_for(const std::vector<std::string>& names,
                                                          device where) {
  const std::string key = to_string(where) + "\n" + joined(names);
  const std::lock_guard lock(mutex_);
  std::shared_ptr<kernel_module>& module = modules_[key];
  if (module) return module;
  try {
    module = compile_and_load({text_, names, options_}, where);
  } catch (const compiler_refused& refused) {
    modules_.erase(key);
    refuse(names, refused.log);
  } catch (...) {
    modules_.erase(key);
    throw;
  }
  name_parameters(*module);
  return module;
}

std::string program_source::image_for(const std::vector<std::string>& names,
                                      const std::string& architecture) const {
  try {
    return compile_for_device({text_, names, options_}, architecture).bytes;
  } catch (const compiler_refused& refused) {
    refuse(names, refused.log);
  }
}

// The compiler's types carry no names; the text does.
void program_source::name_parameters(kernel_module& module) const {
  for (const kernel_function& f : module.functions()) {
    const kernel_declaration* declared = find(f.name);
    if (declared == nullptr || declared->parameters.size() != f.parameters.size()) continue;
    for (std::size_t i = 0; i < f.parameters.size(); ++i)
      const_cast<parameter&>(f.parameters[i]).name = declared->parameters[i].name;
  }
}

std::string program_source::with_places(std::string message) const {
  return kernel_detail::with_places(std::move(message), text_, file_);
}

void program_source::refuse(const std::vector<std::string>& names, const std::string& log) const {
  const std::vector<diagnostic> errors = find_errors(log);
  std::string text = "[kernel " + joined(names) + "] the source does not compile";
  bool in_names = true;
  for (const diagnostic& d : errors) in_names = in_names && is_name_list(d.file);
  if (in_names && !errors.empty()) {
    std::vector<std::string> all;
    for (const kernel_declaration& k : declared_) all.push_back(k.name);
    text += ": no kernel for '" + joined(names) +
            "'; kernels in the source: " + (all.empty() ? "none" : joined(all));
  }
  throw_compile_error(std::move(text), log, text_, file_);
}

}  // namespace numloom::kernel_detail
