// SPDX-License-Identifier: Apache-2.0
#include "bprop/arithmetic.h"

#include <array>

#include "base/named.h"

namespace bprop {
namespace {

constexpr std::array<std::string_view, 2> kNames = {"fma", "portable"};

}  // namespace

std::string_view name(Arithmetic arithmetic) { return kNames[static_cast<std::size_t>(arithmetic)]; }

Arithmetic arithmetic_named(std::string_view name) {
  return static_cast<Arithmetic>(place_named("arithmetic", name, kNames));
}

Arithmetic native_arithmetic() {
#if defined(__x86_64__) || defined(__i386__)
  static const bool fma = __builtin_cpu_supports("fma") != 0 && __builtin_cpu_supports("avx2") != 0;
  return fma ? Arithmetic::kFma : Arithmetic::kPortable;
#elif defined(__aarch64__)
  return Arithmetic::kFma;
#else
  return Arithmetic::kPortable;
#endif
}

}  // namespace bprop
