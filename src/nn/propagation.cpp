// SPDX-License-Identifier: Apache-2.0
#include "nn/propagation.h"

#include <algorithm>
#include <array>
#include <complex>

#include "linalg/panels.h"
#include "nn/add.h"
#include "nn/batch_norm.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/layer_norm.h"
#include "nn/scale.h"

namespace bprop::nn {

bool is_pair(const Architecture& architecture, Loss loss) {
  return rule(loss).link == activation_of(architecture.layers.back());
}

namespace {

// What a training pass draws for a layer; of most kinds nothing.
template <class T>
void draw(const Layer& layer, const Architecture& architecture, std::size_t k, const PassKey& key, std::size_t rows,
          T* mask, Share share) {
  const auto* const dropout = std::get_if<Dropout>(&layer);
  if (dropout != nullptr) draw_mask(*dropout, key, first_masked_unit(architecture, k), rows, mask, share);
}

// What a pass needs of layer k.
template <class T>
Parameters<T> parameters_of(const NetworkState<T>& network, std::size_t k, std::size_t rows, Workspace<T>& workspace) {
  const bool training = workspace.pass() == Pass::kTraining;
  return {.weights = network.weights(k),
          .bias = network.bias(k),
          .x = workspace.input_of(k),
          .statistics = workspace.statistics(k),
          .mask = training ? workspace[k].mask : nullptr,
          .added = workspace.added_to(network.architecture.layers[k], k),
          .running = normalised_by_themselves(rows, workspace.pass()) ? nullptr : network.running(k)};
}

}  // namespace

template <class T>
void forward(const Engine<T>& engine, const NetworkState<T>& network, std::size_t rows, Through through,
             Workspace<T>& workspace, const PassKey& key) {
  const std::size_t last = network.layout.layers() - 1;
  const bool training = key.pass == Pass::kTraining;
  workspace.set_pass(key.pass);
  for (std::size_t k = 0; k <= last; ++k) {
    const bool activated = k < last || through == Through::kLastActivation;
    const LayerValues<T>& values = workspace[k];
    const Parameters<T> parameters = parameters_of(network, k, rows, workspace);
    std::visit(
        [&](const auto& layer) {
          fork(engine, work_of(layer, rows), [&](Share share) {
            if (training) draw(layer, network.architecture, k, key, rows, values.mask, share);
            layer_forward(*engine.kernels, layer, workspace.input_of(k), parameters, rows, activated, values, share);
          });
        },
        network.architecture.layers[k]);
    const Activation activation = activation_of(network.architecture.layers[k]);
    if (activated && !by_element(activation)) {
      activate(engine, activation, values.z, values.a, rows, network.layout[k].outputs);
    }
  }
}

namespace {

// Each row's sum over its columns, ascending, then the rows, ascending. A few rows at a time go through the panels
// together: their sums do not wait for each other.
template <class T>
LossSum<T> sum_of_rows(const T* panels, std::size_t rows, std::size_t columns, const double* weights) {
  constexpr std::size_t kTogether = 32;
  LossSum<T> sum = 0;
  for (std::size_t first = 0; first < rows; first += kTogether) {
    const std::size_t count = std::min(kTogether, rows - first);
    std::array<LossSum<T>, kTogether> row_sums{};
    for (std::size_t column = 0; column < columns; column += linalg::kPanel) {
      const T* const lines = panels + linalg::panel_offset(rows, first, column);
      const std::size_t width = std::min(linalg::kPanel, columns - column);
      for (std::size_t row = 0; row < count; ++row) {
        for (std::size_t lane = 0; lane < width; ++lane) row_sums[row] += lines[row * linalg::kPanel + lane];
      }
    }
    for (std::size_t row = 0; row < count; ++row) {
      sum += weights == nullptr ? row_sums[row] : weights[first + row] * row_sums[row];
    }
  }
  return sum;
}

// Each row times its weight and `scale`.
template <class T>
void weigh_rows(T* panels, std::size_t rows, std::size_t columns, double scale, const double* weights) {
  for (std::size_t column = 0; column < columns; column += linalg::kPanel) {
    for (std::size_t row = 0; row < rows; ++row) {
      const T factor = static_cast<T>(weights[row] * scale);
      T* const line = panels + linalg::panel_offset(rows, row, column);
      for (std::size_t lane = 0; lane < linalg::kPanel; ++lane) line[lane] *= factor;
    }
  }
}

}  // namespace

template <class T>
LossSum<T> loss(const Engine<T>& engine, const Architecture& architecture, const LossOptions& options, std::size_t rows,
                T scale, bool gradients, Workspace<T>& workspace, const double* weights) {
  const std::size_t outputs = architecture.outputs();
  const LayerValues<T>& values = workspace[architecture.layers.size() - 1];
  const bool pair = is_pair(architecture, options.loss);
  T* const d_scores = pair ? values.delta : values.d_output;
  engine.kernels->loss(options, pair ? values.z : values.a, workspace.targets(), rows, outputs,
                       weights == nullptr ? scale : T(1), workspace.losses(), gradients ? d_scores : nullptr);
  if constexpr (!std::is_same_v<T, std::complex<double>>) {
    if (gradients && weights != nullptr) {
      weigh_rows(d_scores, rows, outputs, static_cast<double>(scale), weights);
    }
    if (gradients && !pair) {
      activation_backward(engine, activation_of(architecture.layers.back()), rows, outputs, values);
    }
  }
  return sum_of_rows(workspace.losses(), rows, outputs, weights);
}

template <class T>
Twins<T>::Twins(const NetworkState<T>& network, bool input_gradient) {
  for (std::size_t k = 0; k < network.layout.layers(); ++k) {
    const LayerLayout& at = network.layout[k];
    const bool needed = at.dense() && (k > 0 || input_gradient);
    twins_.emplace_back(needed ? linalg::padded(at.inputs) * at.outputs : 0);
  }
  refresh({&linalg::kernels_for<T>(network.arithmetic), nullptr}, network);
}

template <class T>
void Twins<T>::refresh(const Engine<T>& engine, const NetworkState<T>& network) {
  for (std::size_t k = 0; k < twins_.size(); ++k) {
    if (twins_[k].empty()) continue;
    const LayerLayout& at = network.layout[k];
    for (std::size_t block = 0; block < linalg::panels(at.outputs); ++block) {
      transpose_weights(*engine.kernels, at, network.weights(k), block, {0, at.inputs}, twins_[k].data());
    }
  }
}

namespace {

// The backward pass layer by layer. The parameters of a layer get their gradient after its input gradient, which reads
// the twin, is done, and together with the input gradient of the layer below: one fork a layer.
template <class T>
class BackwardPass {
 public:
  BackwardPass(const Engine<T>& engine, const NetworkState<T>& network, const Twins<T>& twins, Twins<T>* refreshed,
               std::size_t rows, Workspace<T>& workspace, const GradientSink<T>& sink, BackwardObserver<T>* observer)
      : engine_(engine),
        network_(network),
        twins_(twins),
        refreshed_(refreshed),
        rows_(rows),
        workspace_(workspace),
        sink_(sink),
        observer_(observer) {}

