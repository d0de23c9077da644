// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/state.hpp"

#include <algorithm>

namespace numloom::kernel_detail {

std::string type_text(dtype t) {
  switch (t) {
    case dtype::bool_: return "bool";
    case dtype::int8: return "signed char";
    case dtype::uint8: return "unsigned char";
    case dtype::int16: return "short";
    case dtype::uint16: return "unsigned short";
    case dtype::int32: return "int";
    case dtype::uint32: return "unsigned int";
    case dtype::int64: return "long long";
    case dtype::uint64: return "unsigned long long";
    case dtype::float16: return "numloom::float16";
    case dtype::float32: return "float";
    case dtype::float64: return "double";
    case dtype::complex64: return "numloom::complex<float>";
    case dtype::complex128: return "numloom::complex<double>";
  }
  __builtin_unreachable();
}

namespace {

// "float32" -> "float"; what is no dtype's name stays.
std::string as_type(const std::string& word) {
  for (int t = 0; t < dtype_count; ++t) {
    if (word == name_of(static_cast<dtype>(t))) return type_text(static_cast<dtype>(t));
  }
  return word;
}

// The T of "const T* __restrict__" or "view<const T, 2>", if that is a template parameter's name.
std::string varying_part(const std::string& text, const kernel_declaration& k) {
  const std::vector<token> tokens = tokenize(text);
  const bool pointer = text.find('*') != text.npos;
  if (!pointer && text.find("view") == text.npos) return "";
  for (const token& t : tokens) {
    for (const template_parameter& p : k.templates) {
      if (p.is_type && t.in(text) == p.name) return p.name;
    }
  }
  return "";
}

}  // namespace

kernel_state::kernel_state(std::shared_ptr<program_source> program, std::string name)
    : program_(std::move(program)), name_(std::move(name)) {
  if (name_.empty()) {  // the only one
    const auto& declared = program_->declared();
    if (declared.size() != 1)
      fail<value_error>("[kernel] expected a kernel's name: the source has ", declared.size(), " kernels");
    name_ = declared[0].name;
  }
  const kernel_declaration* declared = program_->find(name_);
  is_template_ = declared != nullptr && !declared->templates.empty() && name_.find('<') == name_.npos;
  if (is_template_) name_ = with_all_given(*declared);
}

// "scale<float, 4>" when options.templates has a value for each parameter, else the name as it is.
std::string kernel_state::with_all_given(const kernel_declaration& declared) {
  const auto& given = program_->options().templates;
  std::string list;
  for (const template_parameter& p : declared.templates) {
    const auto found =
        std::find_if(given.begin(), given.end(), [&](const auto& g) { return g.first == p.name; });
    if (found == given.end()) return name_;
    list += (list.empty() ? "" : ", ") + as_type(found->second);
  }
  is_template_ = false;
  return name_ + "<" + list + ">";
}

std::vector<std::string> kernel_state::names_of_module() const {
  if (is_template_)
    fail<type_error>("[kernel ", name_,
                     "] is a template: expected its arguments, as in k[\"float\"], or "
                     "arrays from whose dtypes they follow");
  std::vector<std::string> names = program_->options().names;
  if (std::find(names.begin(), names.end(), name_) == names.end()) names = {name_};
  return names;
}

const loaded_kernel& kernel_state::on(device where) {
  const std::lock_guard lock(mutex_);
  loaded_kernel& k = loaded_[where];
  if (k.function != nullptr) return k;
  const std::vector<std::string> names = names_of_module();
  const auto position =
      static_cast<std::size_t>(std::find(names.begin(), names.end(), name_) - names.begin());
  k.module = program_->module_for(names, where);
  k.function = &k.module->functions()[position];
  return k;
}

std::shared_ptr<kernel_state> kernel_state::instance(const std::string& template_arguments) {
  if (!is_template_)
    fail<type_error>("[kernel ", name_, "] is no template (or has its arguments): got [", template_arguments,
                     "]");
  std::string list;
  for (const std::string& word : split_arguments(template_arguments))
    list += (list.empty() ? "" : ", ") + as_type(word);
  const std::lock_guard lock(mutex_);
  std::shared_ptr<kernel_state>& found = instances_[list];
  if (!found) found = std::make_shared<kernel_state>(program_, name_ + "<" + list + ">");
  return found;
}

kernel_state& kernel_state::deduced(std::span<const std::optional<dtype>> types) {
  return is_template_ ? *instance(deduce(types)) : *this;
}

std::string kernel_state::deduce(std::span<const std::optional<dtype>> types) const {
  const kernel_declaration& k = *program_->find(name_);
  if (types.size() != k.parameters.size())
    fail<type_error>("[", name_, "] expected ", k.parameters.size(), " arguments, got ", types.size());
  std::map<std::string, dtype> found;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const std::string name = varying_part(k.parameters[i].type, k);
    if (name.empty() || !types[i]) continue;
    const auto [known, fresh] = found.emplace(name, *types[i]);
    if (!fresh && known->second != *types[i])
      fail<type_error>("[", name_, "] argument ", i + 1, " '", k.parameters[i].name, "' (",
                       k.parameters[i].type, "): expected ", known->second, " for ", name,
                       " as in the arguments before, got ", *types[i]);
  }
  std::string list;
  for (const template_parameter& p : k.templates) {
    const auto known = found.find(p.name);
    std::string value = known == found.end() ? p.fallback : type_text(known->second);
    for (const auto& [name, given] : program_->options().templates) {
      if (name == p.name) value = as_type(given);
    }
    if (value.empty())
      fail<type_error>("[", name_, "] the template parameter ", p.name,
                       " does not follow from the arrays: give all of them, as in k[\"float\"]");
    list += (list.empty() ? "" : ", ") + value;
  }
  return list;
}

void kernel_state::launch(const loaded_kernel& k, const launch_plan& plan, const argument_buffer& arguments) {
  try {
    k.module->launch(*k.function, plan, arguments);
  } catch (const cuda_error& e) {
    throw cuda_error(program_->with_places(e.what()));
  }
}

}  // namespace numloom::kernel_detail
