// SPDX-License-Identifier: BSD-3-Clause
#include "ops/einsum_plan.hpp"

#include <algorithm>
#include <limits>

#include "ops/common.hpp"

namespace numloom::detail {

namespace {

constexpr int letters = 128;  // symbols: ASCII letters, then the axes of the ellipsis from the left
constexpr int ellipsis = -1;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Letters and the ellipsis of one operand or of the result.
label_list read_term(std::string_view text, const std::string& whose) {
  label_list symbols;
  bool has_ellipsis = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ') continue;
    if (is_letter(c)) {
      symbols.push_back(c);
    } else if (c == '.') {
      if (has_ellipsis || text.substr(i, 3) != "...")
        fail<value_error>(
            "[einsum] einstein sum subscripts string contains a '.' that is not part of an ellipsis ('...') "
            "in ",
            whose);
      has_ellipsis = true;
      symbols.push_back(ellipsis);
      i += 2;
    } else {
      fail<value_error>("[einsum] invalid subscript '", c,
                        "' in einstein sum subscripts string, subscripts must be letters (", whose, ")");
    }
  }
  return symbols;
}

bool has_ellipsis(const label_list& symbols) {
  return std::find(symbols.begin(), symbols.end(), ellipsis) != symbols.end();
}

// The subscripts' parts as they stand there.
struct parsed {
  std::vector<label_list> inputs;
  label_list output;
  bool is_explicit = false;
};

parsed read_subscripts(std::string_view text, std::size_t operands) {
  if (operands == 0)
    fail<value_error>("[einsum] must specify the einstein sum subscripts string and at least one operand");
  parsed p;
  for (;;) {
    const std::size_t end = std::min(text.find_first_of(",-"), text.size());
    const bool more = end < text.size() && text[end] == ',';
    if (more != (p.inputs.size() + 1 < operands))
      fail<value_error>("[einsum] ", more ? "more" : "fewer",
                        " terms in the einstein sum subscripts string than operands provided: expected ",
                        operands);
    p.inputs.push_back(read_term(text.substr(0, end), as_text("operand ", p.inputs.size())));
    text.remove_prefix(end);
    if (!more) break;
    text.remove_prefix(1);
  }
  if (text.empty()) return p;
  if (!text.starts_with("->"))
    fail<value_error>("[einsum] einstein sum subscript string does not contain proper '->' output specified");
  p.is_explicit = true;
  p.output = read_term(text.substr(2), "the output");
  return p;
}

// How many axes the ellipsis of an operand stands for.
int ellipsis_axes(const label_list& symbols, const ndarray& a, std::size_t operand) {
  const bool open = has_ellipsis(symbols);
  const int named = symbols.size() - open;
  if (named > a.ndim())
    fail<value_error>("[einsum] einstein sum subscripts string contains too many subscripts for operand ",
                      operand, " of shape ", to_string(a.shape()));
  if (named < a.ndim() && !open)
    fail<value_error>(
        "[einsum] operand has more dimensions than subscripts given in einstein sum, but no '...' ellipsis "
        "provided to broadcast the extra dimensions: operand ",
        operand, " of shape ", to_string(a.shape()));
  return a.ndim() - named;
}

label_list without_ellipsis(const label_list& symbols, int axes, int most) {
  label_list all;
  for (const int symbol : symbols) {
    if (symbol != ellipsis) {
      all.push_back(symbol);
      continue;
    }
    for (int k = most - axes; k < most; ++k) all.push_back(letters + k);
  }
  return all;
}

// The axes of the ellipsis, then the letters that occur once, in alphabetical order.
label_list implicit_output(const std::vector<label_list>& inputs, int most) {
  int counts[letters] = {};
  label_list output;
  for (int k = 0; k < most; ++k) output.push_back(letters + k);
  for (const label_list& symbols : inputs)
    for (const int symbol : symbols)
      if (symbol < letters) ++counts[symbol];
  for (int c = 0; c < letters; ++c)
    if (counts[c] == 1) output.push_back(c);
  return output;
}

void require_output(const label_list& output, const bool* occurs) {
  for (int d = 0; d < output.size(); ++d) {
    const int symbol = output[d];
    if (symbol >= letters) continue;
    const char c = static_cast<char>(symbol);
    if (!occurs[symbol])
      fail<value_error>("[einsum] einstein sum subscripts string included output subscript '", c,
                        "' which never appeared in an input");
    if (std::find(output.begin(), output.begin() + d, symbol) != output.begin() + d)
      fail<value_error>("[einsum] einstein sum subscripts string includes output subscript '", c,
                        "' multiple times");
  }
}

// Extents that agree or are 1; inside one operand they must agree.
void read_extents(einsum_plan& plan, std::span<const ndarray> operands, const label_list& names) {
  inline_vector<int, 16> from(names.size(), -1);
  plan.extents.resize(names.size(), 1);
  const auto named = [&](int label) {
    return names[label] < letters ? std::string(1, static_cast<char>(names[label])) : std::string("...");
  };
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const label_list& labels = plan.inputs[i];
    const shape_t& shape = operands[i].shape();
    for (int d = 0; d < labels.size(); ++d) {
      const int label = labels[d];
      for (int e = 0; e < d; ++e)
        if (labels[e] == label && shape[e] != shape[d])
          fail<value_error>("[einsum] dimensions in operand ", i, " for collapsing index '", named(label),
                            "' don't match (", shape[e], " != ", shape[d], ")");
      if (shape[d] == 1) continue;
      if (from[label] >= 0 && plan.extents[label] != shape[d])
        fail<value_error>("[einsum] operands could not be broadcast together: label '", named(label),
                          "' has extent ", plan.extents[label], " in operand ", from[label], " of shape ",
                          to_string(operands[static_cast<std::size_t>(from[label])].shape()), " and ",
                          shape[d], " in operand ", i, " of shape ", to_string(shape));
      plan.extents[label] = shape[d];
      from[label] = static_cast<int>(i);
    }
  }
}

}  // namespace

