// SPDX-License-Identifier: Apache-2.0
//
// A feed-forward network: a list of layers and one flat buffer of parameters.
//
//   bprop::Network net("17 -> 256 relu -> 256 relu -> 6", {.seed = 7});
//   net.predict(observation, action);   // (17) -> (6), or (N × 17) -> (N × 6)
//
// Dense layer: z = x Wᵀ + b, a = φ(z), one row of x per sample.
//   x (N × in)   W (out × in)   b (out)   z, a (N × out)
// Scale layer: z = a = x ⊙ s, a factor for each number; s (out) are its weights.
// Layer norm: z = a = γ ⊙ u + b, u = (x − mean) / √(variance + ε) over the numbers of a row; γ (out) are its weights.
// Dropout layer: z = a = x in predictions; in training z = a = x ⊙ m / (1 − p), each m anew 0 with probability p,
// else 1.
// Embedding layer: groups of inputs, each with a small dense layer of its own; other inputs are passed on as they are.
// Residual connection: z = a = x + r, r being what was there some layers earlier.
// Batch norm: z = a = γ ⊙ u + b, u = (x − mean) / √(variance + ε) number by number; in predictions of what training has
// kept running, in training of the rows of a leaf: of at most 256, into which a batch is cut.
// Layers are counted from 0 in C++ (from 1 in the program's texts). W is kept in the order the kernels want;
// accessors copy it out of and into row-major (out × in), the order of PyTorch's weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bprop/activation.h"
#include "bprop/arithmetic.h"

namespace bprop {

struct Dense {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  Activation activation = Activation::kIdentity;
  bool bias = true;
  bool operator==(const Dense&) const = default;
};

struct Scale {
  std::size_t size = 0;  // numbers in and out
  bool operator==(const Scale&) const = default;
};

// Ba, Kiros & Hinton 2016, arXiv 1607.06450; the variance is that of the row's numbers, divided by their count.
struct LayerNorm {
  static constexpr double kEpsilon = 1e-5;
  std::size_t size = 0;  // numbers in and out
  bool operator==(const LayerNorm&) const = default;
};

// Srivastava et al. 2014, inverted: what is left is made larger in training, so that predictions need no factor.
struct Dropout {
  std::size_t size = 0;    // numbers in and out
  double probability = 0;  // p, from 0 to below 1
  bool operator==(const Dropout&) const = default;
};

// Consecutive inputs begin … end − 1, cut into groups of `size`: each group has a dense layer of so many units.
struct InputGroups {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size = 1;
  std::size_t outputs = 1;

  std::size_t count() const { return (end - begin) / size; }
  std::size_t units() const { return count() * outputs; }
  bool operator==(const InputGroups&) const = default;
};

// Units: those of the groups, group by group; behind them the numbers passed on, in order, which have no weight, bias
// or activation: the inputs of no group – of waves all inputs.
struct Embedding {
  enum class Kind : std::uint8_t {
    kCategories,  // "embed"  z = a = W x; of one-hot inputs a column of W. No bias. W ~ N(0, 1)
    kWaves,       // "waves"  z = W x + b, a = cos z. W ~ N(0, (2πσ)²), b uniform in ±π
    kMix,         // "mix"    z = W x + b, a = φ(z). W, b uniform in ±1/√size
  };
  Kind kind = Kind::kCategories;
  std::size_t inputs = 0;
  std::vector<InputGroups> groups{};              // ascending, apart from each other
  Activation activation = Activation::kIdentity;  // of a mix; any but softmax

