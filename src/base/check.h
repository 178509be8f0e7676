// SPDX-License-Identifier: Apache-2.0
//
// Contracts. BPROP_CHECK guards public boundaries and is always on; BPROP_DCHECK states invariants and costs nothing in
// a release build.
#pragma once

#include <fmt/format.h>

#include "bprop/error.h"

// BPROP_CHECK(condition, ErrorKind, "format {}", arguments...) throws ErrorKind when the condition is false.
#define BPROP_CHECK(condition, Kind, ...)                     \
  do {                                                        \
    if (!(condition)) throw Kind(::fmt::format(__VA_ARGS__)); \
  } while (false)

#ifdef BPROP_DEVELOPER_CHECKS
#define BPROP_DCHECK(condition) BPROP_CHECK(condition, ::bprop::Error, "{}:{}: {}", __FILE__, __LINE__, #condition)
#else
#define BPROP_DCHECK(condition) \
  do {                          \
  } while (false)
#endif
