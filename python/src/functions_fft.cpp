// SPDX-License-Identifier: BSD-3-Clause
// numpy.fft.
#include "function.hpp"
#include "numloom/fft.hpp"

namespace numloom::python {

namespace {

using one_axis = ndarray (*)(const ndarray&, const fft::options&);
using several_axes = ndarray (*)(const ndarray&, const fft::nd_options&);

fft::norm to_norm(PyObject* o) {
  if (is_missing(o)) return fft::norm::backward;
  if (PyUnicode_Check(o)) return fft::parse_norm(to_text(o, "norm"));
  const ref text = checked(PyObject_Str(o));
  return fft::parse_norm(to_text(text.get(), "norm"));
}

// (a, n, axis, norm, out)
template <one_axis F> PyObject* transformed(argument_slots s) {
  const ndarray a = to_array(s[0]);
  fft::options options;
  if (!is_missing(s[1])) options.n = to_int(s[1], "n");
  options.axis = to_axis(s[2], -1);
  options.norm = to_norm(s[3]);
  options.out = to_out(s[4]);
  return wrap_or_out(unlocked(8 * a.size(), [&] { return F(a, options); }), s[4]);
}

// None among the lengths: what the transform along that axis would take by itself.
std::vector<std::int64_t> to_lengths(PyObject* o, const ndarray& a, const fft::nd_options& options,
                                     bool real_result) {
  const ref items = checked(PySequence_Fast(o, "expected s to be a sequence of integers"));
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(items.get());
  std::vector<std::int64_t> made;
  bool warned = false;
  for (Py_ssize_t k = 0; k < count; ++k) {
    PyObject* const item = PySequence_Fast_GET_ITEM(items.get(), k);
    if (item != Py_None) {
      made.push_back(to_int(item, "s"));
      continue;
    }
    if (!warned)
      warn(PyExc_DeprecationWarning,
           "Passing an array containing `None` values to `s` is deprecated in NumPy 2.0 and will raise an "
           "error in a future version of NumPy. To use the whole axis pass -1, or omit the `s` argument.");
    warned = true;
    const bool last = real_result && k + 1 == count;
    if (!last) {
      made.push_back(-1);
      continue;
    }
    const int axis = options.axes && k < static_cast<Py_ssize_t>(options.axes->size())
                         ? (*options.axes)[static_cast<std::size_t>(k)]
                         : -1;
    made.push_back(2 * (a.shape(axis) - 1));
  }
  return made;
}

// (a, s, axes, norm, out)
template <several_axes F, bool Plane, bool RealResult = false> PyObject* transformed_nd(argument_slots s) {
  const ndarray a = to_array(s[0]);
  fft::nd_options options;
  const bool axes_given = Plane ? s[2] == nullptr || !is_missing(s[2]) : !is_missing(s[2]);
  if (Plane && !s[2]) options.axes = std::vector<int>{-2, -1};
  if (!is_missing(s[2])) {
    std::vector<int> axes;
    for (const std::int64_t axis : to_int_list(s[2], "axes")) axes.push_back(static_cast<int>(axis));
    options.axes = std::move(axes);
  }
  if (!is_missing(s[1])) {
    if (!axes_given)
      warn(
          PyExc_DeprecationWarning,
          "`axes` should not be `None` if `s` is not `None` (Deprecated in NumPy 2.0). In a future version "
          "of "
          "NumPy, this will raise an error and `s[i]` will correspond to the size along the transformed axis "
          "specified by `axes[i]`. To retain current behaviour, pass a sequence [0, ..., k-1] to `axes` for "
          "an array of dimension k.");
    options.s = to_lengths(s[1], a, options, RealResult);
  }
  options.norm = to_norm(s[3]);
  options.out = to_out(s[4]);
  ndarray result = unlocked(8 * a.size(), [&] { return F(a, options); });
  if (options.axes && options.axes->empty() && is_array(s[0])) return Py_NewRef(s[0]);
  return wrap_or_out(std::move(result), s[4]);
}

// (n, d, device, dtype)
template <ndarray (*F)(std::int64_t, double, const fft::freq_options&)>
PyObject* frequencies(argument_slots s) {
  if (!PyIndex_Check(s[0])) raise(PyExc_ValueError, "n should be an integer");
  const std::int64_t n = to_int(s[0], "n");
  const double d = to_double(s[1], 1);
  if (static_cast<double>(n) * d == 0) raise(PyExc_ZeroDivisionError, "float division by zero");
  return wrap(F(n, d, {.dtype = to_optional_dtype(s[3]), .device = to_device_argument(s[2])}));
}

// (x, axes)
template <ndarray (*F)(const ndarray&, const axes&)> PyObject* shifted(argument_slots s) {
  const ndarray x = to_array(s[0]);
  const axes which = to_axes(s[1]);
  return wrap(unlocked(x.size(), [&] { return F(x, which); }));
}

constexpr const char* along_axis = "(a, n=None, axis=-1, norm=None, out=None)";
constexpr const char* along_axes = "(a, s=None, axes=None, norm=None, out=None)";
constexpr const char* along_plane = "(a, s=None, axes=(-2, -1), norm=None, out=None)";
constexpr const char* sampling = "(n, d=1.0, device=None, *, dtype=None)";

constexpr function_row fft_rows[] = {
    {"fft.fft", along_axis, transformed<fft::fft>, "Fourier transform along an axis."},
    {"fft.ifft", along_axis, transformed<fft::ifft>, "Inverse Fourier transform along an axis."},
    {"fft.rfft", along_axis, transformed<fft::rfft>,
     "Fourier transform of real numbers along an axis: the first n // 2 + 1 results."},
    {"fft.irfft", along_axis, transformed<fft::irfft>, "Inverse of rfft: n real numbers."},
    {"fft.hfft", along_axis, transformed<fft::hfft>,
     "Fourier transform of a signal whose second half is the conjugate of its first: real numbers."},
    {"fft.ihfft", along_axis, transformed<fft::ihfft>, "Inverse of hfft."},
    {"fft.fftn", along_axes, transformed_nd<fft::fftn, false>, "Fourier transform along several axes."},
    {"fft.ifftn", along_axes, transformed_nd<fft::ifftn, false>,
     "Inverse Fourier transform along several axes."},
    {"fft.rfftn", along_axes, transformed_nd<fft::rfftn, false>,
     "Fourier transform of real numbers along several axes; the last one is halved."},
    {"fft.irfftn", along_axes, transformed_nd<fft::irfftn, false, true>, "Inverse of rfftn: real numbers."},
    {"fft.fft2", along_plane, transformed_nd<fft::fftn, true>, "Fourier transform along two axes."},
    {"fft.ifft2", along_plane, transformed_nd<fft::ifftn, true>, "Inverse Fourier transform along two axes."},
    {"fft.rfft2", along_plane, transformed_nd<fft::rfftn, true>,
     "Fourier transform of real numbers along two axes; the last one is halved."},
    {"fft.irfft2", along_plane, transformed_nd<fft::irfftn, true, true>, "Inverse of rfft2: real numbers."},
    {"fft.fftfreq", sampling, frequencies<fft::fftfreq>,
     "Frequencies of the results of fft for n samples d apart."},
    {"fft.rfftfreq", sampling, frequencies<fft::rfftfreq>,
     "Frequencies of the results of rfft for n samples d apart."},
    {"fft.fftshift", "(x, axes=None)", shifted<fft::fftshift>, "The frequency zero moved to the middle."},
    {"fft.ifftshift", "(x, axes=None)", shifted<fft::ifftshift>, "The inverse of fftshift."},
};

}  // namespace

void add_fft_functions(std::vector<PyMethodDef>& table) { add_rows<fft_rows>(table, false); }

}  // namespace numloom::python
