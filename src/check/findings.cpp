// SPDX-License-Identifier: Apache-2.0
#include "check/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "check/not_finite.h"

namespace bprop::check {
namespace {

using Kind = Finding::Kind;

constexpr std::size_t kMostNamed = 8;  // places in a sentence

bool saturates_on_both_sides(Activation activation) {
  return activation == Activation::kSigmoid || activation == Activation::kTanh || activation == Activation::kSoftsign;
}

// "units 3, 7, 12 and 40 more", counted from 1.
std::string list_of(std::string_view noun, const std::vector<std::size_t>& places) {
  std::string text = fmt::format("{}{}", noun, places.size() == 1 ? "" : "s");
  for (std::size_t i = 0; i < std::min(places.size(), kMostNamed); ++i) {
    text += fmt::format("{} {}", i == 0 ? "" : ",", places[i] + 1);
  }
  if (places.size() > kMostNamed) text += fmt::format(" and {} more", places.size() - kMostNamed);
  return text;
}

class Judge {
 public:
  Judge(const Architecture& architecture, const NetworkSums& sums, const DoctorOptions& options)
      : architecture_(architecture), sums_(sums), options_(options) {
    diagnosis_.rows = sums.rows;
    diagnosis_.loss = sums.loss;
    diagnosis_.layers = layer_health(architecture, sums, options);
  }

  Diagnosis run() {
    if (sums_.rows == 0) return std::move(diagnosis_);
    judge_columns();
    judge_depth();
    for (std::size_t k = 0; k < diagnosis_.layers.size(); ++k) {
      judge_gradient(k);
      if (sums_.rows >= options_.least_rows) judge_units(k);
    }
    return std::move(diagnosis_);
  }

 private:
  Activation activation(std::size_t layer) const { return activation_of(architecture_.layers[layer]); }
  std::string_view activation_name(std::size_t layer) const { return rule(activation(layer)).name; }
  double delta(std::size_t layer) const { return diagnosis_.layers[layer].delta_rms; }

  void judge_columns() {
    Finding finding{.kind = Kind::kUnscaledColumn};
    std::string names;
    for (std::size_t i = 0; i < sums_.column_squares.size(); ++i) {
      const double size = std::sqrt(sums_.column_squares[i] / static_cast<double>(sums_.rows));
      if (!(size > options_.largest_input) || std::isinf(size)) continue;  // one infinite cell is no scale
      finding.columns.push_back(i);
      if (finding.columns.size() > kMostNamed) continue;
      const bool named = i < options_.column_names.size() && !options_.column_names[i].empty();
      names += fmt::format("{}{} {:.4g}", names.empty() ? "" : ", ",
                           named ? "'" + options_.column_names[i] + "'" : fmt::format("input {}", i + 1), size);
    }
    if (finding.columns.empty()) return;
    if (finding.columns.size() > kMostNamed) names += fmt::format(" and {} more", finding.columns.size() - kMostNamed);
    finding.found = fmt::format("{} of {} inputs {} unscaled: {} (root mean square; a standardised column has 1)",
                                finding.columns.size(), sums_.column_squares.size(),
                                finding.columns.size() == 1 ? "is" : "are", names);
    finding.remedy = "scaling such columns, as training does by itself unless it is told not to,";
    diagnosis_.findings.push_back(std::move(finding));
  }

  // How often δ falls below half (rises above twice) what it was a layer above.
  std::size_t steps(bool falling) const {
    std::size_t count = 0;
    for (std::size_t k = 0; k + 1 < diagnosis_.layers.size(); ++k) {
      count += (falling ? 2 * delta(k) < delta(k + 1) : delta(k) > 2 * delta(k + 1)) ? 1U : 0U;
    }
    return count;
  }

  void judge_depth() {
    const std::size_t last = diagnosis_.layers.size() - 1;
    const auto path = [&](std::string_view verb) {
      return fmt::format("delta {} from {:.2g} in layer {} to {:.2g} in layer 1 (rms)", verb, delta(last), last + 1,
                         delta(0));
    };
    Finding finding{.layer = 0};
    if (delta(0) < options_.vanishing * delta(last) && steps(true) >= options_.least_steps) {
      finding.kind = Kind::kVanishing;
      finding.found = path("shrinks") + ": the first layers hardly learn";
      finding.remedy = vanishing_remedy();
    } else if (delta(0) > options_.exploding * delta(last) && steps(false) >= options_.least_steps) {
      finding.kind = Kind::kExploding;
      finding.found = path("grows") + ": no learning rate suits both ends";
      finding.remedy = "smaller first weights (the automatic initializer), clip, or fewer layers";
    } else {
      return;
    }
    diagnosis_.findings.push_back(std::move(finding));
  }

