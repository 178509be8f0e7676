// SPDX-License-Identifier: Apache-2.0
//
// Counts every operator new of the program, on all threads: link allocation_count.cpp into a test that promises to
// allocate nothing.
#pragma once

#include <cstdint>

namespace bprop {

std::uint64_t allocations();

}  // namespace bprop
