// SPDX-License-Identifier: Apache-2.0
#include "explain/paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>

#include "explain/largest.h"

namespace bprop::explaining {
namespace {

using Integer = boost::multiprecision::cpp_int;

constexpr std::size_t kMostLookedAt = 1000;

// The walk from a number through the layers. A path is a list of partial derivatives.
class Walk {
 public:
  Walk(const NetworkParts& parts, const RowValues& row, const LossOptions& loss, const Symbols& symbols,
       const Formula& row_loss)
      : parts_(parts), row_(row), output_(output_rule(parts, loss)), symbols_(symbols), loss_(row_loss) {}

  std::vector<Path> operator()(const Selector& what) {
    const std::string begin = text_of(symbols_.of(what));
    switch (what.kind) {
      case Selector::Kind::kWeight:
        begin_at(begin, what, symbols_.z(what.layer, what.unit), row_.incoming(what.layer, what.from));
        break;
      case Selector::Kind::kBias: begin_at(begin, what, symbols_.z(what.layer, what.unit), 1); break;
      case Selector::Kind::kActivation: {
        units_ = begin;
        from_a(what.layer, what.unit);
        break;
      }
      case Selector::Kind::kInput:
        units_ = begin;
        for (const Hearer& by : parts_.hearers(0, what.unit)) through(by, what.unit, symbols_.input(what.unit));
        break;
      default: units_ = begin; from_z(what.layer, what.unit);
    }
    return std::move(found_);
  }

 private:
  void begin_at(const std::string& name, const Selector& what, const Formula& z, double slope) {
    units_ = name;
    with(math::partial(z, symbols_.of(what)), slope, text_of(z), [&] { from_z(what.layer, what.unit); });
  }

  // Goes on after one more factor, then takes it away again.
  template <class Go>
  void with(Formula symbols, double value, const std::string& to, Go go) {
    const std::size_t length = units_.size();
    units_ += " → " + to;
    symbols_so_far_.push_back(std::move(symbols));
    values_.push_back(value);
    go();
    symbols_so_far_.pop_back();
    values_.pop_back();
    units_.resize(length);
  }

  void through(const Hearer& by, std::size_t from, const Formula& below) {
    const Formula z = symbols_.z(by.layer, by.unit);
    with(math::partial(z, below), row_.slope_by_read(parts_, by, from), text_of(z), [&] { from_z(by.layer, by.unit); });
  }

  void from_z(std::size_t layer, std::size_t unit) {
    const LayerValues& values = row_.layers[layer];
    const Formula z = symbols_.z(layer, unit);
    if (parts_.is_last(layer) && output_ == OutputRule::kPair) {
      return with(math::partial(loss_, z), values.delta[unit], text_of(loss_), [&] { finish(); });
    }
    const auto to_a = [&](std::size_t k, double slope) {
      const Formula a = symbols_.a(layer, k);
      with(math::partial(a, z), slope, text_of(a), [&] { from_a(layer, k); });
    };
    if (!values.slope.empty()) return to_a(unit, values.slope[unit]);
    for (std::size_t k = 0; k < values.a.size(); ++k) to_a(k, softmax_slope(values.a, k, unit));
  }

  void from_a(std::size_t layer, std::size_t unit) {
    const Formula a = symbols_.a(layer, unit);
    if (parts_.is_last(layer)) {
      return with(math::partial(loss_, a), row_.layers[layer].d_output[unit], text_of(loss_), [&] { finish(); });
    }
    for (const Hearer& by : parts_.hearers(layer + 1, unit)) through(by, unit, a);
  }

  // The factors from the loss back, as the notes write them.
  void finish() {
    Path path;
    path.units = units_;
    path.value = 1;
    std::vector<Formula> symbols(symbols_so_far_.rbegin(), symbols_so_far_.rend());
    std::vector<Formula> numbers;
    for (auto value = values_.rbegin(); value != values_.rend(); ++value) {
      numbers.push_back(math::number(*value));
      path.value *= *value;
    }
    path.symbols = math::product(std::move(symbols));
    path.numbers = math::product(std::move(numbers));
    found_.push_back(std::move(path));
  }

  const NetworkParts& parts_;
  const RowValues& row_;
  OutputRule output_;
  const Symbols& symbols_;
  const Formula& loss_;
  std::string units_;
  std::vector<Formula> symbols_so_far_;
  std::vector<double> values_;
  std::vector<Path> found_;
};

// Paths to the loss, and the factors along all of them.
struct PathCount {
  Integer paths = 0;
  Integer factors = 0;

