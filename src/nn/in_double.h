// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nn/network_state.h"

namespace bprop::nn {

// The same network with its parameters in double.
template <class T>
DoubleNetwork in_double(const BasicNetwork<T>& network) {
  DoubleNetwork result(network.architecture(),
                       {.initializer = Initializer::kZeros, .arithmetic = network.arithmetic()});
  result.state() = converted<double>(network.state());
  return result;
}

}  // namespace bprop::nn
