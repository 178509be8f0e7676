// SPDX-License-Identifier: Apache-2.0
//
// The training signature: one number for all that training computes. It depends on the class of arithmetic and on
// nothing else: not on processor, threads, compiler.
#pragma once

#include <cstdint>

#include "bprop/arithmetic.h"

namespace bprop::cli {

// FNV-1a (64 bits: offset basis 14695981039346656037, prime 1099511628211) over the weights of a network of four layers
// after 50 updates on generated rows: layer by layer W (out × in, row-major), then b, each number as the four bytes of
// its float, lowest first.
std::uint64_t training_signature(Arithmetic arithmetic, int threads);

}  // namespace bprop::cli
