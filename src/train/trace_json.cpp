// SPDX-License-Identifier: Apache-2.0
//
// A weight at a recorded update as JSON and as graphs.
#include <fmt/format.h>

#include "base/dot_text.h"
#include "bprop/explain_trace.h"
#include "explain/derivation_json.h"

namespace bprop {
namespace {

using explaining::Json;
using explaining::json_number;

Json update_json(const UpdateOfNumber& update) {
  Json json{{"step", update.step},
            {"learning_rate", json_number(update.learning_rate)},
            {"loss", json_number(update.loss)},
            {"gradient_scale", json_number(update.gradient_scale)},
            {"before", json_number(update.before)},
            {"gradient", json_number(update.gradient)},
            {"change", json_number(update.change())},
            {"after", json_number(update.after)}};
  if (update.rate_factor != 1) json["rate_factor"] = json_number(update.rate_factor);
  return json;
}

Json agreement_json(const TraceAgreement& agreement) {
  return {{"derived", json_number(agreement.derived)}, {"recorded", json_number(agreement.recorded)},
          {"largest", json_number(agreement.largest)}, {"bound", agreement.bound},
          {"as_trained", agreement.as_trained},        {"agrees", agreement.agrees}};
}

}  // namespace

std::string render_json(const TraceExplanation& e) {
  Json rows = Json::array();
  for (const std::uint32_t row : e.rows) rows.push_back(std::size_t{row} + 1);
  Json result = {{"title", document(e).title},
                 {"what", explaining::selector_json(e.what)},
                 {"symbol", explaining::json_formula(e.symbol, e.numbers)},
                 {"optimizer", rule(e.settings.optimizer).name},
                 {"l2", e.settings.l2},
                 {"weight_decay", e.settings.weight_decay},
                 {"clip", e.settings.clip},
                 {"rows", std::move(rows)},
                 {"update", update_json(e.update)},
                 {"updates", Json::array()}};
  for (const UpdateOfNumber& update : e.all) result["updates"].push_back(update_json(update));
  if (e.expected) result["expected"] = json_number(*e.expected);
  if (e.gradient) result["gradient_agreement"] = agreement_json(*e.gradient);
  if (e.derivation) result["derivation"] = explaining::derivation_json(*e.derivation);
  result["agrees"] = e.agrees();
  result["remarks"] = e.remarks;
  return explaining::json_text(result);
}

std::string render_dot(const TraceExplanation& e) {
  const std::string name = text_of(e.symbol);
  const auto number = [&](double value) { return text_of(math::number(value), e.numbers); };
  std::string nodes;
  std::string edges;
  std::size_t last = 0;  // whose w(k+1) is the last node; 0: none yet
  const auto node = [&](std::size_t k, double value) {
    nodes += fmt::format("  k{} [label={}];\n", k, dot_text(fmt::format("{}({}) = {}", name, k, number(value))));
  };
  for (const UpdateOfNumber& update : e.all) {
    const std::size_t k = update.step;
    if (last != k) node(k, update.before);
    if (last != 0 && last != k) edges += fmt::format("  k{} -> k{} [style=dotted];\n", last, k);
    node(k + 1, update.after);
    const std::string label = fmt::format("Δ = {}", number(update.change()));
    edges += fmt::format("  k{} -> k{} [label={}];\n", k, k + 1, dot_text(label));
    last = k + 1;
  }
  const std::string graph = fmt::format("digraph updates {{\n  label={};\n  rankdir=LR;\n  node [shape=box];\n{}{}}}\n",
                                        dot_text(document(e).title), nodes, edges);
  return e.derivation ? graph + render_dot(*e.derivation) : graph;
}

}  // namespace bprop
