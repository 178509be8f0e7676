// SPDX-License-Identifier: Apache-2.0
//
// Overloaded: one visitor made of several, a function for each alternative of a variant.
#pragma once

namespace bprop {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace bprop