  void run() {
    const std::size_t layers = network_.layout.layers();
    for (std::size_t k = layers + 1; k-- > 0;) {
      const bool has_parameters = k < layers;
      const bool inputs = k > 1 || (k == 1 && workspace_.d_input() != nullptr);
      if (has_parameters && observer_ != nullptr) observer_->layer(k, rows_, workspace_);
      if (!has_parameters && !inputs) continue;
      const double total = (has_parameters ? work(k) : 0) + (inputs ? work(k - 1) : 0);
      fork(engine_, total, [&](Share share) {
        if (has_parameters) parameter_gradient(k, share);
        if (inputs) input_gradient(k - 1, share);
      });
      if (inputs) gather(k - 1);
      if (inputs && k > 1) activation_by_row(k - 2);
    }
  }

 private:
  const Layer& layer(std::size_t k) const { return network_.architecture.layers[k]; }
  double work(std::size_t k) const {
    return std::visit([this](const auto& of) { return work_of(of, rows_); }, layer(k));
  }
  Parameters<T> parameters(std::size_t k) const {
    Parameters<T> of = parameters_of(network_, k, rows_, workspace_);
    of.twin = twins_[k];
    return of;
  }

  // Of a place: 0 is the input, k the a of layer k − 1.
  T* d_a(std::size_t place) const { return place > 0 ? workspace_[place - 1].d_output : workspace_.d_input(); }
  Below<T> below(std::size_t place) const {
    const bool by_row = place > 0 && std::holds_alternative<Embedding>(layer(place - 1));
    return place > 0 && !by_row ? Below<T>{activation_of(layer(place - 1)), &workspace_[place - 1]} : Below<T>{};
  }

