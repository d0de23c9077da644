// SPDX-License-Identifier: BSD-3-Clause
// Uses the installed headers and library as a user would, and prints what the test expects.
#include <iostream>
#include <numloom/numloom.hpp>

int main() {
  const numloom::ndarray a = numloom::arange(5);
  const numloom::ndarray b = numloom::add(numloom::multiply(a, a), numloom::ones({5}));
  std::cout << numloom::sum(b).item<double>() << '\n';
  try {
    numloom::add(a, numloom::ones({3}));
  } catch (const numloom::value_error& error) {
    std::cout << "value_error\n";
  }
}
