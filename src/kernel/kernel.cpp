// SPDX-License-Identifier: BSD-3-Clause
#include "numloom/kernel.hpp"

#include "kernel/cache.hpp"
#include "kernel/lending.hpp"
#include "kernel/nvrtc.hpp"
#include "kernel/state.hpp"
#include "kernel/tuner.hpp"

namespace numloom {

using namespace kernel_detail;

kernel::kernel(std::string source, std::string name, compile_options options, const char* callers_file)
    : state_(std::make_shared<kernel_state>(
          std::make_shared<program_source>(std::move(source), std::move(options), callers_file),
          std::move(name))) {}

kernel::kernel(std::string source, const std::string& name, tuning_options tuning, compile_options options,
               const char* callers_file) {
  if (options.file.empty()) options.file = callers_file;
  tuner_ = std::make_shared<kernel_detail::tuner>(source, name, std::move(tuning), options);
  state_ = std::make_shared<kernel_state>(
      std::make_shared<program_source>(std::move(source), std::move(options), ""), tuner_->name());
}

kernel::kernel(std::shared_ptr<kernel_state> state) : state_(std::move(state)) {}

namespace {

// Where the arguments are; the current device when none of them is an array. What is lent follows.
device device_of(std::span<const kernel_argument> arguments) {
  for (const kernel_argument& a : arguments) {
    if (a.type() == kernel_argument::kind::array && a.transfer() == transfer::none) return a.array().device();
  }
  return current_device();
}

// f(arguments) with those that must be lent, and their results brought back.
template <class F>
auto with_lent(const kernel& k, const launch_config& config, std::span<const kernel_argument> arguments,
               F&& f) {
  const lent_arguments lent(arguments, device_of(arguments), config.stream);
  if constexpr (std::is_void_v<decltype(f(lent.all()))>) {
    f(lent.all());
    lent.give_back(k.writes(lent.all()));
  } else {
    auto result = f(lent.all());
    lent.give_back(k.writes(lent.all()));
    return result;
  }
}

void store(const kernel_function& f, std::size_t i, const kernel_argument& a, device where,
           argument_buffer& buffer) {
  switch (a.type()) {
    case kernel_argument::kind::array: return store_array(f, i, a.array(), where, buffer);
    case kernel_argument::kind::number: return store_number(f, i, a.number(), buffer);
    case kernel_argument::kind::bytes:
      store_bytes(f, i, a.data(), a.bytes(), buffer);
      return check_layout(f, i, a.fields());
    case kernel_argument::kind::structures:
      if (a.count() == 1 && f.parameters[i].kind == parameter_kind::structure)
        store_bytes(f, i, a.data(), a.bytes(), buffer);
      else
        store_pointer(f, i, {static_cast<const char*>(a.data()), a.bytes() * a.count(), a.number().b, 0},
                      a.bytes(), buffer);
      return check_layout(f, i, a.fields());
    case kernel_argument::kind::null: return store_null(f, i, buffer);
  }
}

// The instance for these arguments.
kernel_state& instance_for(kernel_state& state, std::span<const kernel_argument> arguments) {
  if (!state.is_template()) return state;
  std::vector<std::optional<dtype>> types;
  for (const kernel_argument& a : arguments) {
    const bool is_array = a.type() == kernel_argument::kind::array;
    types.push_back(is_array ? std::optional(a.array().dtype()) : std::nullopt);
  }
  return state.deduced(types);
}

launch_config with_block(const loaded_kernel& k, launch_config config) {
  if (config.best_block) config.block = k.module->best_block(*k.function, config.shared_bytes);
  return config;
}

// A grid whose blocks wait for each other must fit the device as a whole.
void check_cooperation(const loaded_kernel& k, const launch_plan& plan) {
  const int threads = static_cast<int>(plan.block[0] * plan.block[1] * plan.block[2]);
  const std::int64_t most = k.module->resident_blocks(*k.function, threads, plan.shared_bytes);
  const std::int64_t blocks = std::int64_t{plan.grid[0]} * plan.grid[1] * plan.grid[2];
  if (blocks > most)
    fail<value_error>("[", k.function->name, "] expected at most ", most, " blocks of ", threads,
                      " threads in a cooperative launch, got ", blocks);
}

}  // namespace

tuner& kernel::tuner() const {
  if (!tuner_) fail<type_error>("[kernel ", name(), "] was made without tune=: it has no variants");
  return *tuner_;
}
const std::vector<tuning_config>& kernel::configs() const { return tuner().configs(); }
kernel kernel::variant(const tuning_config& config) const { return tuner().variant(config); }
tuning_config kernel::best_config(const launch_config& config,
                                  std::span<const kernel_argument> arguments) const {
  if (is_lent(arguments))
    return with_lent(*this, config, arguments, [&](auto lent) { return best_config(config, lent); });
  return tuner().best_config(config, arguments);
}
std::string kernel::tuning_report() const { return tuner().report(); }
void kernel::save_tuning(const std::string& path) const { tuner().save(path); }
int kernel::check_configs(const launch_config& config, std::span<const kernel_argument> arguments) const {
  if (is_lent(arguments))
    return with_lent(*this, config, arguments, [&](auto lent) { return check_configs(config, lent); });
  return tuner().check_configs(config, arguments);
}

void kernel::launch(const launch_config& config, std::span<const kernel_argument> arguments) const {
  if (is_lent(arguments))
    return with_lent(*this, config, arguments, [&](auto lent) { launch(config, lent); });
  if (tuner_) return tuner_->launch(config, arguments);
  kernel_state& state = instance_for(*state_, arguments);
  const device where = device_of(arguments);
  const loaded_kernel& k = state.on(where);
  check_count(*k.function, arguments.size());
  argument_buffer buffer;
  for (std::size_t i = 0; i < arguments.size(); ++i) store(*k.function, i, arguments[i], where, buffer);
  launch_plan plan;
  const bool runs = plan_launch(*k.function, config.best_block ? with_block(k, config) : config, where, plan);
  if (!runs) return;
  plan.cooperative = plan.cooperative || state.program()->options().cooperative;
  if (plan.cooperative) check_cooperation(k, plan);
  state.launch(k, plan, buffer);
}

std::vector<double> kernel::time(const launch_config& config, std::span<const kernel_argument> arguments,
                                 const timing_options& options) const {
  if (is_lent(arguments))
    return with_lent(*this, config, arguments, [&](auto lent) { return time(config, lent, options); });
  if (tuner_) return tuner_->time(config, arguments, options);
  if (options.repeats < 1 || options.warmup < 0)
    fail<value_error>("[kernel ", name(), "] expected one run or more to time, got repeat=", options.repeats,
                      " and warmup=", options.warmup);
  const device where = device_of(arguments);
  const stream_view on = config.stream ? *config.stream : current_stream(where);
  instance_for(*state_, arguments).on(where);  // compiling is not counted
  for (int i = 0; i < options.warmup; ++i) launch(config, arguments);
  event start(where), end(where);
  std::vector<double> seconds;
  for (int i = 0; i < options.repeats; ++i) {
    start.record(on);
    launch(config, arguments);
    end.record(on);
    end.synchronize();
    seconds.push_back(end.elapsed_since(start) / 1000);
  }
  return seconds;
}

std::vector<bool> kernel::writes(std::span<const kernel_argument> arguments) const {
  if (tuner_) return tuner_->variant({}).writes(arguments);
  const loaded_kernel& k = instance_for(*state_, arguments).on(device_of(arguments));
  check_count(*k.function, arguments.size());
  std::vector<bool> written;
  for (const parameter& p : k.function->parameters)
    written.push_back((p.kind == parameter_kind::pointer || p.kind == parameter_kind::view) && !p.is_const);
  return written;
}

std::string kernel::hardware(std::span<const kernel_argument> arguments) const {
  if (tuner_) return tuner_->variant({}).hardware(arguments);
  return instance_for(*state_, arguments).on(device_of(arguments)).module->hardware();
}

kernel_attributes kernel::attributes() const {
  if (tuner_) return tuner_->variant({}).attributes();
  const loaded_kernel& k = state_->on(current_device());
  return k.module->attributes(*k.function);
}

void kernel::set_max_dynamic_shared_size_bytes(std::int64_t bytes) const {
  if (tuner_) return tuner_->variant({}).set_max_dynamic_shared_size_bytes(bytes);
  const loaded_kernel& k = state_->on(current_device());
  if (bytes < 0 || !k.module->allow_dynamic_shared(*k.function, bytes))
    fail<value_error>("[", name(),
                      "] max_dynamic_shared_size_bytes: expected no more than the device has, got ", bytes);
}

int kernel::best_block(std::size_t shared_bytes) const {
  if (tuner_) return tuner_->variant({}).best_block(shared_bytes);
  const loaded_kernel& k = state_->on(current_device());
  return k.module->best_block(*k.function, shared_bytes);
}

std::int64_t kernel::max_cooperative_blocks(int threads, std::size_t shared_bytes) const {
  if (tuner_) return tuner_->variant({}).max_cooperative_blocks(threads, shared_bytes);
  const loaded_kernel& k = state_->on(current_device());
  return k.module->resident_blocks(*k.function, threads, shared_bytes);
}

double kernel::occupancy(int threads, std::size_t shared_bytes) const {
  if (tuner_) return tuner_->variant({}).occupancy(threads, shared_bytes);
  const loaded_kernel& k = state_->on(current_device());
  if (threads < 1 || threads > k.module->attributes(*k.function).max_threads_per_block)
    fail<value_error>("[", name(), "] occupancy: expected a block of 1 to ",
                      k.module->attributes(*k.function).max_threads_per_block, " threads, got ", threads);
  return k.module->occupancy(*k.function, threads, shared_bytes);
}

kernel kernel::operator[](const std::string& template_arguments) const {
  if (tuner_)
    fail<type_error>("[kernel] a tuned kernel takes k(arguments...): its launch is part of what is tuned");
  return kernel(state_->instance(template_arguments));
}

kernel kernel::sibling(const std::string& name) const {
  return kernel(std::make_shared<kernel_state>(state_->program(), name));
}

void kernel::compile(std::optional<device> where) const {
  if (tuner_) return tuner_->compile(where);
  state_->on(where ? *where : current_device());
}

std::string kernel::device_image(const std::string& architecture) const {
  if (tuner_) return tuner_->variant({}).device_image(architecture);
  return state_->program()->image_for({state_->name()}, architecture);
}

void kernel::compile_for(std::vector<std::string> architectures) const {
  if (architectures.empty())
    for (const int known : known_architectures()) architectures.push_back("sm_" + std::to_string(known));
  if (architectures.empty()) architectures.emplace_back("sm_90");  // which says that NVRTC is not there
  if (tuner_) {
    for (const tuning_config& config : configs()) variant(config).compile_for(architectures);
    return;
  }
  for (const std::string& architecture : architectures)
    state_->program()->image_for(state_->names_of_module(), architecture);
}

void kernel::set_constant(const std::string& variable, const ndarray& values) const {
  if (tuner_) return tuner_->set_constant(variable, values);
  const loaded_kernel& k = state_->on(values.device());
  const global_variable v = k.module->find_global(variable);
  if (v.address == nullptr)
    fail<value_error>("[kernel ", name(), "] the source has no variable '", variable, "'");
  const element_type declared = parse_element(variable_type(source(), variable));
  if (declared.type && !declared.takes(values.dtype()))
    fail<type_error>("[kernel ", name(), "] expected an array of ", declared.expected(), " for '", variable,
                     "', got ", values.dtype());
  const ndarray plain = ascontiguousarray(to_device(values, cpu));
  if (static_cast<std::size_t>(plain.nbytes()) != v.bytes)
    fail<value_error>("[kernel ", name(), "] expected ", v.bytes, " bytes for '", variable, "', got ",
                      plain.nbytes());
  k.module->write_global(v, plain.data(access::read));
}

std::optional<dtype> kernel::constant_dtype(const std::string& variable) const {
  const element_type declared = parse_element(variable_type(source(), variable));
  return declared.lanes == 1 ? declared.type : std::nullopt;
}

ndarray kernel::get_global(const std::string& variable) const {
  if (tuner_)
    fail<type_error>("[kernel] a tuned kernel's variants have variables of their own: use variant(config)");
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
  if (tuner_) return tuner_->variant({}).signature();
  const kernel_function& f = *state_->on(current_device()).function;
  std::string list;
  for (const parameter& p : f.parameters)
    list += (list.empty() ? "" : ", ") + p.text + (p.name.empty() ? "" : " " + p.name);
  return f.name + "(" + list + ")";
}

std::vector<kernel_outline> kernel_outlines(const std::string& source) {
  std::vector<kernel_outline> outlines;
  for (const kernel_declaration& k : find_kernels(source)) {
    kernel_outline& o = outlines.emplace_back(kernel_outline{k.name, {}, {}});
    for (const template_parameter& p : k.templates) o.templates.push_back(p.name);
    for (const declared_parameter& p : k.parameters) o.parameters.push_back(p.name);
  }
  return outlines;
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
