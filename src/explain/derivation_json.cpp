// SPDX-License-Identifier: Apache-2.0
#include "explain/derivation_json.h"
#include "bprop/explain.h"

namespace bprop {
namespace {

using explaining::Json;
using explaining::json_formula;
using explaining::json_number;

std::string_view name(Selector::Kind kind) {
  constexpr std::string_view kNames[] = {"weight", "bias", "pre_activation", "activation", "delta", "input"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view name(Source::Origin origin) {
  constexpr std::string_view kNames[] = {"step", "input", "target", "parameter", "forward", "backward"};
  return kNames[static_cast<std::size_t>(origin)];
}

}  // namespace

explaining::Json explaining::selector_json(const Selector& what) {
  Json result = {{"kind", name(what.kind)}};
  if (what.kind != Selector::Kind::kInput) result["layer"] = what.layer + 1;
  result[what.kind == Selector::Kind::kInput ? "input" : "unit"] = what.unit + 1;
  if (what.kind == Selector::Kind::kWeight) result["from"] = what.from + 1;
  return result;
}

namespace {

Json step_of(const Step& step, const NumberStyle& style) {
  Json symbols = Json::array();
  for (const Formula& line : step.symbols) symbols.push_back(json_formula(line, style));
  Json sources = Json::array();
  for (const Source& source : step.sources) {
    Json entry = {{"symbol", json_formula(source.symbol, style)},
                  {"value", json_number(source.value)},
                  {"from", name(source.origin)}};
    if (source.origin == Source::Origin::kStep) entry["step"] = source.step + 1;
    sources.push_back(std::move(entry));
  }
  return {{"name", step.name},
          {"reason", step.reason},
          {"left", json_formula(step.left, style)},
          {"symbols", std::move(symbols)},
          {"numbers", json_formula(step.numbers, style)},
          {"value", json_number(step.value)},
          {"sources", std::move(sources)}};
}

Json agreement_of(const Agreement& agreement) {
  Json result = {{"engine", json_number(agreement.engine)}, {"engine_error", json_number(agreement.engine_error)}};
  if (agreement.complex_step) {
    result["complex_step"] = json_number(*agreement.complex_step);
    result["complex_error"] = json_number(agreement.complex_error);
  }
  if (agreement.difference) {
    result["difference"] = json_number(*agreement.difference);
    result["difference_step"] = agreement.difference_step;
    result["difference_bound"] = json_number(agreement.difference_bound);
  }
  if (agreement.float_value) result["float"] = json_number(*agreement.float_value);
  result["agrees"] = agreement.agrees;
  return result;
}

}  // namespace

explaining::Json explaining::derivation_json(const Derivation& derivation) {
  const NumberStyle& style = derivation.numbers;
  Json result = {{"title", derivation.title},
                 {"what", explaining::selector_json(derivation.what)},
                 {"value", json_number(derivation.value())},
                 {"rows", derivation.rows},
                 {"row", derivation.row}};
  for (const Step& step : derivation.steps) result["steps"].push_back(step_of(step, style));
  result["paths"] = Json::array();
  for (const Path& path : derivation.paths) {
    result["paths"].push_back({{"units", path.units},
                               {"symbols", json_formula(path.symbols, style)},
                               {"numbers", json_formula(path.numbers, style)},
                               {"value", json_number(path.value)}});
  }
  result["all_paths"] = derivation.all_paths;
  result["reuse"] = {{"paths", derivation.reuse.paths},
                     {"partials", derivation.reuse.partials},
                     {"uses", derivation.reuse.uses},
                     {"products_path_by_path", derivation.reuse.products_path_by_path},
                     {"products_of_backpropagation", derivation.reuse.products_of_backpropagation}};
  result["units"] = Json::array();
  for (const UnitGradient& unit : derivation.units) {
    result["units"].push_back({{"layer", unit.layer + 1},
                               {"unit", unit.unit + 1},
                               {"d_output", json_number(unit.d_output)},
                               {"slope", json_number(unit.slope)},
                               {"delta", json_number(unit.delta)}});
  }
  result["matrix_form"] = Json::array();
  for (const Equation& equation : derivation.matrix_form) {
    result["matrix_form"].push_back({{"reason", equation.reason},
                                     {"left", json_formula(equation.left, style)},
                                     {"right", json_formula(equation.right.front(), style)}});
  }
  result["backward_network"] = {{"reason", derivation.backward_network.reason},
                                {"left", json_formula(derivation.backward_network.left, style)},
                                {"right", json_formula(derivation.backward_network.right.front(), style)}};
  if (derivation.update) {
    result["update"] = {{"learning_rate", derivation.update->learning_rate},
                        {"before", json_number(derivation.update->before)},
                        {"after", json_number(derivation.update->after)}};
  }
  result["agreement"] = agreement_of(derivation.agreement);
  result["remarks"] = derivation.remarks;
  return result;
}

std::string render_json(const Derivation& derivation) {
  return explaining::json_text(explaining::derivation_json(derivation));
}

}  // namespace bprop
