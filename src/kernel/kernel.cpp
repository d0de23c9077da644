// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/kernel.hpp"

#include "kernel/cache.hpp"
#include "kernel/state.hpp"

namespace numloom {

using namespace kernel_detail;

kernel::kernel(std::string source, std::string name, compile_options options, std::source_location where)
    : state_(std::make_shared<kernel_state>(
          std::make_shared<program_source>(std::move(source), std::move(options), where.file_name()),
          std::move(name))) {}

kernel::kernel(std::shared_ptr<kernel_state> state) : state_(std::move(state)) {}

namespace {

// Where the arguments are; the current device when none of them is an array.
device device_of(std::span<const kernel_argument> arguments) {
  for (const kernel_argument& a : arguments) {
    if (a.type() == kernel_argument::kind::array) return a.array().device();
  }
  return current_device();
}

void store(const kernel_function& f, std::size_t i, const kernel_argument& a, device where,
           argument_buffer& buffer) {
  switch (a.type()) {
    case kernel_argument::kind::array: return store_array(f, i, a.array(), where, buffer);
    case kernel_argument::kind::number: return store_number(f, i, a.number(), buffer);
    case kernel_argument::kind::bytes: return store_bytes(f, i, a.data(), a.bytes(), buffer);
    case kernel_argument::kind::structures:
      return store_pointer(f, i, {static_cast<const char*>(a.data()), a.bytes() * a.count(), a.number().b, 0},
                           a.bytes(), buffer);
    case kernel_argument::kind::null: return store_null(f, i, buffer);
  }
}

}  // namespace

void kernel::launch(const launch_config& config, std::span<const kernel_argument> arguments) const {
  std::vector<std::optional<dtype>> types;
  if (state_->is_template()) {
    for (const kernel_argument& a : arguments) {
      const bool is_array = a.type() == kernel_argument::kind::array;
      types.push_back(is_array ? std::optional(a.array().dtype()) : std::nullopt);
    }
  }
  kernel_state& state = state_->deduced(types);
  const device where = device_of(arguments);
  const loaded_kernel& k = state.on(where);
  check_count(*k.function, arguments.size());
  argument_buffer buffer;
  for (std::size_t i = 0; i < arguments.size(); ++i) store(*k.function, i, arguments[i], where, buffer);
  launch_plan plan;
  if (plan_launch(*k.function, config, where, plan)) state.launch(k, plan, buffer);
}

kernel kernel::operator[](const std::string& template_arguments) const {
  return kernel(state_->instance(template_arguments));
}

kernel kernel::sibling(const std::string& name) const {
  return kernel(std::make_shared<kernel_state>(state_->program(), name));
}

void kernel::compile(std::optional<device> where) const { state_->on(where ? *where : current_device()); }

std::string kernel::device_image(const std::string& architecture) const {
  return state_->program()->image_for(state_->name(), architecture);
}

void kernel::set_constant(const std::string& variable, const ndarray& values) const {
  const loaded_kernel& k = state_->on(values.device());
  const global_variable v = k.module->find_global(variable);
  if (v.address == nullptr)
    fail<value_error>("[kernel ", name(), "] the source has no variable '", variable, "'");
  const ndarray plain = ascontiguousarray(to_device(values, cpu));
  if (static_cast<std::size_t>(plain.nbytes()) != v.bytes)
    fail<value_error>("[kernel ", name(), "] expected ", v.bytes, " bytes for '", variable, "', got ",
                      plain.nbytes());
  k.module->write_global(v, plain.data(access::read));
}

ndarray kernel::get_global(const std::string& variable) const {
  const loaded_kernel& k = state_->on(current_device());
  const global_variable v = k.module->find_global(variable);
  if (v.address == nullptr)
    fail<value_error>("[kernel ", name(), "] the source has no variable '", variable, "'");
  auto* owner = new std::shared_ptr<kernel_module>(k.module);
  const auto release = [](void* o) noexcept { delete static_cast<std::shared_ptr<kernel_module>*>(o); };
  storage_ptr bytes =
      adopt(v.address, v.bytes, v.in_host_memory ? cpu : current_device(), owner, release, true);
  const auto count = static_cast<std::int64_t>(v.bytes);
  return ndarray(std::move(bytes), 0, dtype::uint8, {count}, {1});
}

const std::string& kernel::name() const { return state_->name(); }
const std::string& kernel::source() const { return state_->program()->text(); }

std::string kernel::signature() const {
  const kernel_function& f = *state_->on(current_device()).function;
  std::string list;
  for (const parameter& p : f.parameters)
    list += (list.empty() ? "" : ", ") + p.text + (p.name.empty() ? "" : " " + p.name);
  return f.name + "(" + list + ")";
}

std::vector<std::string> find_kernel_names(const std::string& source) {
  std::vector<std::string> names;
  for (const kernel_declaration& k : find_kernels(source)) {
    if (k.templates.empty()) names.push_back(k.name);
  }
  return names;
}

kernel_cache_state kernel_cache_info() { return cache_state(); }
void clear_kernel_cache() { clear_cache(); }

}  // namespace numloom
