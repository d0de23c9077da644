// SPDX-License-Identifier: BSD-3-Clause
/// Fourier transforms with numpy.fft's names and results. float32 and complex64 are computed in single
/// precision, float16 too, everything else in double.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "numloom/reductions.hpp"

namespace numloom::fft {

/// Which direction is divided by n; ortho: both by its root.
enum class norm { backward, ortho, forward };
/// Throws value_error.
NL_API norm parse_norm(std::string_view name);

struct options {
  std::optional<std::int64_t> n{};  ///< the length of the transform: the input is cut or followed by zeros
  int axis = -1;
  fft::norm norm = fft::norm::backward;
  std::optional<ndarray> out{};
};
NL_API ndarray fft(const ndarray& a, const options& options = {});
NL_API ndarray ifft(const ndarray& a, const options& options = {});
/// Of real numbers: the first n / 2 + 1 results, the rest being their conjugates.
NL_API ndarray rfft(const ndarray& a, const options& options = {});
/// The inverse of rfft; n is 2 (m - 1) unless given.
NL_API ndarray irfft(const ndarray& a, const options& options = {});
/// Of a signal whose second half is the conjugate of its first: real results.
NL_API ndarray hfft(const ndarray& a, const options& options = {});
NL_API ndarray ihfft(const ndarray& a, const options& options = {});

struct nd_options {
  std::optional<std::vector<std::int64_t>> s{};  ///< lengths along the axes; -1: the whole axis
  std::optional<std::vector<int>> axes{};        ///< the last ones, or all, unless given
  fft::norm norm = fft::norm::backward;
  std::optional<ndarray> out{};
};
NL_API ndarray fftn(const ndarray& a, const nd_options& options = {});
NL_API ndarray ifftn(const ndarray& a, const nd_options& options = {});
NL_API ndarray rfftn(const ndarray& a, const nd_options& options = {});
NL_API ndarray irfftn(const ndarray& a, const nd_options& options = {});
/// Over the last two axes unless others are given.
NL_API ndarray fft2(const ndarray& a, nd_options options = {});
NL_API ndarray ifft2(const ndarray& a, nd_options options = {});
NL_API ndarray rfft2(const ndarray& a, nd_options options = {});
NL_API ndarray irfft2(const ndarray& a, nd_options options = {});

struct freq_options {
  std::optional<numloom::dtype> dtype{};  ///< float64 unless given
  std::optional<numloom::device> device{};
};
/// The frequencies of the results of fft (rfft) for n samples d apart.
NL_API ndarray fftfreq(std::int64_t n, double d = 1, const freq_options& options = {});
NL_API ndarray rfftfreq(std::int64_t n, double d = 1, const freq_options& options = {});
/// The frequency zero moved to the middle (and back).
NL_API ndarray fftshift(const ndarray& x, const axes& axes = {});
NL_API ndarray ifftshift(const ndarray& x, const axes& axes = {});

}  // namespace numloom::fft
