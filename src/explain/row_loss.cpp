// SPDX-License-Identifier: Apache-2.0
#include "explain/row_loss.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bprop::explaining {
namespace {

using Row = std::vector<double>;

Row softmax(const Row& z) {
  const double largest = *std::ranges::max_element(z);
  Row p;
  for (const double one : z) p.push_back(std::exp(one - largest));
  const double sum = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& one : p) one /= sum;
  return p;
}

// −y log p, which is 0 where y is, whatever p; times the focal (1 − p)^γ.
double surprise(double p, double y, double gamma = 0) { return y == 0 ? 0 : -y * std::pow(1 - p, gamma) * std::log(p); }

// ∂/∂p of it.
double surprise_slope(double p, double y, double gamma) {
  if (y == 0) return 0;
  const double rest = 1 - p;
  const double weight = std::pow(rest, gamma);
  return y * ((rest > 0 ? gamma * weight / rest * std::log(p) : 0) - weight / p);
}

// ∂l/∂s of a loss over softmax, from ∂l/∂p: through the Jacobian.
Row through_softmax(const Row& p, const Row& by_p) {
  const double mean = std::inner_product(p.begin(), p.end(), by_p.begin(), 0.0);
  Row result;
  for (std::size_t k = 0; k < p.size(); ++k) result.push_back(p[k] * (by_p[k] - mean));
  return result;
}

// ∂l/∂p of a loss over the probabilities of a row.
Row by_probability(const LossOptions& options, const Row& p, const Row& y) {
  const double gamma = options.loss == Loss::kFocal ? options.focal_gamma : 0;
  Row result;
  for (std::size_t k = 0; k < p.size(); ++k) result.push_back(surprise_slope(p[k], y[k], gamma));
  return result;
}

double gaussian(const Row& a, const Row& y, std::size_t k) {
  const double distance = y[k] - a[k];
  return 0.5 * (a[k + 1] + distance * distance * std::exp(-a[k + 1]));
}

double gaussian_slope(const Row& a, const Row& y, std::size_t k) {
  const std::size_t m = k - k % 2;
  const double distance = a[m] - y[m];
  const double weight = std::exp(-a[m + 1]);
  return k == m ? distance * weight : 0.5 * (1 - distance * distance * weight);
}

// ∂l/∂a of an output that is itself the prediction.
double by_prediction(const LossOptions& options, double a, double y) {
  // At the corners a or 1 − a cancels, so that p = y is no 0 / 0.
  switch (options.loss) {
    case Loss::kPoisson: return y == 0 ? 1 : (a - y) / a;
    case Loss::kBinaryFocal:
      return surprise_slope(a, y, options.focal_gamma) - surprise_slope(1 - a, 1 - y, options.focal_gamma);
    default: return y == 0 ? 1 / (1 - a) : y == 1 ? -1 / a : (a - y) / (a * (1 - a));
  }
}

double of_prediction(const LossOptions& options, double a, double y) {
  if (options.loss == Loss::kPoisson) return a - (y == 0 ? 0 : y * std::log(a));
  const double gamma = options.loss == Loss::kBinaryFocal ? options.focal_gamma : 0;
  return surprise(a, y, gamma) + surprise(1 - a, 1 - y, gamma);
}

}  // namespace

double row_loss_of(OutputRule output, const LossOptions& options, const Row& a, const Row& y) {
  const bool over_softmax = rule(options.loss).link == Activation::kSoftmax;
  const Row p = over_softmax && !is_prediction(output) ? softmax(a) : a;
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (over_softmax) {
      sum += surprise(p[k], y[k], loss_parameter(options, k));
    } else if (options.loss == Loss::kGaussianNll) {
      sum += k % 2 == 0 ? gaussian(a, y, k) : 0;
    } else if (is_prediction(output)) {
      sum += of_prediction(options, a[k], y[k]);
    } else {
      sum += rule(options.loss).value(a[k], y[k], loss_parameter(options, k));
    }
  }
  return sum;
}

Row row_loss_gradient(OutputRule output, const LossOptions& options, const Row& a, const Row& y) {
  if (rule(options.loss).link == Activation::kSoftmax) {
    if (is_prediction(output)) return by_probability(options, a, y);
    const Row p = softmax(a);
    if (options.loss == Loss::kFocal) return through_softmax(p, by_probability(options, p, y));
    Row result;
    const double targets = std::accumulate(y.begin(), y.end(), 0.0);
    for (std::size_t k = 0; k < a.size(); ++k) result.push_back(p[k] * targets - y[k]);
    return result;
  }
  Row result;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (options.loss == Loss::kGaussianNll) {
      result.push_back(gaussian_slope(a, y, k));
    } else if (is_prediction(output)) {
      result.push_back(by_prediction(options, a[k], y[k]));
    } else {
      result.push_back(rule(options.loss).derivative(a[k], y[k], loss_parameter(options, k)));
    }
  }
  return result;
}

}  // namespace bprop::explaining
