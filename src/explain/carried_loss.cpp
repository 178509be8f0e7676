// SPDX-License-Identifier: Apache-2.0
#include "explain/carried_loss.h"

#include <algorithm>
#include <cmath>

namespace bprop::explaining {
namespace {

// To first order in the spreads: n² products, not n² exponentials.
CarriedNumbers softmax(const CarriedNumbers& z) {
  const double largest = std::ranges::max_element(z, {}, &CarriedNumber::value)->value;
  double sum = 0;
  std::size_t source = CarriedNumber::kNoError;
  std::vector<double> a;
  for (const CarriedNumber& one : z) {
    a.push_back(std::exp(one.value - largest));
    sum += a.back();
    source = std::min(source, one.source);
  }
  for (double& one : a) one /= sum;
  CarriedNumbers result;
  for (std::size_t k = 0; k < z.size(); ++k) {
    double spread = 0;
    for (std::size_t j = 0; j < z.size(); ++j) {
      if (z[j].spread > 0) spread += std::fabs(softmax_slope(a, k, j)) * z[j].spread;
    }
    result.emplace_back(a[k], spread, source);
  }
  return result;
}

double total(const std::vector<double>& y) {
  double sum = 0;
  for (const double one : y) sum += one;
  return sum;
}

// The losses that people work by hand; the others are carried as the functions of all outputs that they are.
bool by_hand(Loss loss) { return loss <= Loss::kCrossEntropy; }

// −y log p, which is 0 where y is, whatever p.
CarriedNumber surprise(const CarriedNumber& p, double y) {
  return y == 0 ? CarriedNumber() : carried([&](double x) { return -y * std::log(x); }, p);
}

}  // namespace

CarriedNumbers activations(Activation activation, const CarriedNumbers& z) {
  if (activation == Activation::kSoftmax) return softmax(z);
  CarriedNumbers a;
  for (const CarriedNumber& one : z) a.push_back(carried(rule(activation).value, one));
  return a;
}

CarriedNumbers output_gradients(OutputRule output, const LossOptions& loss, const CarriedNumbers& a,
                                const std::vector<double>& y) {
  const bool is_cross_entropy = loss.loss == Loss::kCrossEntropy;
  if (!by_hand(loss.loss)) {
    CarriedNumbers all;
    for (std::size_t k = 0; k < a.size(); ++k) {
      const auto slope = [&](std::span<const double> p) {
        return row_loss_gradient(output, loss, {p.begin(), p.end()}, y)[k];
      };
      all.push_back(carried(slope, a));
    }
    return all;
  }
  if (is_cross_entropy && output != OutputRule::kPair) return pair_deltas(loss, softmax(a), y);
  CarriedNumbers result;
  for (std::size_t k = 0; k < a.size(); ++k) {
    result.push_back(carried(
        [&](double p) {
          if (output != OutputRule::kPair) return rule(loss.loss).derivative(p, y[k], loss_parameter(loss, k));
          if (is_cross_entropy) return y[k] == 0 ? 0 : -y[k] / p;
          return (y[k] == 1 ? 0 : (1 - y[k]) / (1 - p)) - (y[k] == 0 ? 0 : y[k] / p);
        },
        a[k]));
  }
  return result;
}

CarriedNumbers pair_deltas(const LossOptions& loss, const CarriedNumbers& a, const std::vector<double>& y) {
  const double targets = loss.loss == Loss::kCrossEntropy ? total(y) : 1;
  CarriedNumbers result;
  for (std::size_t k = 0; k < a.size(); ++k) result.push_back(a[k] * CarriedNumber(targets) - y[k]);
  return result;
}

CarriedNumber loss_of(OutputRule output, const LossOptions& loss, const CarriedNumbers& a,
                      const std::vector<double>& y) {
  if (!by_hand(loss.loss)) {
    return carried([&](std::span<const double> p) { return row_loss_of(output, loss, {p.begin(), p.end()}, y); }, a);
  }
  const bool is_pair = output == OutputRule::kPair;
  const bool is_cross_entropy = loss.loss == Loss::kCrossEntropy;
  const CarriedNumbers p = is_cross_entropy && !is_pair ? softmax(a) : a;
  CarriedNumber sum;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (is_cross_entropy) {
      sum = sum + surprise(p[k], y[k]);
    } else if (is_pair) {
      sum = sum + surprise(p[k], y[k]) + surprise(CarriedNumber(1.0) - p[k], 1 - y[k]);
    } else {
      sum = sum + carried([&](double s) { return rule(loss.loss).value(s, y[k], loss_parameter(loss, k)); }, p[k]);
    }
  }
  return sum;
}

}  // namespace bprop::explaining