  std::size_t units() const;  // of groups; the others are passed on
  bool operator==(const Embedding&) const = default;
};

// Residual connection (He et al. 2016, arXiv 1512.03385): the layers that it skips learn what is to be added.
struct Add {
  std::size_t size = 0;  // numbers in and out
  std::size_t back = 1;  // layers that it skips: 1 adds what the layer before this one read
  bool operator==(const Add&) const = default;
};

// Ioffe & Szegedy 2015, arXiv 1502.03167. Mean and variance (divided by the count) of each number over the rows of a
// leaf. An update moves running mean and variance, which start at 0 and 1, by kMomentum towards the mean of its leaves'
// mean and variance (here divided by the count less one). A leaf of one row has no variance: it is normalised by the
// running ones, as predictions are, and does not move them.
struct BatchNorm {
  static constexpr double kEpsilon = 1e-5;
  static constexpr double kMomentum = 0.1;
  std::size_t size = 0;  // numbers in and out
  bool operator==(const BatchNorm&) const = default;
};

using Layer = std::variant<Dense, Scale, LayerNorm, Dropout, Embedding, Add, BatchNorm>;

// What every layer has.
std::size_t inputs_of(const Layer& layer);
std::size_t outputs_of(const Layer& layer);
Activation activation_of(const Layer& layer);                   // identity where a layer has none
Activation activation_of(const Layer& layer, std::size_t out);  // a unit's own: identity of a number passed on
bool has_bias(const Layer& layer);
std::size_t bias_count(const Layer& layer);  // numbers in b: those of the first units; 0 without bias
// Whether W is a diagonal, one weight a number: the factors of a scale layer, γ of a layer or batch norm; dropout and
// add layers have the diagonal of ones, which are no weights.
bool is_diagonal(const Layer& layer);
// What layer number `index` reads besides what the layer before it gives: place 0 is the input, place k the a of layer
// k − 1. None but of an add layer.
std::optional<std::size_t> added_place(const Layer& layer, std::size_t index);
// Numbers in W: out × in, or those of the diagonal; of an embedding layer out × in of each group; none of a dropout or
// add layer.
std::size_t weight_count(const Layer& layer);
std::vector<std::uint64_t> weight_shape(const Layer& layer);  // {out, in}; {weight_count} unless dense
// Whether a unit of an embedding layer gives the one number that it reads, without a weight.
bool passes_on(const Layer& layer, std::size_t out);
// The inputs that a unit has weights for (or the one of a dropout layer, or that it passes on): consecutive ones.
struct InputRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const InputRange&) const = default;
};
InputRange sources_of(const Layer& layer, std::size_t out);
// Whether z of unit `out` depends on input `in`: of a layer norm, of all of them.
bool reads(const Layer& layer, std::size_t out, std::size_t in);
// Whether unit `out` has input `in` among its sources, and if so, the place of its weight in what weights() gives.
bool connects(const Layer& layer, std::size_t out, std::size_t in);
std::size_t weight_place(const Layer& layer, std::size_t out, std::size_t in);
struct WeightEnds {
  std::size_t out = 0;
  std::size_t in = 0;
};
WeightEnds weight_ends(const Layer& layer, std::size_t place);  // the other way round

// What the architecture text leaves open, to be filled from the data.
struct ArchitectureDefaults {
  std::size_t inputs = 0;   // 0: the text must say it
  std::size_t outputs = 0;  // 0: the text must say it
  Activation output_activation = Activation::kIdentity;
  // Which inputs "periodic" and "embed" take: numbers, and the one-hot inputs of each column. None: the text must say.
  std::optional<std::vector<InputRange>> numbers{};
  std::optional<std::vector<InputRange>> categories{};
};

// The layers of a network, read from one text (docs/architecture-text.md):
//   "784 -> 128 relu -> 10 softmax"    everything
//   "64 relu, 32 relu"                 hidden layers only; sizes in and out come from the defaults; "" is none
// "scale", "layer-norm", "batch-norm", "dropout 0.2" and "add 2" in the place of a layer are layers as wide as what
// comes before them; "embed 5-20:8", "waves 1-4:16", "mix 1-64/16:3 tanh" are embedding layers. "periodic 1-4:16x4"
// stands for waves and a mix (Holzmüller et al. 2024, PBLD); without ranges, hidden layers "periodic" and "embed" take
// the inputs that the defaults name.
// A hidden layer without activation is relu, the last layer of the full form identity; "no-bias" after a layer omits b.
struct Architecture {
  std::vector<Layer> layers;

  std::size_t inputs() const;
  std::size_t outputs() const;
  std::size_t parameters() const;  // weights and biases, padding not counted
  bool has_batch_norm() const;     // then a row's training depends on the rows beside it
  std::string text() const;        // the full form; parse(text()) gives the same layers
  bool operator==(const Architecture&) const = default;

  // Throws UsageError with the column of the text at which it stops making sense.
  static Architecture parse(std::string_view text, const ArchitectureDefaults& defaults = {});
};

