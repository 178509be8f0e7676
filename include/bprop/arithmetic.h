// SPDX-License-Identifier: Apache-2.0
//
// The class of arithmetic: how the inner step of a product, sum += a · b, rounds. It alone decides the bits of every
// result; processor, vector width, threads and compiler do not (docs/numerics.md).
#pragma once

#include <cstdint>
#include <string_view>

namespace bprop {

enum class Arithmetic : std::uint8_t {
  kFma,       // one rounding: fused multiply-add
  kPortable,  // two roundings: product, then sum
};

// "fma", "portable".
std::string_view name(Arithmetic arithmetic);

// Throws UsageError for any other name.
Arithmetic arithmetic_named(std::string_view name);

// kFma if this processor has the instruction, else kPortable.
Arithmetic native_arithmetic();

}  // namespace bprop
