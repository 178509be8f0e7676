// SPDX-License-Identifier: Apache-2.0
#include "bprop/arithmetic.h"

#include "base/check.h"

namespace bprop {

std::string_view name(Arithmetic arithmetic) { return arithmetic == Arithmetic::kFma ? "fma" : "portable"; }

Arithmetic arithmetic_named(std::string_view name) {
  if (name == "fma") return Arithmetic::kFma;
  if (name == "portable") return Arithmetic::kPortable;
  throw UsageError(fmt::format("unknown arithmetic '{}'; known: fma, portable", name));
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
