// SPDX-License-Identifier: Apache-2.0
#include "nn/embedding.h"

#include <algorithm>
#include <array>
#include <complex>
#include <optional>

#include "linalg/panels.h"
#include "nn/group_place.h"
#include "nn/layout.h"

namespace bprop::nn {
namespace {

using linalg::kPanel;
using linalg::Range;

constexpr std::size_t kTileNumbers = kPanel * kMostGroupUnits;  // of a gradient, on the stack: 32 KB in double

// z of units first … first + count − 1 of a group, all in one panel; `to` is its first number.
template <class T>
void group_forward(const T* x, const T* weights, const T* bias, const GroupPlace& group, std::size_t first,
                   std::size_t count, std::size_t rows, T* to) {
  for (std::size_t row = 0; row < rows; ++row) {
    T sums[kPanel] = {};
    for (std::size_t i = 0; i < group.size; ++i) {
      const T factor = x[linalg::panel_offset(rows, row, group.input + i)];
      if (factor == T(0)) continue;
      const T* const w = weights + i * group.outputs + (first - group.unit);
      for (std::size_t j = 0; j < count; ++j) sums[j] += factor * w[j];
    }
    for (std::size_t j = 0; j < count; ++j)
      to[row * kPanel + j] = bias == nullptr ? sums[j] : sums[j] + bias[first + j];
  }
}

// The same of whole panels of a group that lies in panels; weights and bias are the group's.
template <class T>
void panels_forward(const linalg::Kernels<T>& kernels, const T* x, const T* weights, const T* bias,
                    const GroupPlace& group, Range units, std::size_t rows, T* z) {
  kernels.product(x + linalg::panel_offset(rows, 0, group.input), rows, group.size, weights,
                  bias == nullptr ? nullptr : bias + group.unit, z + linalg::panel_offset(rows, 0, group.unit),
                  {(units.begin - group.unit) / kPanel, (units.end - group.unit) / kPanel}, {0, rows}, false);
}

// The numbers that a panel passes on, in z and a; behind the last unit zeros.
template <class T>
void pass_on(const Embedding& layer, const T* x, std::size_t rows, std::size_t panel, const LayerValues<T>& values) {
  const std::size_t outputs = outputs_of(layer);
  for (std::size_t unit = std::max(panel * kPanel, layer.units()); unit < (panel + 1) * kPanel; ++unit) {
    const std::size_t from = unit < outputs ? group_of_unit(layer, unit).input : 0;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t to = linalg::panel_offset(rows, row, unit);
      values.z[to] = unit < outputs ? x[linalg::panel_offset(rows, row, from)] : T(0);
      values.a[to] = values.z[to];
    }
  }
}

// d_W of a group, a tile of inputs after the other.
template <class T>
void group_gradient(const GroupPlace& group, std::size_t offset, std::size_t index, const T* x, const T* delta,
                    std::size_t rows, const GradientSink<T>& sink) {
  alignas(64) T g[kTileNumbers];
  T deltas[kMostGroupUnits];
  const std::size_t tile = kTileNumbers / group.outputs / kPanel * kPanel;
  for (std::size_t begin = 0; begin < group.size; begin += tile) {
    const std::size_t count = std::min(tile, group.size - begin);
    const std::size_t numbers = linalg::padded(count * group.outputs);
    std::fill_n(g, numbers, T(0));
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t j = 0; j < group.outputs; ++j)
        deltas[j] = delta[linalg::panel_offset(rows, row, group.unit + j)];
      for (std::size_t i = 0; i < count; ++i) {
        const T factor = x[linalg::panel_offset(rows, row, group.input + begin + i)];
        if (factor == T(0)) continue;
        for (std::size_t j = 0; j < group.outputs; ++j) g[i * group.outputs + j] += factor * deltas[j];
      }
    }
    sink.take({index, false, offset + begin * group.outputs, numbers}, g);
  }
}

// The same of a group that lies in panels.
template <class T>
void panels_gradient(const linalg::Kernels<T>& kernels, const GroupPlace& group, std::size_t offset, std::size_t index,
                     const T* x, const T* delta, std::size_t rows, const GradientSink<T>& sink) {
  alignas(64) T g[kTileNumbers];
  constexpr std::size_t kInputs = kTileNumbers / kPanel;
  for (std::size_t unit = 0; unit < group.outputs; unit += kPanel) {
    for (std::size_t i = 0; i < group.size; i += kInputs) {
      const std::size_t inputs = std::min(kInputs, group.size - i);
      kernels.weight_gradient(x + linalg::panel_offset(rows, 0, group.input + i),
                              delta + linalg::panel_offset(rows, 0, group.unit + unit), rows, inputs, g, {0, 1},
                              {0, inputs});
      sink.take({index, false, offset + group.weight(unit, i), inputs * kPanel}, g);
    }
  }
}

