// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/check.h"
#include "bprop/selector.h"
#include "explain/derivation_json.h"
#include "explain/symbols.h"

namespace bprop {
namespace {

constexpr std::string_view kConventions[] = {"layers from 1; layer : to unit, from unit",
                                             "one number, unit by unit and input by input",
                                             "a letter for the layer's table; from, to",
                                             "one number through all layers",
                                             "the layer that it leaves, the input being layer 1; to, from",
                                             "its layer; from, to, because z = a w"};

bool is_factor(const Selector& what, const Architecture& architecture) {
  return what.kind == Selector::Kind::kWeight && is_diagonal(architecture.layers[what.layer]);
}

}  // namespace

std::string explaining::name_in_files(const Selector& what, const Architecture& architecture) {
  if (what.kind == Selector::Kind::kBias) return fmt::format("layers.{}.bias[{}]", what.layer, what.unit);
  const Layer& layer = architecture.layers[what.layer];
  if (!std::holds_alternative<Dense>(layer)) {
    return fmt::format("layers.{}.weight[{}]", what.layer, weight_place(layer, what.unit, what.from));
  }
  return fmt::format("layers.{}.weight[{}, {}]", what.layer, what.unit, what.from);
}

Concordance concordance(const Selector& what, const Architecture& architecture, Notation notation) {
  BPROP_CHECK(what.kind == Selector::Kind::kWeight || what.kind == Selector::Kind::kBias, UsageError,
              "only weights and biases have other names, expected one of them");
  Concordance result{what, name_of(what, architecture, notation), {}};
  for (std::size_t i = 0; i < notation_names().size(); ++i) {
    result.names.push_back({std::string(notation_names()[i]), name_of(what, architecture, static_cast<Notation>(i)),
                            std::string(kConventions[i])});
  }
  if (is_factor(what, architecture)) result.names.front().convention = "layers from 1; layer : unit";
  result.names.push_back({"file", explaining::name_in_files(what, architecture), "counted from 0"});
  return result;
}

Document document(const Concordance& concordance) {
  FormulaTable table{{"notation", "name", "convention"}, {}};
  for (const Concordance::Name& one : concordance.names) {
    table.rows.push_back({math::words(one.notation), math::words(one.name), math::words(one.convention)});
  }
  return {fmt::format("{} by its other names", concordance.name), {{"", {std::move(table)}}}};
}

std::string render_json(const Concordance& concordance) {
  explaining::Json result = {{"what", explaining::selector_json(concordance.what)},
                             {"name", concordance.name},
                             {"names", explaining::Json::array()}};
  for (const Concordance::Name& one : concordance.names) {
    result["names"].push_back({{"notation", one.notation}, {"name", one.name}, {"convention", one.convention}});
  }
  return explaining::json_text(result);
}

}  // namespace bprop
