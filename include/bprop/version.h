// SPDX-License-Identifier: Apache-2.0
//
// The version of this source; CMake refuses to configure when it differs from the project's.
#pragma once

namespace bprop {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace bprop