  std::string vanishing_remedy() const {
    for (std::size_t k = 0; k + 1 < diagnosis_.layers.size(); ++k) {
      if (saturates_on_both_sides(activation(k))) {
        return fmt::format("relu in place of {} in hidden layers, larger first weights, or fewer layers",
                           activation_name(k));
      }
    }
    return "larger first weights (the automatic initializer), or fewer layers";
  }

  void judge_gradient(std::size_t layer) {
    const LayerHealth& health = diagnosis_.layers[layer];
    const double least = std::sqrt(static_cast<double>(health.units));  // ‖W‖ that lecun_normal draws
    const double weights = std::max(health.weight_norm, least);
    if (!(health.gradient_norm > options_.gradient_ratio * weights)) return;
    diagnosis_.findings.push_back(
        {.kind = Kind::kExploding,
         .layer = layer,
         .found =
             fmt::format("the gradient of layer {} is {:.2g} times its weights (norms {:.2g} and {:.2g})", layer + 1,
                         health.gradient_norm / health.weight_norm, health.gradient_norm, health.weight_norm),
         .remedy = "scaled columns and target, a smaller learning rate, or clip"});
  }

  void judge_units(std::size_t layer) {
    const LayerHealth& health = diagnosis_.layers[layer];
    const auto too_many = [&](const std::vector<std::size_t>& units, double share) {
      return !units.empty() && static_cast<double>(units.size()) > share * static_cast<double>(health.units);
    };
    const auto of_layer = [&](const std::vector<std::size_t>& units) {
      return fmt::format("{} of {} {} units of layer {} {}", units.size(), health.units, activation_name(layer),
                         layer + 1, units.size() == 1 ? "is" : "are");
    };
    if (too_many(health.dead, options_.dead_share)) {
      diagnosis_.findings.push_back(
          {.kind = Kind::kDeadUnits,
           .layer = layer,
           .units = health.dead,
           .found = fmt::format("{} dead, with slope 0 on all {} rows ({})", of_layer(health.dead), sums_.rows,
                                list_of("unit", health.dead)),
           .remedy = "a smaller learning rate and new first weights, or leaky_relu or elu as activation"});
    }
    if (too_many(health.saturated, options_.saturated_share)) {
      diagnosis_.findings.push_back(
          {.kind = Kind::kSaturatedUnits,
           .layer = layer,
           .units = health.saturated,
           .found = fmt::format("{} saturated, with a slope below {:.2g} % of the steepest on {:.0f} % of {} rows ({})",
                                of_layer(health.saturated), 100 * options_.saturated_slope,
                                100 * options_.saturated_rows, sums_.rows, list_of("unit", health.saturated)),
           .remedy = "smaller first weights, scaled columns, a smaller learning rate, or weight decay"});
    }
  }

  const Architecture& architecture_;
  const NetworkSums& sums_;
  const DoctorOptions& options_;
  Diagnosis diagnosis_;
};

}  // namespace

std::vector<LayerHealth> layer_health(const Architecture& architecture, const NetworkSums& sums,
                                      const DoctorOptions& options) {
  std::vector<LayerHealth> layers(sums.layers.size());
  const auto rows = static_cast<double>(std::max<std::size_t>(sums.rows, 1));
  const auto batches = static_cast<double>(std::max<std::size_t>(sums.batches, 1));
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const LayerSums& of = sums.layers[k];
    const Activation activation = activation_of(architecture.layers[k]);
    const bool both_sides = saturates_on_both_sides(activation);
    LayerHealth& health = layers[k];
    health.units = outputs_of(architecture.layers[k]);
    health.delta_rms = std::sqrt(of.delta_squares / rows / static_cast<double>(health.units));
    health.delta_largest = of.delta_largest;
    health.gradient_norm = std::sqrt(of.gradient_squares / batches);
    health.weight_norm = std::sqrt(of.weight_squares / batches);
    health.slopes = !of.no_slope.empty();
    for (std::size_t unit = 0; unit < of.no_slope.size() && sums.rows > 0; ++unit) {
      const bool dead = !both_sides && of.no_slope[unit] == sums.rows;
      if (dead) health.dead.push_back(unit);
      if (dead || activation == Activation::kRelu) continue;  // relu fires rarely or never, but does not saturate
      if (of.low_slope[unit] >= options.saturated_rows * rows) health.saturated.push_back(unit);
    }
  }
  return layers;
}

Diagnosis judged(const Architecture& architecture, const NetworkSums& sums, const DoctorOptions& options) {
  return Judge(architecture, sums, options).run();
}

Finding finding_of(const Divergence& d) {
  Finding finding{.kind = Kind::kNotFinite, .layer = d.layer, .row = d.row, .found = place_sentence(d)};
  if (d.unit) finding.units.push_back(*d.unit);
  if (d.column) finding.columns.push_back(*d.column);
  const std::string cause = cause_sentence(d);
  if (!cause.empty()) finding.found += ", probably since " + cause;
  finding.remedy = remedy(d);
  return finding;
}

}  // namespace bprop::check