einsum_plan plan_einsum(std::string_view subscripts, std::span<const ndarray> operands) {
  parsed p = read_subscripts(subscripts, operands.size());
  int most = 0;
  for (std::size_t i = 0; i < operands.size(); ++i)
    most = std::max(most, ellipsis_axes(p.inputs[i], operands[i], i));
  for (std::size_t i = 0; i < operands.size(); ++i)
    p.inputs[i] = without_ellipsis(p.inputs[i], ellipsis_axes(p.inputs[i], operands[i], i), most);
  bool occurs[letters + max_dims] = {};
  for (const label_list& symbols : p.inputs)
    for (const int symbol : symbols) occurs[symbol] = true;
  if (!p.is_explicit)
    p.output = implicit_output(p.inputs, most);
  else if (most > 0 && !has_ellipsis(p.output))
    fail<value_error>(
        "[einsum] output has more dimensions than subscripts given in einstein sum, but no '...' ellipsis "
        "provided to broadcast the extra dimensions.");
  else
    p.output = without_ellipsis(p.output, most, most);
  require_output(p.output, occurs);

  einsum_plan plan;
  label_list names;
  int number[letters + max_dims];
  const auto numbered = [&](label_list& symbols) {
    for (int& symbol : symbols) {
      if (occurs[symbol]) {
        occurs[symbol] = false;
        number[symbol] = names.size();
        names.push_back(symbol);
      }
      symbol = number[symbol];
    }
  };
  for (label_list& symbols : p.inputs) numbered(symbols);
  numbered(p.output);
  if (names.size() > max_dims) fail<value_error>("[einsum] too many subscripts in einsum: ", names.size());
  plan.inputs = std::move(p.inputs);
  plan.output = p.output;
  read_extents(plan, operands, names);
  return plan;
}

// ---- the order of contractions ----

