// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace bprop::training {

// Sees the whole gradient of updates that it wants, which are then made the way that the doctor's are: same bits.
template <class T>
class UpdateObserver {
 public:
  virtual ~UpdateObserver() = default;

  // Asked before each update, counted from 1.
  virtual bool wants(std::size_t step) const = 0;

  // Called when the gradient of a wanted update is there – in the network's layout, with the l2 term, not clipped – and
  // the parameters are still those before it. The update may yet not be made: when its norm is not finite.
  virtual void see(std::span<const T> gradient) = 0;
};

}  // namespace bprop::training
