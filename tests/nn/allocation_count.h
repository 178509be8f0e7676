// SPDX-License-Identifier: Apache-2.0
//
// Counts every operator new of the program, on all threads: link allocation_count.cpp into a test that promises to
// allocate nothing, or that it survives when an allocation fails.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bprop {

std::uint64_t allocations();

// Of the allocations from now on, the one of this number (from 1) fails, or all from it on. 0: none. Returns how many
// there were since the last call.
enum class Failing : std::uint8_t { kOnce, kForEver };
std::uint64_t fail_allocation(std::uint64_t number, Failing how = Failing::kOnce);

}  // namespace bprop