// Distribution of the initial weights of dense layers; factors and γ start at 1, b of a norm at 0. n_in, n_out:
// the layer's sizes.
enum class Initializer : std::uint8_t {
  kAutomatic,      // he_normal before relu, leaky_relu, elu, gelu, silu, mish; lecun_normal before selu; else
                   // glorot_uniform
  kGlorotUniform,  // ±sqrt(6 / (n_in + n_out))        Glorot & Bengio 2010, eq. 16
  kGlorotNormal,   // sigma = sqrt(2 / (n_in + n_out))
  kHeUniform,      // ±sqrt(6 / n_in)                  He et al. 2015
  kHeNormal,       // sigma = sqrt(2 / n_in)
  kLecunUniform,   // ±sqrt(3 / n_in)                  LeCun et al. 1998
  kLecunNormal,    // sigma = sqrt(1 / n_in)
  kZeros,
};

enum class BiasInitializer : std::uint8_t {
  kZeros,
  kNormal,  // sigma = 1, of dense layers
};
std::string_view name(BiasInitializer initializer);  // "zeros", "normal"
BiasInitializer bias_initializer_named(std::string_view name);

struct InitializerRule {
  Initializer id;
  std::string_view name;
  std::string_view formula;
  std::string_view reference;
};
std::span<const InitializerRule> initializer_rules();
Initializer initializer_named(std::string_view name);

// Changes the result.
struct NetworkOptions {
  std::uint64_t seed = 0;
  Initializer initializer = Initializer::kAutomatic;
  Arithmetic arithmetic = native_arithmetic();
  BiasInitializer bias_initializer = BiasInitializer::kZeros;
  bool zero_last_layer = false;  // weights and biases of the last layer start at 0
  double embedding_sigma = 0.1;  // σ of the frequencies of waves, in turns a unit of input
};

namespace nn {
template <class T>
struct NetworkState;
}

// T is float (the fast engine) or double (plain kernels: checks, textbook exercises, solvers).
template <class T>
class BasicNetwork {
 public:
  explicit BasicNetwork(std::string_view architecture, const NetworkOptions& options = {});
  explicit BasicNetwork(const Architecture& architecture, const NetworkOptions& options = {});
  BasicNetwork(const BasicNetwork& other);
  BasicNetwork(BasicNetwork&& other) noexcept;
  BasicNetwork& operator=(BasicNetwork other) noexcept;
  ~BasicNetwork();

  const Architecture& architecture() const;
  Arithmetic arithmetic() const;
  std::size_t inputs() const { return architecture().inputs(); }
  std::size_t outputs() const { return architecture().outputs(); }

  // Copies W (out × in, row-major; of a diagonal its numbers, of an embedding layer the W of each group) or b
  // (bias_count; empty for a layer without bias) out or in.
  // Throws ShapeError when there is no such layer or the sizes differ.
  std::vector<T> weights(std::size_t layer) const;
  std::vector<T> bias(std::size_t layer) const;
  void copy_weights(std::size_t layer, std::span<T> destination) const;
  void set_weights(std::size_t layer, std::span<const T> values);
  void set_bias(std::size_t layer, std::span<const T> values);
  // Running mean and variance of a batch norm, (size) each; empty for other layers. Variances are 0 or more, else
  // UsageError. They are no parameters: no optimiser, decay or count of parameters knows them.
  std::vector<T> running_mean(std::size_t layer) const;
  std::vector<T> running_variance(std::size_t layer) const;
  void set_running(std::size_t layer, std::span<const T> mean, std::span<const T> variance);

  // Output of the last layer for N rows: input (N × inputs) -> output (N × outputs), row-major. A row's result does
  // not depend on the rows beside it. Many threads may call it on one network; scratch memory is kept per thread.
  void predict(std::span<const T> input, std::span<T> output) const;

  // For bprop's own layers (src/nn/network_state.h).
  nn::NetworkState<T>& state() { return *state_; }
  const nn::NetworkState<T>& state() const { return *state_; }

 private:
  std::unique_ptr<nn::NetworkState<T>> state_;
};

using Network = BasicNetwork<float>;
using DoubleNetwork = BasicNetwork<double>;
extern template class BasicNetwork<float>;
extern template class BasicNetwork<double>;

}  // namespace bprop
