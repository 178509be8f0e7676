// SPDX-License-Identifier: Apache-2.0
#include "bprop/network_diagram.h"

#include <algorithm>
#include <map>
#include <span>

#include "base/check.h"
#include "explain/symbols.h"

namespace bprop {
namespace {

using explaining::Symbols;
using Kind = Selector::Kind;

constexpr std::size_t kLeastUnits = 3;
constexpr std::size_t kLeastLayers = 3;
constexpr std::size_t kMostUnitsWithNames = 3;  // wider layers have no room for their weights' names

class NetworkDrawing {
 public:
  NetworkDrawing(const Architecture& architecture, const NetworkDiagramOptions& options)
      : architecture_(architecture), options_(options), symbols_(architecture, options.notation) {
    sizes_.push_back(architecture.inputs());
    for (const Layer& layer : architecture.layers) sizes_.push_back(outputs_of(layer));
    for (const std::size_t size : sizes_) {
      rows_ = std::max(rows_, drawn(size));
      names_ = names_ && size <= kMostUnitsWithNames;
    }
    if (options.paths_of) hear();
  }

  Diagram operator()() {
    add_column(sizes_[0], [&](std::size_t i) { return symbols_.input(i); });
    auto below = column_;
    std::vector<std::map<std::size_t, std::size_t>> places = {column_};
    for (std::size_t layer = 0; layer < architecture_.layers.size(); ++layer) {
      if (is_left_out(layer)) {
        if (!is_left_out(layer - 1)) add_gap();
        below.clear();
        places.emplace_back();
        continue;
      }
      if (!options_.simplified) add_column(sizes_[layer + 1], [&](std::size_t j) { return symbols_.z(layer, j); });
      const auto units = options_.simplified ? std::map<std::size_t, std::size_t>() : column_;
      add_column(sizes_[layer + 1], [&](std::size_t j) { return symbols_.a(layer, j); });
      join_layer(layer, below, options_.simplified ? column_ : units);
      if (const auto added = added_place(architecture_.layers[layer], layer)) {
        join_added(*added, places[*added], options_.simplified ? column_ : units);
      }
      if (!options_.simplified) join_units(layer, units);
      below = column_;
      places.push_back(column_);
    }
    if (!options_.simplified) add_loss();
    return std::move(diagram_);
  }

 private:
  // The middle of a deep network; the first layer never. Simplified, a layer takes half the room.
  bool is_left_out(std::size_t layer) const {
    const std::size_t layers = architecture_.layers.size();
    const std::size_t most = options_.most_layers * (options_.simplified ? 2 : 1);
    if (layers <= most) return false;
    const std::size_t last = (most - 1) / 2;
    return layer >= most - 1 - last && layer + last < layers;
  }

  void add_gap() { diagram_.nodes.push_back({"⋯", next_column_++, (static_cast<double>(rows_) - 1) / 2}); }

  std::size_t drawn(std::size_t size) const { return std::min(size, options_.most_units); }

  // Nodes of a column, centred; column_ has the units' places.
  void add_column(std::size_t size, const auto& symbol_of) {
    column_.clear();
    const std::size_t count = drawn(size);
    const double top = (static_cast<double>(rows_) - static_cast<double>(count)) / 2;
    for (std::size_t place = 0; place < count; ++place) {
      const bool gap = count < size && place + 2 == count;
      const std::size_t unit = place + 1 == count ? size - 1 : place;
      if (!gap) column_[unit] = diagram_.nodes.size();
      diagram_.nodes.push_back(
          {gap ? std::string("⋮") : text_of(symbol_of(unit)), next_column_, top + static_cast<double>(place)});
    }
    ++next_column_;
  }

  void join_layer(std::size_t layer, const std::map<std::size_t, std::size_t>& below,
                  const std::map<std::size_t, std::size_t>& above) {
    for (const auto& [unit, to] : above) {
      for (const auto& [from_unit, from] : below) {
        const Layer& of = architecture_.layers[layer];
        if (!reads(of, unit, from_unit)) continue;
        const bool named = names_ && connects(of, unit, from_unit) && weight_count(of) > 0;
        diagram_.edges.push_back({from, to, named ? text_of(symbols_.weight(layer, unit, from_unit)) : std::string(),
                                  is_on_path(layer, unit, from_unit)});
      }
    }
  }

  // Past the layers between, to an add layer.
  void join_added(std::size_t place, const std::map<std::size_t, std::size_t>& from,
                  const std::map<std::size_t, std::size_t>& above) {
    for (const auto& [unit, to] : above) {
      if (from.contains(unit)) diagram_.edges.push_back({from.at(unit), to, {}, is_reached(place, unit)});
    }
  }

  // z to a; softmax makes each a of all z.
  void join_units(std::size_t layer, const std::map<std::size_t, std::size_t>& units) {
    for (const auto& [unit, to] : column_) {
      for (const auto& [from_unit, from] : units) {
        if (from_unit != unit && !mixes(layer)) continue;
        const bool has_letter = from_unit == unit && !passes_on(architecture_.layers[layer], unit);
        const std::string label = has_letter ? std::string(symbols_.activation_letter()) : std::string();
        diagram_.edges.push_back({from, to, label, z_is_reached(layer, from_unit)});
      }
    }
  }

  void add_loss() {
    const std::size_t loss = diagram_.nodes.size();
    diagram_.nodes.push_back({text_of(symbols_.loss()), next_column_, (static_cast<double>(rows_) - 1) / 2});
    const std::size_t last = architecture_.layers.size() - 1;
    for (const auto& [unit, from] : column_) diagram_.edges.push_back({from, loss, {}, a_is_reached(last, unit)});
  }

