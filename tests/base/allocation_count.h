// SPDX-License-Identifier: Apache-2.0
//
// How often operator new has been called in this program, by any thread; allocation_count.cpp replaces it.
#pragma once

#include <cstddef>

namespace bprop {

std::size_t allocation_count();

}  // namespace bprop
