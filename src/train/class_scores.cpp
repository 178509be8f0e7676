// SPDX-License-Identifier: Apache-2.0
//
// RowScores: the metrics that look at classes one by one.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "train/metrics.h"
#include "train/row_scores.h"

namespace bprop::training {

template <class T>
void RowScores<T>::count_classes() {
  for (auto* counts : {&answered_, &named_, &right_}) std::fill(counts->begin(), counts->end(), std::size_t{0});
  for (std::size_t n = 0; n < rows_; ++n) {
    ++answered_[answer_[n]];
    ++named_[said_[n]];
    if (answer_[n] == said_[n]) ++right_[answer_[n]];
  }
}

template <class T>
std::vector<std::size_t> RowScores<T>::confusion() const {
  const std::size_t classes = target_.classes.size();
  std::vector<std::size_t> matrix(classes * classes);
  for (std::size_t n = 0; n < rows_; ++n) ++matrix[answer_[n] * classes + said_[n]];
  return matrix;
}

// The interval of a mean θ = Σ wₖθₖ of independent shares with intervals (lₖ, uₖ): from θ − √Σ(wₖ(θₖ − lₖ))² to
// θ + √Σ(wₖ(uₖ − θₖ))² (Zou and Donner).
template <class T>
Score RowScores<T>::balanced_accuracy() {
  count_classes();
  double sum = 0;
  double below = 0;
  double above = 0;
  double classes = 0;
  for (std::size_t k = 0; k < answered_.size(); ++k) {
    if (answered_[k] == 0) continue;
    const double share = static_cast<double>(right_[k]) / static_cast<double>(answered_[k]);
    const Interval interval = wilson_interval(right_[k], answered_[k]);
    ++classes;
    sum += share;
    below += (share - interval.low) * (share - interval.low);
    above += (interval.high - share) * (interval.high - share);
  }
  const double value = sum / classes;
  return {Metric::kBalancedAccuracy, value, std::max(0.0, value - std::sqrt(below) / classes),
          std::min(1.0, value + std::sqrt(above) / classes)};
}

// A class's F1 is a ratio of sums over rows, 2 TP / D with D = rows of the class + rows said to be: a row's influence
// is (2 [right] − F1 ([of the class] + [said to be])) / D.
template <class T>
double RowScores<T>::f1_of_class(std::size_t k, double share, bool influence) {
  const auto denominator = static_cast<double>(answered_[k] + named_[k]);
  const double value = 2 * static_cast<double>(right_[k]) / denominator;
  for (std::size_t n = 0; influence && n < rows_; ++n) {
    const bool is = answer_[n] == k;
    const bool said = said_[n] == k;
    influence_[n] += share * ((is && said ? 2.0 : 0.0) - value * ((is ? 1.0 : 0.0) + (said ? 1.0 : 0.0))) / denominator;
  }
  return value;
}

template <class T>
double RowScores<T>::f1(bool influence) {
  count_classes();
  std::fill(influence_.begin(), influence_.end(), 0.0);
  const bool two = answered_.size() == 2;
  const auto counts = [&](std::size_t k) {
    return answered_[k] + named_[k] > 0 && (!two || k == options_.positive_class);
  };
  double classes = 0;
  for (std::size_t k = 0; k < answered_.size(); ++k) classes += counts(k) ? 1 : 0;
  if (classes == 0) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (std::size_t k = 0; k < answered_.size(); ++k) {
    if (counts(k)) sum += f1_of_class(k, 1 / classes, influence);
  }
  return sum / classes;
}

// The Mann–Whitney statistic by one pass over the rows in the order of their scores, ties together (X. Sun and W. Xu,
// IEEE Signal Processing Letters 21, 2014). A row of the class beats the share V of the others; the area is the mean of
// V; another row is beaten by the share V of the class. DeLong's variance is the sum over both of (V − area)²/(n(n −
// 1)).
template <class T>
double RowScores<T>::auc_of_class(std::size_t k, double share, bool influence) {
  const std::size_t column = score_columns_ == 1 ? 0 : k;
  const auto score = [&](std::size_t n) { return scores_[n * score_columns_ + column]; };
  const std::size_t of_class = answered_[k];
  const auto p = static_cast<double>(of_class);
  const auto q = static_cast<double>(rows_ - of_class);
  double area = 0;
  const auto each = [&](const auto& visit) {  // visit(row, whether of the class, its share V)
    double p_before = 0;
    double q_before = 0;
    for (std::size_t first = 0; first < rows_;) {
      double p_here = 0;
      std::size_t end = first;
      for (; end < rows_ && score(order_[end]) == score(order_[first]); ++end) p_here += answer_[order_[end]] == k;
      const double q_here = static_cast<double>(end - first) - p_here;
      for (std::size_t i = first; i < end; ++i) {
        const bool is = answer_[order_[i]] == k;
        visit(order_[i], is, is ? (q_before + q_here / 2) / q : (p - p_before - p_here / 2) / p);
      }
      p_before += p_here;
      q_before += q_here;
      first = end;
    }
  };
  std::iota(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(rows_), std::uint32_t{0});
  std::sort(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(rows_),
            [&](std::uint32_t a, std::uint32_t b) { return score(a) < score(b); });
  each([&](std::size_t, bool is, double v) { area += is ? v : 0; });
  area /= p;
  if (!influence) return area;
  const double of_p = share / std::sqrt(p * (p - 1));
  const double of_q = share / std::sqrt(q * (q - 1));
  each([&](std::size_t row, bool is, double v) { influence_[row] += (v - area) * (is ? of_p : of_q); });
  return area;
}

template <class T>
double RowScores<T>::auc(bool influence) {
  constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
  if (score_columns_ == 0) return kUndefined;
  const auto scores = std::span(scores_).first(rows_ * score_columns_);
  if (std::any_of(scores.begin(), scores.end(), [](T s) { return std::isnan(s); })) return kUndefined;
  count_classes();
  std::fill(influence_.begin(), influence_.end(), 0.0);
  const std::size_t begin = score_columns_ == 1 ? 1 : 0;
  const auto counts = [&](std::size_t k) { return answered_[k] > 0 && answered_[k] < rows_; };
  double classes = 0;
  for (std::size_t k = begin; k < answered_.size(); ++k) classes += counts(k) ? 1 : 0;
  if (classes == 0) return kUndefined;
  double sum = 0;
  for (std::size_t k = begin; k < answered_.size(); ++k) {
    if (counts(k)) sum += auc_of_class(k, 1 / classes, influence);
  }
  return sum / classes;
}

template class RowScores<float>;
template class RowScores<double>;

}  // namespace bprop::training
