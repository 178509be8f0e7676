// SPDX-License-Identifier: Apache-2.0
#include "check/small_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "check/complex_step.h"
#include "check/small_draw.h"
#include "check/tape_network.h"

namespace bprop::check {
namespace {

constexpr double kTapeTolerance = 1e-12;
constexpr double kComplexTolerance = 1e-12;
constexpr double kFloatTolerance = 1e-5;
constexpr double kDifferenceTolerance = 1e-7;
constexpr double kDifferenceStep = 6e-6;  // ε^(1/3)
constexpr double kKinkDistance = 1e-4;
constexpr std::size_t kHiddenWidth = 3;
constexpr std::uint32_t kMostDraws = 100;

// All tensors of one kind of gradient, in one order.
std::vector<std::vector<double>> tensors(const TapeGradients& g) {
  std::vector<std::vector<double>> all = g.d_weights;
  all.insert(all.end(), g.d_bias.begin(), g.d_bias.end());
  all.push_back(g.d_input);
  return all;
}
template <class T>
std::vector<std::vector<double>> tensors(const BasicGradients<T>& g) {
  std::vector<std::vector<double>> all;
  for (const auto& layer : g.layers) all.emplace_back(layer.d_weights.begin(), layer.d_weights.end());
  for (const auto& layer : g.layers) all.emplace_back(layer.d_bias.begin(), layer.d_bias.end());
  all.emplace_back(g.d_input.begin(), g.d_input.end());
  return all;
}

BasicGradients<float> float_gradients(const Draw& draw, const LossOptions& loss, const PassKey& pass) {
  Network network(draw.network.architecture(), {.arithmetic = draw.network.arithmetic()});
  const auto narrow = [](const std::vector<double>& v) { return std::vector<float>(v.begin(), v.end()); };
  for (std::size_t k = 0; k < network.architecture().layers.size(); ++k) {
    network.set_weights(k, narrow(draw.network.weights(k)));
    network.set_bias(k, narrow(draw.network.bias(k)));
    network.set_running(k, narrow(draw.network.running_mean(k)), narrow(draw.network.running_variance(k)));
  }
  return gradients<float>(network, narrow(draw.input), narrow(draw.target), loss, nullptr, pass);
}

// ∂L/∂(entry) by the complex step, and L with the entry moved.
class Entries {
 public:
  Entries(const Draw& draw, const LossOptions& loss, const PassKey& pass)
      : layout_(draw.network.state().layout), step_(draw.network.state(), draw.input, draw.target, loss, pass) {}

  double complex(std::size_t tensor, std::size_t i) {
    return is_input(tensor) ? step_.input_derivative(i) : step_.parameter_derivative(offset(tensor, i));
  }
  double difference(std::size_t tensor, std::size_t i) {
    return (moved(tensor, i, kDifferenceStep) - moved(tensor, i, -kDifferenceStep)) / (2 * kDifferenceStep);
  }

 private:
  bool is_input(std::size_t tensor) const { return tensor == 2 * layout_.layers(); }
  std::size_t offset(std::size_t tensor, std::size_t i) const {
    const nn::LayerLayout& at = layout_[tensor % layout_.layers()];
    if (tensor >= layout_.layers()) return at.bias + i;
    return at.weight_at(i);
  }
  double moved(std::size_t tensor, std::size_t i, double change) {
    return is_input(tensor) ? step_.loss_with_input(i, change) : step_.loss_with_parameter(offset(tensor, i), change);
  }

