// SPDX-License-Identifier: BSD-3-Clause
// Conversions between all dtypes. Same-size integers and narrowing ones keep low bits, so unsigned loops
// serve the signed types too.
#include "cpu/isa/loops.hpp"

namespace numloom::NL_TARGET {

namespace {

template <class To> struct Cast {
  template <class From> NL_HD To operator()(From x) const { return cast_to<To>(x); }
};

// Integer to integer: the sign of the target never matters, that of the source only when widening.
template <class From, class To> constexpr loop_fn cast_loop() {
  if constexpr (is_integral<From> && is_integral<To>) {
    using Target = unsigned_of<To>;
    using Source = conditional_t<(sizeof(From) >= sizeof(To)), unsigned_of<From>, From>;
    return &unary_loop<Cast<Target>, Source, Target>::run;
  } else if constexpr (is_integral<From> && is_bool<To>) {
    return &unary_loop<Cast<bool>, unsigned_of<From>, bool>::run;
  } else if constexpr (is_bool<From> && is_integral<To>) {
    return &unary_loop<Cast<unsigned_of<To>>, bool, unsigned_of<To>>::run;
  } else {
    return &unary_loop<Cast<To>, From, To>::run;
  }
}

template <int From, int To = 0> void fill_casts_from(loop_fn* row) {
  if constexpr (To < cpu_host::table_dtypes) {
    row[To] = cast_loop<typename element_of<From>::type, typename element_of<To>::type>();
    fill_casts_from<From, To + 1>(row);
  }
}
template <int From = 0> void fill_all(loop_fn (*table)[cpu_host::table_dtypes]) {
  if constexpr (From < cpu_host::table_dtypes) {
    fill_casts_from<From>(table[From]);
    fill_all<From + 1>(table);
  }
}

}  // namespace

void fill_casts(loop_fn (*table)[cpu_host::table_dtypes]) { fill_all(table); }
}  // namespace numloom::NL_TARGET