  // What is added later hears of it before φ'.
  void gather(std::size_t place) const {
    const std::size_t adders = workspace_.adders(place).size();
    if (adders == 0) return;
    const std::size_t size = inputs_of(layer(place));
    fork(engine_, static_cast<double>(adders * size * rows_), [&](Share share) {
      add_deltas(*engine_.kernels, workspace_, place, size, rows_, d_a(place), below(place), share);
    });
  }

  // What could not be done element by element: units that differ, softmax.
  void activation_by_row(std::size_t k) const {
    if (const auto* const embedding = std::get_if<Embedding>(&layer(k))) {
      embedding_backward(engine_, *embedding, rows_, workspace_[k]);
    } else if (!by_element(activation_of(layer(k)))) {
      activation_backward(engine_, activation_of(layer(k)), rows_, network_.layout[k].outputs, workspace_[k]);
    }
  }

  void parameter_gradient(std::size_t k, Share share) const {
    T* const twin = refreshed_ == nullptr ? nullptr : (*refreshed_)[k];
    std::visit(
        [&](const auto& of) {
          layer_parameter_gradient(*engine_.kernels, of, network_.layout[k], k, workspace_.input_of(k),
                                   workspace_[k].delta, parameters(k), rows_, sink_, twin, share);
        },
        layer(k));
  }

  void input_gradient(std::size_t k, Share share) const {
    const bool alone = workspace_.adders(k).empty();
    std::visit(
        [&](const auto& of) {
          layer_input_gradient(*engine_.kernels, of, workspace_[k].delta, parameters(k), rows_, d_a(k),
                               alone ? below(k) : Below<T>{}, share);
        },
        layer(k));
  }

  const Engine<T>& engine_;
  const NetworkState<T>& network_;
  const Twins<T>& twins_;
  Twins<T>* refreshed_;
  std::size_t rows_;
  Workspace<T>& workspace_;
  const GradientSink<T>& sink_;
  BackwardObserver<T>* observer_;
};

// Whole gradients, in memory.
template <class T>
class GradientWriter : public GradientSink<T> {
 public:
  explicit GradientWriter(T* gradients) : gradients_(gradients) {}
  void take(const Piece& piece, const T* g) const override { std::copy_n(g, piece.count, gradients_ + piece.offset); }

 private:
  T* gradients_;
};

}  // namespace

template <class T>
void backward(const Engine<T>& engine, const NetworkState<T>& network, const Twins<T>& twins, std::size_t rows,
              Workspace<T>& workspace, T* gradients, BackwardObserver<T>* observer) {
  BackwardPass<T>(engine, network, twins, nullptr, rows, workspace, GradientWriter<T>(gradients), observer).run();
  for (std::size_t k = 0; k < network.layout.layers(); ++k) {
    std::fill_n(gradients + network.layout[k].running, network.layout[k].running_size, T(0));
  }
}

template <class T>
void backward_and_update(const Engine<T>& engine, const NetworkState<T>& network, Twins<T>& twins, std::size_t rows,
                         Workspace<T>& workspace, const GradientSink<T>& sink) {
  BackwardPass<T>(engine, network, twins, &twins, rows, workspace, sink, nullptr).run();
}

#define BPROP_INSTANTIATE_FORWARD(T)                                                                        \
  template void forward(const Engine<T>&, const NetworkState<T>&, std::size_t, Through, Workspace<T>&,      \
                        const PassKey&);                                                                    \
  template LossSum<T> loss(const Engine<T>&, const Architecture&, const LossOptions&, std::size_t, T, bool, \
                           Workspace<T>&, const double*);
#define BPROP_INSTANTIATE_BACKWARD(T)                                                                                \
  template class Twins<T>;                                                                                           \
  template void backward(const Engine<T>&, const NetworkState<T>&, const Twins<T>&, std::size_t, Workspace<T>&, T*,  \
                         BackwardObserver<T>*);                                                                      \
  template void backward_and_update(const Engine<T>&, const NetworkState<T>&, Twins<T>&, std::size_t, Workspace<T>&, \
                                    const GradientSink<T>&);
BPROP_INSTANTIATE_FORWARD(float)
BPROP_INSTANTIATE_FORWARD(double)
BPROP_INSTANTIATE_FORWARD(std::complex<double>)
BPROP_INSTANTIATE_BACKWARD(float)
BPROP_INSTANTIATE_BACKWARD(double)

}  // namespace bprop::nn
