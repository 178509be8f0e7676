// SPDX-License-Identifier: Apache-2.0
//
// Checksums as they stand in files: XXH3, 64 bits, seed 0, as 16 lower-case hexadecimal digits.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct XXH3_state_s;

namespace bprop::checkpoint {

// Of bytes that come in parts.
class Checksum {
 public:
  Checksum();
  void add(std::span<const std::byte> bytes);
  std::string text() const;

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

std::string checksum(std::span<const std::byte> bytes);

}  // namespace bprop::checkpoint
