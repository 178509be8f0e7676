// SPDX-License-Identifier: Apache-2.0
#include "bprop/gradients.h"

#include <algorithm>

#include "base/check.h"
#include "calculus/scalar_functions.h"
#include "linalg/panels.h"
#include "nn/batch_gradient.h"
#include "nn/propagation.h"

namespace bprop {
namespace {

// ∂/∂p of −y (1 − p)^γ log p.
double focal_slope(const LossOptions& options, double p, double y) {
  return y == 0 ? 0 : scalar::FocalClass::derivative(-scalar::log(p), y, options.focal_gamma) / p;
}

// ∂L/∂a of the last layer where loss and activation are a pair and only δ was computed.
template <class T>
T pair_output_gradient(const LossOptions& options, T a, T y, T delta, T scale) {
  switch (options.loss) {
    // At the corners a or 1 − a cancels, so that a = y is no 0 / 0.
    case Loss::kBinaryCrossEntropy:
      return y == 0 ? scale / (1 - a) : y == 1 ? -scale / a : scale * (a - y) / (a * (1 - a));
    case Loss::kCrossEntropy: return y == 0 ? T(0) : scale * (-y / a);
    case Loss::kPoisson: return y == 0 ? scale : scale * (a - y) / a;
    case Loss::kBinaryFocal:
      return static_cast<T>(scale * (focal_slope(options, a, y) - focal_slope(options, T(1) - a, T(1) - y)));
    case Loss::kFocal: return static_cast<T>(scale * focal_slope(options, a, y));
    default: return delta;  // the link is the identity
  }
}

template <class T>
class Inspector {
 public:
  Inspector(const BasicNetwork<T>& network, std::span<const T> input, std::span<const T> target,
            const LossOptions& options, ThreadPool* pool, const PassKey& pass)
      : network_(network.state()),
        options_(options),
        pass_(pass),
        engine_{&linalg::kernels_for<T>(network.arithmetic()), pool},
        rows_(network.inputs() == 0 ? 0 : input.size() / network.inputs()),
        leaves_(leaf_shares()),
        input_(input),
        target_(target.begin(), target.end()) {
    BPROP_CHECK(rows_ > 0 && input.size() == rows_ * network.inputs() && target.size() == rows_ * network.outputs(),
                ShapeError, "[gradients] {} inputs and {} targets, expected (N x {}) and (N x {}), N at least 1",
                input.size(), target.size(), network.inputs(), network.outputs());
    check_outputs(options, network.outputs());
    nn::smooth_labels<T>(options, network.outputs(), target_);
  }

  double loss() {
    nn::Workspace<T> workspace(network_.architecture, nn::largest_leaf(rows_), nn::Keep::kTraining);
    double sum = 0;
    for (std::size_t i = 0; i < leaves_; ++i) sum += scores(nn::leaf(rows_, leaves_, i), false, workspace);
    return sum * nn::loss_scale(options_, rows_);
  }

  BasicGradients<T> gradients() {
    BasicGradients<T> result;
    result.rows = rows_;
    result.target = target_;
    result.layers.resize(network_.layout.layers());
    nn::Workspace<T> workspace(network_.architecture, nn::largest_leaf(rows_), nn::Keep::kInspection);
    const nn::Twins<T> twins(network_, true);
    nn::TreeSum<T> tree(network_.layout.size(), leaves_);
    for (std::size_t i = 0; i < leaves_; ++i) {
      const nn::Leaf leaf = nn::leaf(rows_, leaves_, i);
      result.loss += scores(leaf, true, workspace);
      nn::backward(engine_, network_, twins, leaf.rows(), workspace, tree.next().data());
      tree.push();
      finish_last_layer(leaf, workspace);
      collect_rows(leaf.rows(), workspace, result);
    }
    result.loss *= nn::loss_scale(options_, rows_);
    AlignedBuffer<T> flat(network_.layout.size());
    tree.finish(flat.span());
    collect_parameters(flat, result);
    return result;
  }

 private:
  std::size_t leaf_shares() const { return std::max<std::size_t>(1, nn::leaf_count(rows_)); }

  // Forward pass and loss of a leaf; the sum over its rows.
  double scores(nn::Leaf leaf, bool gradients, nn::Workspace<T>& workspace) {
    const Architecture& architecture = network_.architecture;
    linalg::to_panels(input_.data() + leaf.begin * architecture.inputs(), leaf.rows(), architecture.inputs(),
                      workspace.input());
    linalg::to_panels(target_.data() + leaf.begin * architecture.outputs(), leaf.rows(), architecture.outputs(),
                      workspace.targets());
    PassKey key = pass_;
    key.first_row += leaf.begin;
    nn::forward(engine_, network_, leaf.rows(), nn::scores_end(architecture, options_.loss), workspace, key);
    return nn::loss(engine_, architecture, options_, leaf.rows(), static_cast<T>(nn::loss_scale(options_, rows_)),
                    gradients, workspace);
  }

