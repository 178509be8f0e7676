// SPDX-License-Identifier: Apache-2.0
//
// RowLoader: rows from wherever they are into a workspace's panels, a few at a time, so that what is row-major stays in
// the first-level cache until it is in panels; several threads where there is much to load.
#pragma once

#include <algorithm>
#include <vector>

#include "linalg/panels.h"
#include "nn/engine.h"
#include "nn/workspace.h"

namespace bprop::nn {

// Some rows in row-major order; targets may be null.
template <class T>
struct RowMajor {
  const T* inputs = nullptr;
  const T* targets = nullptr;
};

template <class T>
class RowLoader {
 public:
  RowLoader(const Architecture& architecture, std::size_t capacity)
      : in_(architecture.inputs()), out_(architecture.outputs()), inputs_(capacity * in_), targets_(capacity * out_) {}

  // Loads rows [0, count) of a batch. read(first, some, inputs, targets) gives rows first … first + some − 1: in the
  // room for so many that it gets, or where they lie anyway. Threads call it at once, for different rows.
  template <class Read>
  void operator()(const Engine<T>& engine, std::size_t count, const Read& read, Workspace<T>& workspace) {
    const double work = kWork * static_cast<double>(count) * static_cast<double>(in_ + out_);
    const std::size_t turns = (count + kRowsAtOnce - 1) / kRowsAtOnce;
    fork(engine, work, [&](Share share) {
      const std::size_t begin = turns * share.part / share.parts * kRowsAtOnce;
      const std::size_t end = std::min(count, turns * (share.part + 1) / share.parts * kRowsAtOnce);
      for (std::size_t first = begin; first < end; first += kRowsAtOnce) {
        const linalg::Range some{first, std::min(end, first + kRowsAtOnce)};
        const RowMajor<T> rows = read(first, some.size(), inputs_.data() + begin * in_, targets_.data() + begin * out_);
        linalg::to_panels(rows.inputs, count, in_, workspace.input(), some);
        if (rows.targets != nullptr) linalg::to_panels(rows.targets, count, out_, workspace.targets(), some);
      }
    });
  }

 private:
  static constexpr std::size_t kRowsAtOnce = 8;
  static constexpr double kWork = 20;  // a number's way from memory, in floating-point operations that take as long

  std::size_t in_;
  std::size_t out_;
  std::vector<T> inputs_;  // each thread uses the room of the first rows that it loads
  std::vector<T> targets_;
};

}  // namespace bprop::nn
