// SPDX-License-Identifier: BSD-3-Clause
// A kernel from a string in a C++ program: the heat equation, one thread for each cell. On a machine without
// a GPU the system's C++ compiler makes it, and the simulator runs it.
#include <numloom/numloom.hpp>

#include <iostream>

using numloom::array;

int main() {
  const numloom::kernel step(R"(
template <class T>
__global__ void step(const T* now, T* next, T rate, int height, int width) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x;
  const int y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) return;
  const int i = y * width + x;
  const bool edge = x == 0 || y == 0 || x == width - 1 || y == height - 1;
  const T around = edge ? T(0) : now[i - 1] + now[i + 1] + now[i - width] + now[i + width] - 4 * now[i];
  next[i] = now[i] + rate * around;
}
)",
                             "step");
  const int height = 24, width = 40;
  auto now = array<float>::zeros({height, width});
  auto next = array<float>::zeros({height, width});
  now.assign(100.0f, height / 2, width / 2);
  for (int k = 0; k < 50; ++k) {
    step({.grid = {3, 2}, .block = {16, 16}}, now, next, 0.2, height, width);
    std::swap(now, next);
  }
  std::cout << step["float"].signature() << "\nheat left: " << numloom::sum(now).item<float>()
            << ", warmest cell: " << numloom::max(now).item<float>() << '\n';
}
