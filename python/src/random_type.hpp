// SPDX-License-Identifier: BSD-3-Clause
/// numloom.random's generator: a CPython type that draws from the state of one of NumPy's bit generators.
///
/// The state stays in NumPy's object. Single numbers and short arrays are drawn through its functions, and
/// all numbers of a bit generator whose stream cannot be entered anywhere; long arrays by the device, from a
/// copy of the state that is put back afterwards. So everybody who holds the bit generator, NumPy's own
/// Generator too, goes on from the same position.
#pragma once

#include <optional>
#include <vector>

#include "convert.hpp"
#include "numloom/bit_source.hpp"
#include "numloom/random.hpp"

namespace numloom::python {

struct generator_object {
  PyObject_HEAD                           //
      PyObject* bit_generator;            // numpy.random.BitGenerator
  PyObject* lock;                         // its lock
  random::bit_source* source;             // in its capsule
  std::optional<random::engine>* engine;  // set where the device can draw; points to one of three constants
};

inline generator_object& generator_of(PyObject* o) { return *reinterpret_cast<generator_object*>(o); }

/// Holds a bit generator's lock where another thread may be drawing at this moment: the interpreter's lock
/// is not enough only while some thread has given it up in the middle of a draw.
class drawing {
 public:
  drawing(generator_object& g, std::int64_t elements);
  ~drawing();
  drawing(const drawing&) = delete;
  drawing& operator=(const drawing&) = delete;

 private:
  PyObject* held_ = nullptr;
  bool releases_;
};

/// While NumPy draws: it gives up the interpreter's lock too, under the bit generator's own.
struct numpy_drawing {
  numpy_drawing();
  ~numpy_drawing();
};

/// The state in NumPy's memory, as the devices take it; and back.
random::stream_state load_state(const generator_object& g);
void store_state(const generator_object& g, const random::stream_state& s);

/// f(a generator at the current position), after which NumPy's bit generator stands where that one does.
template <class F> auto draw_natively(generator_object& g, std::int64_t elements, F&& f) {
  const drawing guard(g, elements);
  random::generator native(load_state(g));
  const auto put_back = [&] { store_state(g, native.state()); };
  if constexpr (std::is_void_v<decltype(f(native))>) {
    unlocked(elements, [&] { f(native); });
    put_back();
  } else {
    auto result = unlocked(elements, [&] { return f(native); });
    put_back();
    return result;
  }
}

void add_generator_methods(std::vector<PyMethodDef>& table);

/// Adds the type numloom._core._Generator.
void make_generator_type(PyObject* module);

}  // namespace numloom::python