  // What a pair leaves out: the activation of the last layer, and ∂L/∂a.
  void finish_last_layer(nn::Leaf leaf, nn::Workspace<T>& workspace) {
    if (!nn::is_pair(network_.architecture, options_.loss)) return;
    const std::size_t outputs = network_.architecture.outputs();
    nn::LayerValues<T>& values = workspace[network_.layout.layers() - 1];
    const std::size_t count = leaf.rows() * linalg::padded(outputs);
    nn::activate(engine_, activation_of(network_.architecture.layers.back()), values.z, values.a, leaf.rows(), outputs);
    const T scale = static_cast<T>(nn::loss_scale(options_, rows_));
    for (std::size_t i = 0; i < count; ++i) {
      values.d_output[i] = pair_output_gradient(options_, values.a[i], workspace.targets()[i], values.delta[i], scale);
    }
  }

  void append(const T* panels, std::size_t rows, std::size_t columns, std::vector<T>& to) {
    const std::size_t before = to.size();
    to.resize(before + rows * columns);
    linalg::from_panels(panels, rows, columns, to.data() + before);
  }

  void collect_rows(std::size_t rows, nn::Workspace<T>& workspace, BasicGradients<T>& result) {
    for (std::size_t k = 0; k < result.layers.size(); ++k) {
      const std::size_t outputs = network_.layout[k].outputs;
      append(workspace[k].z, rows, outputs, result.layers[k].z);
      append(workspace[k].a, rows, outputs, result.layers[k].a);
      append(workspace[k].d_output, rows, outputs, result.layers[k].d_output);
      append(workspace[k].delta, rows, outputs, result.layers[k].delta);
    }
    append(workspace.d_input(), rows, network_.architecture.inputs(), result.d_input);
    T* const a = workspace[result.layers.size() - 1].a;
    const std::size_t outputs = network_.architecture.outputs();
    if (!nn::is_pair(network_.architecture, options_.loss)) {
      nn::activate(engine_, rule(options_.loss).link, a, a, rows, outputs);
    }
    append(a, rows, outputs, result.prediction);
  }

  void collect_parameters(const AlignedBuffer<T>& flat, BasicGradients<T>& result) {
    for (std::size_t k = 0; k < result.layers.size(); ++k) {
      const nn::LayerLayout& at = network_.layout[k];
      result.layers[k].d_weights.resize(at.weight_count());
      nn::weights_to_row_major(at, flat.data(), result.layers[k].d_weights.data());
      if (at.bias_size > 0) {
        result.layers[k].d_bias.assign(flat.data() + at.bias, flat.data() + at.bias + at.bias_count);
      }
    }
  }

  const nn::NetworkState<T>& network_;
  LossOptions options_;
  PassKey pass_;
  nn::Engine<T> engine_;
  std::size_t rows_;
  std::size_t leaves_;
  std::span<const T> input_;
  std::vector<T> target_;
};

}  // namespace

template <class T>
BasicGradients<T> gradients(const BasicNetwork<T>& network, std::span<const T> input, std::span<const T> target,
                            const LossOptions& loss, ThreadPool* pool, const PassKey& pass) {
  return Inspector<T>(network, input, target, loss, pool, pass).gradients();
}

template <class T>
double loss(const BasicNetwork<T>& network, std::span<const T> input, std::span<const T> target,
            const LossOptions& options, const PassKey& pass) {
  return Inspector<T>(network, input, target, options, nullptr, pass).loss();
}

template BasicGradients<float> gradients(const BasicNetwork<float>&, std::span<const float>, std::span<const float>,
                                         const LossOptions&, ThreadPool*, const PassKey&);
template BasicGradients<double> gradients(const BasicNetwork<double>&, std::span<const double>, std::span<const double>,
                                          const LossOptions&, ThreadPool*, const PassKey&);
template double loss(const BasicNetwork<float>&, std::span<const float>, std::span<const float>, const LossOptions&,
                     const PassKey&);
template double loss(const BasicNetwork<double>&, std::span<const double>, std::span<const double>, const LossOptions&,
                     const PassKey&);

}  // namespace bprop
