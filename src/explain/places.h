// SPDX-License-Identifier: Apache-2.0
//
// Places: numbers begin … end − 1, and perhaps one more, as of the units that read a number: those of a group of an
// embedding layer, and the one that passes it on.
#pragma once

#include <cstddef>
#include <optional>

#include "bprop/network.h"

namespace bprop::explaining {

class Places {
 public:
  Places(std::size_t begin, std::size_t end, std::optional<std::size_t> extra = {})
      : first_(begin), count_(end - begin), extra_(extra) {}

  class Iterator {
   public:
    Iterator(const Places& of, std::size_t at) : of_(of), at_(at) {}
    std::size_t operator*() const { return at_ < of_.count_ ? of_.first_ + at_ : *of_.extra_; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const Places& of_;
    std::size_t at_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }
  std::size_t size() const { return count_ + (extra_ ? 1 : 0); }

 private:
  std::size_t first_;
  std::size_t count_;
  std::optional<std::size_t> extra_;
};

// The units of a layer that read input `from`.
Places readers_of(const Layer& layer, std::size_t from);

}  // namespace bprop::explaining