// The group that lies in panels and reads this panel of inputs, if there is one.
std::optional<GroupLayout> group_in_panels(const Embedding& layer, std::size_t panel) {
  std::optional<GroupLayout> found;
  std::size_t offset = 0;
  for_each_group(layer, [&](const GroupPlace& group) {
    const bool reads = group.input <= panel * kPanel && panel * kPanel < group.input + group.size;
    if (reads && group.in_panels()) found = GroupLayout{group, offset};
    offset += linalg::padded(group.size * group.outputs);
  });
  return found;
}

// ∂L/∂x of a panel of inputs whose group lies in panels; weights are the group's, which it reads transposed.
template <class T>
void panel_input_gradient(const linalg::Kernels<T>& kernels, const GroupPlace& group, const T* weights, const T* delta,
                          std::size_t rows, std::size_t panel, T* d_x) {
  alignas(64) T transposed[kTileNumbers];
  for (std::size_t unit = 0; unit < group.outputs; unit += kPanel) {
    kernels.transpose(weights + group.weight(unit, panel * kPanel - group.input), kPanel, kPanel,
                      transposed + unit * kPanel);
  }
  kernels.product(delta + linalg::panel_offset(rows, 0, group.unit), rows, group.outputs, transposed, nullptr,
                  d_x + panel * rows * kPanel, {0, 1}, {0, rows}, false);
}

// Who reads an input: the units of a group, through weights, and the unit that passes it on.
template <class T>
struct Readers {
  const T* weights = nullptr;
  std::size_t unit = 0;
  std::size_t units = 0;
  bool passed = false;
  std::size_t passed_unit = 0;
};

template <class T>
std::array<Readers<T>, kPanel> readers_of_panel(const Embedding& layer, const T* weights, std::size_t panel) {
  std::array<Readers<T>, kPanel> all{};
  const Range lanes{panel * kPanel, (panel + 1) * kPanel};
  const auto in_panel = [&](std::size_t begin, std::size_t end, const auto& visit) {
    for (std::size_t i = std::max(begin, lanes.begin); i < std::min(end, lanes.end); ++i)
      visit(i, all[i - lanes.begin]);
  };
  std::size_t offset = 0;
  for_each_group(layer, [&](const GroupPlace& group) {
    in_panel(group.input, group.input + group.size, [&](std::size_t i, Readers<T>& to) {
      to.weights = weights + offset + (i - group.input) * group.outputs;
      to.unit = group.unit;
      to.units = group.outputs;
    });
    offset += linalg::padded(group.size * group.outputs);
  });
  for_each_passed(layer, [&](std::size_t begin, std::size_t end, std::size_t first) {
    in_panel(begin, end, [&](std::size_t i, Readers<T>& to) {
      to.passed = true;
      to.passed_unit = first + (i - begin);
    });
  });
  return all;
}

// ∂L/∂x of a panel of inputs, number by number.
template <class T>
void numbers_input_gradient(const std::array<Readers<T>, kPanel>& readers, const T* delta, std::size_t rows, T* d_x) {
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t lane = 0; lane < kPanel; ++lane) {
      const Readers<T>& by = readers[lane];
      T sum = 0;
      for (std::size_t j = 0; j < by.units; ++j) {
        sum += by.weights[j] * delta[linalg::panel_offset(rows, row, by.unit + j)];
      }
      d_x[row * kPanel + lane] = by.passed ? sum + delta[linalg::panel_offset(rows, row, by.passed_unit)] : sum;
    }
  }
}

}  // namespace

template <class T>
void layer_forward(const linalg::Kernels<T>& kernels, const Embedding& layer, const T* x,
                   const Parameters<T>& parameters, std::size_t rows, bool activate, const LayerValues<T>& values,
                   Share share) {
  const Range panels = part_of(share, linalg::panels(outputs_of(layer)));
  const Range units{panels.begin * kPanel, std::min(panels.end * kPanel, layer.units())};
  std::size_t offset = 0;
  for_each_group(layer, [&](const GroupPlace& group) {
    const std::size_t end = std::min(units.end, group.unit + group.outputs);
    std::size_t unit = std::max(units.begin, group.unit);
    if (group.in_panels() && unit < end) {
      panels_forward(kernels, x, parameters.weights + offset, parameters.bias, group, {unit, end}, rows, values.z);
      unit = end;
    }
    while (unit < end) {
      const std::size_t count = std::min(end - unit, kPanel - unit % kPanel);
      group_forward(x, parameters.weights + offset, parameters.bias, group, unit, count, rows,
                    values.z + linalg::panel_offset(rows, 0, unit));
      unit += count;
    }
    offset += linalg::padded(group.size * group.outputs);
  });
  const bool follow = activate && !(activation_of(layer) == Activation::kIdentity && values.a == values.z);
  for (std::size_t panel = panels.begin; panel < panels.end; ++panel) {
    pass_on(layer, x, rows, panel, values);
    if (!follow || panel * kPanel >= units.end) continue;
    const std::size_t at = panel * rows * kPanel;
    kernels.activate(activation_of(layer), values.z + at, values.a + at, rows * kPanel);
    pass_on(layer, x, rows, panel, values);
  }
}

