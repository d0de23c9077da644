// SPDX-License-Identifier: BSD-3-Clause
// CUDA strings for the CPU: the text, with the simulator's headers in front and a table of its kernels
// behind, goes to the system's C++ compiler; the shared object comes from the cache the next time.
#include "kernel/cache.hpp"
#include "kernel/hash.hpp"
#include "kernel/headers.hpp"
#include "kernel/host_compiler.hpp"
#include "kernel/host_module.hpp"
#include "kernel/process.hpp"
#include "kernel/source_text.hpp"
#include "numloom/version.hpp"

namespace numloom::kernel_detail {
namespace {

bool is_checked(const compile_options& options) { return options.debug || options.check; }

std::vector<std::string> flags_of(const compile_options& options) {
  // CUDA has no exceptions, and reads memory as any type it likes.
  std::vector<std::string> flags{"-std=c++20", "-fPIC", "-shared", "-w", "-x", "c++"};
  for (const char* flag : {"-fno-exceptions", "-fno-strict-aliasing", "-ffp-contract=off", "-fno-math-errno",
                           "-fno-trapping-math", "-fdiagnostics-color=never", "-Wl,-Bsymbolic"})
    flags.push_back(flag);
  const std::vector<std::string> speed{"-O2", "-fwrapv"};
  // The instrumentation of two sanitizers without their libraries: kernels/prelude/checked.hpp.
  const std::vector<std::string> checks{
      "-O1", "-gdwarf-4",  // addr2line 2.40 mistakes the first file of DWARF 5
      "-fsanitize=thread", "-nodefaultlibs",
      "-fsanitize=bounds,shift,signed-integer-overflow,integer-divide-by-zero,unreachable,return,bool"};
  const std::vector<std::string>& more = is_checked(options) ? checks : speed;
  flags.insert(flags.end(), more.begin(), more.end());
  for (const std::string& folder : options.include_dirs) flags.push_back("-I" + folder);
  for (const std::string& option : options.options) {
    // What only NVRTC and nvcc know.
    const bool cuda_only = option.rfind("--", 0) == 0 || option.rfind("-arch", 0) == 0 ||
                           option.rfind("-use_fast_math", 0) == 0 || option.rfind("-rdc", 0) == 0 ||
                           option.rfind("-std", 0) == 0 || option.rfind("-maxrregcount", 0) == 0 ||
                           option.rfind("-lineinfo", 0) == 0 || option == "-G";
    if (option.rfind("--include-path=", 0) == 0) flags.push_back("-I" + option.substr(15));
    if (!cuda_only && !is_macro(option)) flags.push_back(option);
  }
  return flags;
}

std::string rows_text(const std::vector<std::string>& names) {
  std::string text = "static const numloom::simt::kernel_row nl_rows[] = {\n";
  text += "#line 1 \"" + std::string(names_name) + "\"\n";
  for (const std::string& name : names) text += "numloom::simt::kernel_rows<&" + name + ">::row(),\n";
  text += "#line 1 \"<end>\"\n};\nextern \"C\" __attribute__((visibility(\"default\"))) ";
  text +=
      "const numloom::simt::kernel_row* numloom_kernel_attach("
      "const numloom::simt::engine_table* engine, unsigned* count) {\n"
      "  numloom::simt::engine = *engine;\n  *count = " +
      std::to_string(names.size()) + ";\n  return nl_rows;\n}\n";
  return text;
}

// Where the fields of its structures are.
std::string fields_text(const std::string& source) {
  std::string rows;
  for (const declared_structure& s : parameter_structures(source)) {
    for (const std::string& field : s.fields) {
      const std::string member = s.name + "::" + field;
      rows += "{\"" + s.name + "\", \"" + field + "\", __builtin_offsetof(" + s.name + ", " + field +
              "), sizeof(" + member + "), numloom::field_kind<decltype(" + member + ")>},\n";
    }
  }
  return "static const numloom::simt::field_row nl_fields[] = {\n" + rows +
         "{}};\nextern \"C\" __attribute__((visibility(\"default\"))) "
         "const numloom::simt::field_row* numloom_kernel_fields(unsigned* count) {\n"
         "  *count = sizeof nl_fields / sizeof *nl_fields - 1;\n  return nl_fields;\n}\n";
}

std::string whole_text(const compile_job& job) {
  std::string text =
      host_prelude(is_checked(job.options)) + using_lines(job.source, job.names) + define_lines(job.options);
  text += "#line 1 \"" + std::string(source_name) + "\"\n";
  text += rewrite_shared(expand_includes(job.source, source_name, job.options.headers));
  return text + "\n" + rows_text(job.names) + fields_text(job.source);
}

}  // namespace

std::shared_ptr<kernel_module> compile_for_host(const compile_job& job) {
  const std::string compiler = host_compiler("[kernel] without a GPU a C++ compiler runs CUDA on the CPU");
  const std::string text = whole_text(job);
  std::vector<std::string> words{compiler};
  for (std::string& flag : flags_of(job.options)) words.push_back(std::move(flag));
  words.push_back(without_carets(compiler));
  // The same name in two kernels' files is two functions; clang sees to that by itself.
  if (!is_clang(compiler)) words.push_back("-fno-gnu-unique");
  sha256 hash;
  hash.add(NUMLOOM_VERSION " host");
  hash.add(identity_of(compiler));
  for (const std::string& word : words) hash.add(word);
  hash.add(text);
  hash.add(included_contents(job.source, job.options.include_dirs));
  const std::string path = cached_file(hash.digest(), ".so", [&](const std::string& target) {
    words.insert(words.end(), {"-o", target, "-"});
    if (is_checked(job.options)) words.insert(words.end(), {"-lm", "-lc", "-lgcc"});
    const process_result result = run_process(words, text);
    if (result.status != 0) throw compiler_refused{result.errors};
  });
  return load_host_module(path, job);
}

}  // namespace numloom::kernel_detail
