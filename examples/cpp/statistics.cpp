// SPDX-License-Identifier: BSD-3-Clause
// Statistics of the columns of a table in a .npy file. Without a file it makes one of its own first.
#include <algorithm>
#include <iostream>

#include <numloom/numloom.hpp>

namespace nl = numloom;
using nl::slice;

namespace {

std::string make_table() {
  const std::string path = "table.npy";
  const auto t = nl::array<double>(nl::linspace(0, 20, {.num = 1000}));
  nl::save(path, nl::stack({t, nl::sin(t), nl::exp(-0.1 * t), t % 3}, {.axis = 1}));
  return path;
}

// The value below which a share of the (sorted) column lies.
nl::array<double> quantile(const nl::array<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.shape(0) - 1);
  const auto row = static_cast<std::int64_t>(at);
  const std::int64_t next = std::min(row + 1, sorted.shape(0) - 1);
  return sorted[row] + (at - static_cast<double>(row)) * (sorted[next] - sorted[row]);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string path = argc > 1 ? argv[1] : make_table();
    nl::ndarray table = nl::load(path);
    if (table.ndim() == 1) table = nl::expand_dims(table, 1);
    const nl::array<double> x(nl::astype(table, nl::dtype::float64));
    const nl::array<double> sorted(nl::sort(x, 0));
    const nl::ndarray centred = x - nl::array<double>(nl::mean(x, {.axis = 0}));
    const nl::ndarray covariance =
        nl::matmul(nl::transpose(centred), centred) / static_cast<double>(x.shape(0) - 1);
    std::cout << path << ": shape " << nl::to_string(x.shape()) << " of " << table.dtype() << "\n"
              << "mean    " << nl::mean(x, {.axis = 0}) << "\n"
              << "std     " << nl::std(x, {.axis = 0}) << "\n"
              << "min     " << nl::min(x, {.axis = 0}) << "\n"
              << "median  " << quantile(sorted, 0.5) << "\n"
              << "max     " << nl::max(x, {.axis = 0}) << "\n"
              << "covariance\n"
              << covariance << "\n"
              << "variances along the principal axes\n"
              << nl::linalg::eigh(covariance).eigenvalues << "\n";
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 1;
  }
}