template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>& kernels, const Embedding& layer, const LayerLayout& at,
                              std::size_t index, const T* x, const T* delta, const Parameters<T>&, std::size_t rows,
                              const GradientSink<T>& sink, T*, Share share) {
  // z = x Wᵀ + b
  const Range groups = part_of(share, at.groups.size());
  for (std::size_t k = groups.begin; k < groups.end; ++k) {
    const auto& [place, offset] = at.groups[k];
    if (place.in_panels()) {
      panels_gradient(kernels, place, at.weights + offset, index, x, delta, rows, sink);
    } else {
      group_gradient(place, at.weights + offset, index, x, delta, rows, sink);
    }
  }
  alignas(64) T d_b[kPanel];
  const std::size_t biases = has_bias(layer) ? layer.units() : 0;
  const Range panels = part_of(share, linalg::panels(biases));
  for (std::size_t panel = panels.begin; panel < panels.end; ++panel) {
    kernels.bias_gradient(delta + panel * rows * kPanel, rows, d_b, {0, 1});
    for (std::size_t lane = std::min(kPanel, biases - panel * kPanel); lane < kPanel; ++lane) d_b[lane] = T(0);
    sink.take({index, true, at.bias + panel * kPanel, kPanel}, d_b);
  }
}

template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const Embedding& layer, const T* delta,
                          const Parameters<T>& parameters, std::size_t rows, T* d_x, const Below<T>& below,
                          Share share) {
  // z = x Wᵀ + b
  const Range panels = part_of(share, linalg::panels(layer.inputs));
  for (std::size_t panel = panels.begin; panel < panels.end; ++panel) {
    const std::size_t at = panel * rows * kPanel;
    if (const auto group = group_in_panels(layer, panel)) {
      panel_input_gradient(kernels, group->place, parameters.weights + group->offset, delta, rows, panel, d_x);
    } else {
      numbers_input_gradient(readers_of_panel(layer, parameters.weights, panel), delta, rows, d_x + at);
    }
    delta_below(kernels, below, d_x, {at, at + rows * kPanel});
  }
}

template <class T>
void embedding_backward(const Engine<T>& engine, const Embedding& layer, std::size_t rows,
                        const LayerValues<T>& values) {
  // a = φ(z) of units below `units`, a = z of the others
  const std::size_t units = layer.units();
  for (std::size_t panel = 0; panel < linalg::panels(outputs_of(layer)); ++panel) {
    const std::size_t lanes = std::clamp(units, panel * kPanel, (panel + 1) * kPanel) - panel * kPanel;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t at = (panel * rows + row) * kPanel;
      alignas(64) T line[kPanel];
      std::copy_n(values.d_output + at, kPanel, line);
      if (lanes > 0) {
        engine.kernels->activate_backward(activation_of(layer), values.z + at, values.a + at, values.d_output + at,
                                          values.delta + at, kPanel);
      }
      std::copy(line + lanes, line + kPanel, values.delta + at + lanes);
    }
  }
}

#define BPROP_INSTANTIATE_FORWARD(T)                                                                       \
  template void layer_forward(const linalg::Kernels<T>&, const Embedding&, const T*, const Parameters<T>&, \
                              std::size_t, bool, const LayerValues<T>&, Share);
#define BPROP_INSTANTIATE_BACKWARD(T)                                                                                  \
  template void layer_parameter_gradient(const linalg::Kernels<T>&, const Embedding&, const LayerLayout&, std::size_t, \
                                         const T*, const T*, const Parameters<T>&, std::size_t,                        \
                                         const GradientSink<T>&, T*, Share);                                           \
  template void layer_input_gradient(const linalg::Kernels<T>&, const Embedding&, const T*, const Parameters<T>&,      \
                                     std::size_t, T*, const Below<T>&, Share);                                         \
  template void embedding_backward(const Engine<T>&, const Embedding&, std::size_t, const LayerValues<T>&);
BPROP_INSTANTIATE_FORWARD(float)
BPROP_INSTANTIATE_FORWARD(double)
BPROP_INSTANTIATE_FORWARD(std::complex<double>)
BPROP_INSTANTIATE_BACKWARD(float)
BPROP_INSTANTIATE_BACKWARD(double)

#undef BPROP_INSTANTIATE_FORWARD
#undef BPROP_INSTANTIATE_BACKWARD

}  // namespace bprop::nn
