// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/lending.hpp"

#include "numloom/error.hpp"

namespace numloom::kernel_detail {

lent_arguments::lent_arguments(std::span<const kernel_argument> given, device where,
                               std::optional<stream_view> on) {
  if (on) on_.emplace(*on);
  all_.reserve(given.size());
  for (const kernel_argument& a : given) lend(a, where);
}

// A kernel may write to what it gets, so `in` lends a copy; the others lend the array itself where they can.
void lent_arguments::lend(const kernel_argument& a, device where) {
  const transfer mode = a.transfer();
  if (mode == transfer::none) {
    all_.push_back(a);
    return;
  }
  const ndarray& given = a.array();
  const bool must_come_back = mode == transfer::out || mode == transfer::in_out;
  if (must_come_back && !given.writeable())
    fail<value_error>("[kernel] argument ", all_.size() + 1, ": the array is read-only");
  const bool is_here = given.device() == where;
  const bool as_it_is =
      mode == transfer::host ? is_here : must_come_back && is_here && given.is_c_contiguous();
  if (as_it_is) {
    all_.emplace_back(given);
    return;
  }
  if (mode != transfer::in && given.writeable()) results_.push_back({given, all_.size()});
  all_.emplace_back(*kept_.emplace_back(std::make_unique<ndarray>(to_device(copy(given, order::C), where))));
}

void lent_arguments::give_back(const std::vector<bool>& written) const {
  for (const copied& r : results_) {
    if (written[r.position]) copyto(r.from, all_[r.position].array());
  }
}

}  // namespace numloom::kernel_detail
