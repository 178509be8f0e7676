// SPDX-License-Identifier: Apache-2.0
//
// BPROP_INLINE marks functions that must melt into the vector loops they are used in: a call would cost more than the
// arithmetic and, between instruction sets, could not be made at all.
#pragma once

#define BPROP_INLINE inline __attribute__((always_inline))
