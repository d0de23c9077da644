// SPDX-License-Identifier: BSD-3-Clause
/// What a kernel object is inside: its text, and the functions compiled from it so far.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kernel/arguments.hpp"
#include "kernel/module.hpp"
#include "kernel/source_text.hpp"

namespace numloom::kernel_detail {

/// A text with several kernels, compiled once for each device and set of names.
class program_source {
 public:
  program_source(std::string source, compile_options options, std::string caller);

  const std::string& text() const { return text_; }
  const compile_options& options() const { return options_; }
  const std::vector<kernel_declaration>& declared() const { return declared_; }
  const kernel_declaration* find(const std::string& plain_name) const;

  /// The module with these names for the device, compiled now or before. Throws compile_error.
  std::shared_ptr<kernel_module> module_for(const std::vector<std::string>& names, device where);
  /// NVRTC's image with these kernels. Throws compile_error.
  std::string image_for(const std::vector<std::string>& names, const std::string& architecture) const;
  /// Puts the user's own file and line where a message speaks of the kernel's text.
  std::string with_places(std::string message) const;

 private:
  [[noreturn]] void refuse(const std::vector<std::string>& names, const std::string& log) const;
  void name_parameters(kernel_module& module) const;

  std::string text_;
  compile_options options_;
  std::string file_;  // where the text was written, if anybody knows
  std::vector<kernel_declaration> declared_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<kernel_module>> modules_;
};

/// A compiled kernel with the module that holds it.
struct loaded_kernel {
  std::shared_ptr<kernel_module> module;
  const kernel_function* function = nullptr;
};

class kernel_state {
 public:
  kernel_state(std::shared_ptr<program_source> program, std::string name);

  const std::string& name() const { return name_; }
  const std::shared_ptr<program_source>& program() const { return program_; }
  /// Does the name lack template arguments that the kernel needs?
  bool is_template() const { return is_template_; }
  /// The kernels that are compiled together with this one. Throws type_error for a template without
  /// arguments.
  std::vector<std::string> names_of_module() const;
  /// What runs on that device. Throws type_error for a template without arguments.
  const loaded_kernel& on(device where);
  /// The template's instance.
  std::shared_ptr<kernel_state> instance(const std::string& template_arguments);
  /// The instance for arrays of these dtypes (nothing: an argument that is not an array).
  kernel_state& deduced(std::span<const std::optional<dtype>> types);

  void launch(const loaded_kernel& k, const launch_plan& plan, const argument_buffer& arguments);

 private:
  std::string deduce(std::span<const std::optional<dtype>> types) const;
  std::string with_all_given(const kernel_declaration& declared);

  std::shared_ptr<program_source> program_;
  std::string name_;
  bool is_template_ = false;
  std::mutex mutex_;
  std::map<device, loaded_kernel> loaded_;
  std::map<std::string, std::shared_ptr<kernel_state>> instances_;
};

/// "float" for a dtype, as a kernel's text writes it; "numloom::..." names are found in every kernel's text.
std::string type_text(dtype t);

}  // namespace numloom::kernel_detail