  PathCount& operator+=(const PathCount& other) {
    paths += other.paths;
    factors += other.factors;
    return *this;
  }
  // With one more factor at the beginning of each.
  PathCount longer() const { return {paths, factors + paths}; }
};
using PathCounts = std::vector<std::vector<PathCount>>;  // of each layer, of each unit

// From a number at a place, 0 being the input, k the a of layer k − 1.
PathCount paths_from(const NetworkParts& parts, const PathCounts& from_z, std::size_t place, std::size_t unit) {
  if (place == parts.layers()) return {1, 1};
  PathCount count;
  for (const std::size_t reader : parts.readers(place, unit)) count += from_z[place][reader];
  for (const std::size_t adder : parts.adders[place]) count += from_z[adder][unit];
  return count.longer();
}

PathCounts paths_from_z(const NetworkParts& parts, const LossOptions& loss) {
  const bool is_pair = output_rule(parts, loss) == OutputRule::kPair;
  PathCounts counts(parts.layers());
  for (std::size_t l = parts.layers(); l-- > 0;) {
    std::vector<PathCount>& of = counts[l];
    of.assign(parts.units(l), {1, 1});
    if (parts.is_last(l) && is_pair) continue;
    // Who reads a number of a dense layer, reads all of them.
    const bool alike = !parts.is_last(l) && parts.is_dense(l + 1) && parts.adders[l + 1].empty();
    for (std::size_t j = 0; j < of.size(); ++j) {
      of[j] = alike && j > 0 ? of[0] : paths_from(parts, counts, l + 1, j).longer();
    }
    if (parts.activation(l) != Activation::kSoftmax) continue;
    PathCount all;
    for (const PathCount& count : of) all += count;
    of.assign(of.size(), all);
  }
  return counts;
}

Integer count(const NetworkParts& parts, const Selector& what, const LossOptions& loss) {
  const PathCounts from_z = paths_from_z(parts, loss);
  switch (what.kind) {
    case Selector::Kind::kInput: return paths_from(parts, from_z, 0, what.unit).paths;
    case Selector::Kind::kActivation: return paths_from(parts, from_z, what.layer + 1, what.unit).paths;
    default: return from_z[what.layer][what.unit].paths;
  }
}

}  // namespace

Paths paths(const NetworkParts& parts, const RowValues& row, const Selector& what, const ExplainOptions& options,
            const Symbols& symbols, const Formula& loss) {
  Paths result;
  if (count(parts, what, options.loss) > kMostLookedAt) return result;
  result.listed = Walk(parts, row, options.loss, symbols, loss)(what);
  result.all = result.listed.size() <= options.paths;
  if (result.all) return result;
  std::vector<double> values;
  for (const Path& path : result.listed) values.push_back(path.value);
  std::vector<Path> largest;
  for (const std::size_t i : places_of_largest(values, options.paths)) largest.push_back(std::move(result.listed[i]));
  result.listed = std::move(largest);
  return result;
}

Reuse reuse(const NetworkParts& parts, const Selector& what, const LossOptions& loss) {
  Reuse result;
  result.paths = count(parts, what, loss).str();
  const PathCounts from_z = paths_from_z(parts, loss);
  Integer path_by_path = 0;
  Integer once = 0;
  const bool is_pair = output_rule(parts, loss) == OutputRule::kPair;
  for (std::size_t l = 0; l < parts.layers(); ++l) {
    const Integer units = parts.units(l);
    const Integer weights = parts.weights[l].size();
    // Factors along a path: what the weight multiplies, which makes as many products as there are others; then per
    // layer φ' and, but for the first, a weight (1 where it is added); the loss's.
    for (std::size_t j = 0; j < parts.units(l); ++j) {
      path_by_path += Integer(parts.weighted_sources(l, j).size()) * from_z[l][j].factors;
    }
    // δ a for each weight; δ W for the layer below; ⊙ φ'.
    once += weights;
    // A layer norm goes back by two means over its numbers: each number takes part in four products.
    if (l > 0) once += parts.is_norm(l) ? Integer(4 * units) : weights;
    if (!(parts.is_last(l) && is_pair)) {
      once += parts.activation(l) == Activation::kSoftmax ? Integer(units * units) : units;
    }
  }
  result.products_path_by_path = path_by_path.str();
  result.products_of_backpropagation = once.str();
  return result;
}

}  // namespace bprop::explaining
