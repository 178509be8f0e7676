// SPDX-License-Identifier: Apache-2.0
//
// Engine: what carries out the arithmetic, and how its threads share it.
#pragma once

#include <cstddef>

#include "bprop/thread_pool.h"
#include "linalg/kernels.h"

namespace bprop::nn {

template <class T>
struct Engine {
  const linalg::Kernels<T>* kernels = nullptr;
  ThreadPool* pool = nullptr;  // null: one thread
};

// A thread's part of a piece of work.
struct Share {
  std::size_t part = 0;
  std::size_t parts = 1;
};

// Calls task(Share) for as many parts as so many floating-point operations deserve; returns when all have ended.
template <class T, class Task>
void fork(const Engine<T>& engine, double work, const Task& task) {
  const int parts = engine.pool == nullptr ? 1 : engine.pool->parts(work);
  if (parts == 1) return task(Share{});
  engine.pool->run(parts,
                   [&](int part) { task(Share{static_cast<std::size_t>(part), static_cast<std::size_t>(parts)}); });
}

}  // namespace bprop::nn