  bool mixes(std::size_t layer) const { return activation_of(architecture_.layers[layer]) == Activation::kSoftmax; }

  // Whether the number asked about changes this unit's z, or its a. Below the number's layer it changes nothing; in it,
  // one unit (softmax carries that to all); from the next layer on all that hear a unit changed, which are all but
  // where scale, dropout and add layers keep numbers apart.
  bool z_is_reached(std::size_t layer, std::size_t unit) const {
    if (!options_.paths_of) return false;
    const Selector& what = *options_.paths_of;
    if (what.kind == Kind::kInput) return heard_[layer][unit];
    if (what.layer == layer) return what.unit == unit && what.kind != Kind::kActivation;
    const bool by_all = what.kind != Kind::kActivation && mixes(what.layer);
    return what.layer < layer && (by_all || heard_[layer][unit]);
  }
  bool a_is_reached(std::size_t layer, std::size_t unit) const {
    if (!options_.paths_of) return false;
    const Selector& what = *options_.paths_of;
    if (what.kind == Kind::kActivation && what.layer == layer) return what.unit == unit;
    const bool any = what.kind == Kind::kInput || what.layer <= layer;
    return any && (mixes(layer) || z_is_reached(layer, unit));
  }
  // The number at a place: 0 is the input, k the a of layer k − 1.
  bool is_reached(std::size_t place, std::size_t unit) const {
    if (place > 0) return a_is_reached(place - 1, unit);
    return options_.paths_of && options_.paths_of->kind == Kind::kInput && options_.paths_of->unit == unit;
  }

  // Which z depend on the number asked about, beginning with the layer above it.
  void hear() {
    const Selector& what = *options_.paths_of;
    const std::size_t first = what.kind == Kind::kInput ? 0 : what.layer + 1;
    const std::size_t layers = architecture_.layers.size();
    std::vector<bool> below(sizes_[first], false);
    below[what.unit] = true;
    for (const std::size_t size : std::span(sizes_).subspan(1)) heard_.emplace_back(size, false);
    for (std::size_t layer = first; layer < layers; ++layer) {
      const auto added = added_place(architecture_.layers[layer], layer);
      const bool adds_what = added && *added == first;
      for (std::size_t unit = 0; unit < heard_[layer].size(); ++unit) {
        const bool skips = added && *added > first && heard_[*added - 1][unit];
        heard_[layer][unit] = hears(layer, unit, below) || skips || (adds_what && unit == what.unit);
      }
      below = heard_[layer];
    }
  }
  // Whether a unit reads one of these numbers.
  bool hears(std::size_t layer, std::size_t unit, const std::vector<bool>& below) const {
    const Layer& of = architecture_.layers[layer];
    if (std::holds_alternative<Dense>(of) || std::holds_alternative<LayerNorm>(of)) return true;
    const InputRange sources = sources_of(of, unit);
    for (std::size_t source = sources.begin; source < sources.end; ++source) {
      if (below[source]) return true;
    }
    return false;
  }
  bool is_on_path(std::size_t layer, std::size_t unit, std::size_t from) const {
    if (!options_.paths_of) return false;
    const Selector& what = *options_.paths_of;
    if (what.kind == Kind::kInput && layer == 0) return what.unit == from;
    if (what.kind != Kind::kInput && what.layer == layer)
      return what.kind == Kind::kWeight && what.unit == unit && what.from == from;
    return (what.kind == Kind::kInput || what.layer < layer) && a_is_reached(layer - 1, from);
  }

  const Architecture& architecture_;
  const NetworkDiagramOptions& options_;
  Symbols symbols_;
  std::vector<std::size_t> sizes_;
  std::size_t rows_ = 0;
  bool names_ = true;
  std::size_t next_column_ = 0;
  std::map<std::size_t, std::size_t> column_;  // unit to its node
  std::vector<std::vector<bool>> heard_;       // of each layer, of each unit
  Diagram diagram_;
};

}  // namespace

Diagram network_diagram(const Architecture& architecture, const NetworkDiagramOptions& options) {
  BPROP_CHECK(options.most_units >= kLeastUnits, UsageError, "[diagram] most_units is {}, expected at least {}",
              options.most_units, kLeastUnits);
  BPROP_CHECK(options.most_layers >= kLeastLayers, UsageError, "[diagram] most_layers is {}, expected at least {}",
              options.most_layers, kLeastLayers);
  if (options.paths_of) check_selector(*options.paths_of, architecture);
  return NetworkDrawing(architecture, options)();
}

Diagram dependence_diagram(const ExpressionExplanation& explanation) {
  const auto& variables = explanation.variables;
  std::vector<std::size_t> columns(variables.size(), 0);
  for (const ExpressionPartial& partial : explanation.partials) {  // in the order of the variables that they derive
    columns[partial.of] = std::max(columns[partial.of], columns[partial.by] + 1);
  }
  std::map<std::size_t, std::size_t> height;
  for (const std::size_t column : columns) ++height[column];
  std::size_t rows = 0;
  for (const auto& [column, count] : height) rows = std::max(rows, count);
  Diagram diagram;
  std::map<std::size_t, std::size_t> placed;
  for (std::size_t v = 0; v < variables.size(); ++v) {
    const std::size_t column = columns[v];
    const double top = (static_cast<double>(rows) - static_cast<double>(height[column])) / 2;
    diagram.nodes.push_back({text_of(variables[v].symbol), column, top + static_cast<double>(placed[column]++)});
  }
  for (const ExpressionPartial& partial : explanation.partials) {
    diagram.edges.push_back({partial.by, partial.of, text_of(partial.symbols, explanation.numbers), false});
  }
  return diagram;
}

}  // namespace bprop