namespace {

// What is left of the labels of two parts when the rest needs `outside`.
struct pairing {
  label_set labels;
  double cost;  // multiplications; far more when the result is too large
};

pairing pair_up(const einsum_plan& plan, label_set a, label_set b, label_set outside, double limit) {
  const label_set result = (a | b) & outside;
  return {result, plan.size(a | b) + (plan.size(result) > limit ? 1e100 : 0)};
}

// Each set of operands from its best two halves: n operands have 3^n pairs of sets.
std::vector<contraction_step> search(const einsum_plan& plan, const std::vector<label_set>& operands,
                                     label_set kept, double limit) {
  const int n = static_cast<int>(operands.size());
  const unsigned all = (1u << n) - 1;
  struct entry {
    label_set labels = 0;  // those of the product of the set
    double cost = std::numeric_limits<double>::infinity();
    unsigned half = 0;
  };
  std::vector<entry> best(all + 1);
  std::vector<label_set> any(all + 1, 0);  // labels of any operand of the set
  for (unsigned set = 1; set <= all; ++set)
    any[set] = any[set & (set - 1)] | operands[static_cast<std::size_t>(std::countr_zero(set))];
  for (unsigned set = 1; set <= all; ++set) {
    const label_set outside = kept | any[all & ~set];
    entry& e = best[set];
    if ((set & (set - 1)) == 0) {
      e.labels = any[set] & outside;
      e.cost = 0;
      continue;
    }
    const unsigned first = set & (~set + 1);  // always in the first half: each pair once
    for (unsigned half = (set - 1) & set; half; half = (half - 1) & set) {
      if (!(half & first)) continue;
      const entry &a = best[half], &b = best[set & ~half];
      const pairing p = pair_up(plan, a.labels, b.labels, outside, limit);
      const double cost = a.cost + b.cost + p.cost;
      if (e.half && cost >= e.cost) continue;
      e = {p.labels, cost, half};
    }
  }
  // The tree, leaves first.
  std::vector<contraction_step> steps;
  const auto emit = [&](const auto& self, unsigned set) -> int {
    if ((set & (set - 1)) == 0) return std::countr_zero(set);
    const int left = self(self, best[set].half), right = self(self, set & ~best[set].half);
    steps.push_back({left, right});
    return n + static_cast<int>(steps.size()) - 1;
  };
  emit(emit, all);
  return steps;
}

// Always the pair that takes the most elements away, then the cheapest.
std::vector<contraction_step> choose_greedily(const einsum_plan& plan, const std::vector<label_set>& operands,
                                              label_set kept, double limit) {
  struct part {
    int number;
    label_set labels;
  };
  std::vector<part> parts;
  for (std::size_t i = 0; i < operands.size(); ++i) parts.push_back({static_cast<int>(i), operands[i]});
  std::vector<contraction_step> steps;
  while (parts.size() > 1) {
    std::size_t left = 0, right = 1;
    label_set labels = 0;
    double least_growth = 0, least_cost = 0;
    bool found = false;
    for (std::size_t i = 0; i < parts.size(); ++i)
      for (std::size_t j = i + 1; j < parts.size(); ++j) {
        label_set outside = kept;
        for (std::size_t k = 0; k < parts.size(); ++k)
          if (k != i && k != j) outside |= parts[k].labels;
        const pairing p = pair_up(plan, parts[i].labels, parts[j].labels, outside, limit);
        const double large = p.cost >= 1e100 ? 1e100 : 0;
        const double growth =
            large + plan.size(p.labels) - plan.size(parts[i].labels) - plan.size(parts[j].labels);
        if (found && (growth > least_growth || (growth == least_growth && p.cost >= least_cost))) continue;
        found = true;
        left = i, right = j, labels = p.labels, least_growth = growth, least_cost = p.cost;
      }
    steps.push_back({parts[left].number, parts[right].number});
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(right));
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(left));
    parts.push_back({static_cast<int>(operands.size() + steps.size()) - 1, labels});
  }
  return steps;
}

}  // namespace

std::vector<contraction_step> order_contractions(const einsum_plan& plan,
                                                 const std::vector<label_set>& operands, label_set kept,
                                                 int searched, double limit) {
  if (operands.size() < 2) return {};
  if (operands.size() == 2) return {{0, 1}};
  return static_cast<int>(operands.size()) <= searched ? search(plan, operands, kept, limit)
                                                       : choose_greedily(plan, operands, kept, limit);
}

}  // namespace numloom::detail
