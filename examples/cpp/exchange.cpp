// SPDX-License-Identifier: BSD-3-Clause
// Arrays that two libraries share. DLPack is how PyTorch, CuPy, TVM and others hand each other an array: a
// pointer with shape, type, device and a function that lets it go. Nothing is copied. Here the other library
// is played by a struct that keeps what it was given.
#include <numloom/numloom.hpp>

#include <iostream>

namespace nl = numloom;

struct other_library {
  DLManagedTensorVersioned* kept;  // with dlpack.h included, kept->dl_tensor can be read
};

int main() {
  nl::array<double> prices(nl::linspace(100, 104, {.num = 5}));
  const other_library other{nl::to_dlpack(prices)};  // keeps the memory alive, whatever becomes of `prices`

  nl::array<double> same(nl::from_dlpack(other.kept));  // takes the tensor over
  same *= 2.0;
  std::cout << "shared: " << prices << '\n';

  const nl::ndarray frozen = nl::broadcast_to(prices, {2, 5});  // a read-only view stays read-only
  const nl::ndarray seen = nl::from_dlpack(nl::to_dlpack(frozen));
  std::cout << nl::to_string(seen.shape()) << (seen.writeable() ? " writeable" : " read-only") << '\n';

  double own[] = {3, 1, 2};  // memory of the program's own, in an array for as long as `own` lives
  nl::ndarray lent =
      nl::adopt_array(own, nl::dtype::float64, {3}, {sizeof(double)}, nl::cpu, nullptr, nullptr);
  std::cout << "sum of lent memory: " << nl::sum(lent).item<double>() << '\n';
}