  const nn::Layout& layout_;
  ComplexStep step_;
};

// Raises `worst` to `error`, a share of a tolerance; NaN is infinitely wrong.
void see(double error, double& worst) { worst = error <= worst ? worst : (std::isnan(error) ? INFINITY : error); }

void compare(const Draw& draw, const LossOptions& loss, const PassKey& pass, const DoubleGradients& engine,
             const TapeGradients& tape, SmallWorldErrors& errors) {
  const auto expected = tensors(tape);
  const auto exact = tensors(engine);
  const auto single = tensors(float_gradients(draw, loss, pass));
  Entries entries(draw, loss, pass);
  double network_largest = 0;
  for (const auto& tensor : expected) network_largest = std::max(network_largest, largest(tensor));
  for (std::size_t t = 0; t < expected.size(); ++t) {
    const double scale = largest(expected[t]);
    const auto relative = [](double error, double size) { return error == 0 ? 0 : error / size; };
    for (std::size_t i = 0; i < expected[t].size(); ++i) {
      see(relative(std::fabs(exact[t][i] - expected[t][i]), scale * kTapeTolerance), errors.tape);
      see(relative(std::fabs(exact[t][i] - entries.complex(t, i)), scale * kComplexTolerance), errors.complex);
      see(relative(std::fabs(single[t][i] - expected[t][i]), network_largest * kFloatTolerance), errors.single);
      if (i % ((expected[t].size() + 2) / 3) != 0) continue;
      const double bound = kDifferenceTolerance * scale + 8 * 0x1p-53 * std::fabs(tape.loss) / kDifferenceStep;
      see(relative(std::fabs(exact[t][i] - entries.difference(t, i)), bound), errors.difference);
    }
  }
}

}  // namespace

std::size_t scale_patterns(std::size_t depth) {
  std::size_t patterns = 3;
  for (std::size_t k = 0; k < depth; ++k) patterns *= 3;
  return patterns;
}

std::size_t pair_number(Activation activation, Loss loss) {
  const bool later = activation == Activation::kExp || activation == Activation::kCosine || loss > Loss::kCrossEntropy;
  const auto of_activation = activation == Activation::kSoftmax  ? std::size_t{13}
                             : activation == Activation::kCosine ? std::size_t{14}
                                                                 : static_cast<std::size_t>(activation);
  const auto of_loss = static_cast<std::size_t>(loss);
  if (later) return 91 + 13 * of_activation + of_loss;
  return 7 * (activation == Activation::kSoftmax ? 12 : of_activation) + of_loss;
}

std::size_t SmallCase::scales_before(std::size_t dense) const { return scales / (scale_patterns(dense) / 3) % 3; }

std::uint64_t SmallCase::number() const {
  std::uint64_t n = pair_number(activation, loss);
  for (const std::size_t digit : {rows, inputs, outputs, depth}) n = n * 5 + digit;
  return n * 2 + (bias ? 1 : 0) + (static_cast<std::uint64_t>(scales) << 20) +
         (static_cast<std::uint64_t>(norms) << 40) + (static_cast<std::uint64_t>(front) << 50) +
         (static_cast<std::uint64_t>(batch_norms) << 44) + (static_cast<std::uint64_t>(adds) << 56) +
         (dropout ? std::uint64_t{1} << 60 : 0);
}

PassKey SmallCase::pass(std::uint32_t draw) const {
  return {.pass = dropout ? Pass::kTraining : Pass::kPrediction, .seed = number(), .step = draw};
}

namespace {

// Of all inputs, of the last, of what an embedding gives, behind a scale layer.
std::string front_text(std::size_t front, std::size_t inputs) {
  const std::string all = "1-" + std::to_string(inputs);
  const std::string last = std::to_string(inputs);
  switch (front) {
    case 1: return " -> waves " + all + ":2";
    case 2: return " -> periodic " + last + ":2x3";
    case 3: return " -> embed " + all + ":3";
    case 4: return " -> embed " + last + ":2 -> periodic 1-2:3x2";
    case 5: return " -> scale -> mix " + all + "/1:2 -> waves 1:1";
    case 6: return " -> mix " + all + "/1:2 tanh -> mix 1-2:3 mish";
    default: return "";
  }
}

}  // namespace

std::string SmallCase::architecture() const {
  const bool only_last = activation == Activation::kSoftmax || activation == Activation::kExp;
  const auto hidden = only_last ? static_cast<Activation>(number() % 12) : activation;
  std::string text = std::to_string(inputs) + front_text(front, inputs);
  std::size_t since = 0;  // layers since the place that the next add layer of bit 0 reads
  const auto add_scales = [&](std::size_t before) {
    std::size_t diagonals = scales_before(before);
    for (std::size_t i = 0; i < diagonals; ++i) text += " -> scale";
    if ((norms >> before & 1) == 1) text += " -> layer-norm";
    if ((batch_norms >> before & 1) == 1) text += " -> batch-norm";
    diagonals += (norms >> before & 1) + (batch_norms >> before & 1);
    const bool added = (adds & 2) != 0 && diagonals > 0;
    if (added) text += " -> add " + std::to_string(diagonals);
    since += diagonals + (added ? 1 : 0);
  };
  for (std::size_t k = 1; k <= depth; ++k) {
    const bool last = k == depth;
    add_scales(k - 1);
    if (dropout) text += " -> dropout 0.25";
    text += " -> " + std::to_string(last ? outputs : kHiddenWidth) + " ";
    text += rule(last ? activation : hidden).name;
    text += bias ? "" : " no-bias";
    since += dropout ? 2 : 1;
    if (last) continue;
    const bool as_wide = k > 1 || (inputs == kHiddenWidth && front == 0);
    if ((adds & 1) != 0 && as_wide) text += " -> add " + std::to_string(since);
    since = 0;
  }
  add_scales(depth);
  return text;
}

std::ostream& operator<<(std::ostream& out, const SmallCase& c) {
  return out << c.rows << " rows through " << c.architecture() << ", " << rule(c.loss).name << ", number "
             << c.number();
}

std::vector<SmallCase> small_cases(Activation activation, Loss loss) {
  std::vector<SmallCase> cases;
  for (std::size_t sizes = 0; sizes < 64; ++sizes) {
    if (loss == Loss::kGaussianNll && (sizes / 16 + 1) % 2 == 1) continue;  // outputs in pairs
    for (const bool bias : {false, true}) {
      for (std::size_t depth = 1; depth <= 3; ++depth) {
        cases.push_back({sizes % 4 + 1, sizes / 4 % 4 + 1, sizes / 16 + 1, activation, loss, bias, depth});
      }
    }
  }
  return cases;
}

void check_small_case(const SmallCase& c, SmallWorldErrors& errors) {
  const LossOptions loss{.loss = c.loss};
  for (std::uint32_t number = 0; number < kMostDraws; ++number) {
    const Draw draw = draw_case(c, number);
    const TapeGradients tape = tape_gradients(draw.network, draw.input, draw.target, loss, c.pass(number));
    const DoubleGradients engine =
        gradients<double>(draw.network, draw.input, draw.target, loss, nullptr, c.pass(number));
    if (tape.nearest_kink < kKinkDistance || cancels(c, draw, engine)) {
      ++errors.redrawn;
      continue;
    }
    ++errors.networks;
    SmallWorldErrors own;
    compare(draw, loss, c.pass(number), engine, tape, own);
    EXPECT_LE(own.tape, 1) << c << ", draw " << number << ": double engine against tape";
    EXPECT_LE(own.complex, 1) << c << ", draw " << number << ": double engine against complex step";
    EXPECT_LE(own.difference, 1) << c << ", draw " << number << ": double engine against central difference";
    EXPECT_LE(own.single, 1) << c << ", draw " << number << ": float engine against tape";
    see(own.tape, errors.tape);
    see(own.complex, errors.complex);
    see(own.difference, errors.difference);
    see(own.single, errors.single);
    return;
  }
  ADD_FAILURE() << c << ": no fit draw in " << kMostDraws;
}

}  // namespace bprop::check
