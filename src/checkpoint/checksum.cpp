// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/checksum.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <new>

namespace bprop::checkpoint {
namespace {

std::string digits(XXH64_hash_t hash) { return fmt::format("{:016x}", hash); }

}  // namespace

void Checksum::Free::operator()(XXH3_state_s* state) const { XXH3_freeState(state); }

Checksum::Checksum() : state_(XXH3_createState()) {
  if (!state_) throw std::bad_alloc();
  XXH3_64bits_reset(state_.get());
}

void Checksum::add(std::span<const std::byte> bytes) { XXH3_64bits_update(state_.get(), bytes.data(), bytes.size()); }

std::string Checksum::text() const { return digits(XXH3_64bits_digest(state_.get())); }

std::string checksum(std::span<const std::byte> bytes) { return digits(XXH3_64bits(bytes.data(), bytes.size())); }

}  // namespace bprop::checkpoint
