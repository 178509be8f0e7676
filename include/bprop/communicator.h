// SPDX-License-Identifier: Apache-2.0
//
// Communicator: the ranks that train one network together, each with a whole copy of it: processes, or threads of one
// program (ranks.h). Every rank makes the same calls with the same options; they share the leaves of each batch.
#pragma once

#include <cstddef>
#include <span>

namespace bprop {

class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual std::size_t rank() const = 0;   // 0 … ranks() − 1
  virtual std::size_t ranks() const = 0;  // at least 1

  // A message from one rank to another; those between the same two come in their order. May wait until the other side
  // is there. Throws IoError when that one has ended, ShapeError when it expects another length.
  virtual void send(std::size_t to, std::span<const std::byte> message) = 0;
  virtual void receive(std::size_t from, std::span<std::byte> message) = 0;
};

}  // namespace bprop
