// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "bprop/expression.h"
#include "explain/json_parts.h"

namespace bprop {
namespace {

using explaining::Json;
using explaining::json_number;

class Page {
 public:
  explicit Page(const ExpressionExplanation& explanation) : explanation_(explanation) {}

  Json operator()() const {
    return {{"variables", list(explanation_.variables)},
            {"partials", list(explanation_.partials)},
            {"derivatives", list(explanation_.derivatives)},
            {"rules", list(explanation_.rules)},
            {"remarks", explanation_.remarks}};
  }

 private:
  template <class Items>
  Json list(const Items& items) const {
    Json result = Json::array();
    for (const auto& item : items) result.push_back(json(item));
    return result;
  }

  const std::string& name(std::size_t place) const { return explanation_.variables[place].name; }

  Json json(const Formula& formula) const { return explaining::json_formula(formula, explanation_.numbers); }
  Json json(const std::optional<Formula>& formula) const { return formula ? json(*formula) : Json(nullptr); }

  Json json(const ExpressionVariable& variable) const {
    return {{"name", variable.name}, {"definition", json(variable.definition)}, {"value", json_number(variable.value)}};
  }

  Json json(const ExpressionPartial& partial) const {
    return {{"of", name(partial.of)},
            {"by", name(partial.by)},
            {"symbols", json(partial.symbols)},
            {"value", json_number(partial.value)}};
  }

  Json json(const ExpressionPath& path) const {
    Json names = Json::array();
    for (const std::size_t place : path.variables) names.push_back(name(place));
    return {{"variables", std::move(names)},
            {"partials", json(path.partials)},
            {"symbols", json(path.symbols)},
            {"numbers", json(path.numbers)},
            {"value", json_number(path.value)}};
  }

  Json json(const ExpressionStep& step) const {
    return {{"by", name(step.by)},
            {"left", json(step.left)},
            {"symbols", list(step.symbols)},
            {"numbers", json(step.numbers)},
            {"value", json_number(step.value)}};
  }

  Json json(const ExpressionDerivative& derivative) const {
    return {{"of", name(derivative.of)},
            {"by", name(derivative.by)},
            {"value", json_number(derivative.value)},
            {"path_count", derivative.path_count},
            {"all_paths", derivative.all_paths},
            {"paths", list(derivative.paths)},
            {"steps", list(derivative.steps)},
            {"of_in_inputs", json(derivative.of_in_inputs)},
            {"in_inputs", json(derivative.by_in_inputs)},
            {"products_path_by_path", derivative.products_path_by_path},
            {"products_once", derivative.products_once},
            {"tape", json_number(derivative.tape)},
            {"tape_error", json_number(derivative.tape_error)},
            {"complex_step", json_number(derivative.complex_step)},
            {"complex_error", json_number(derivative.complex_error)},
            {"agrees", derivative.agrees}};
  }

  Json json(const Equation& rule) const {
    return {{"reason", rule.reason}, {"left", json(rule.left)}, {"right", list(rule.right)}};
  }

  const ExpressionExplanation& explanation_;
};

}  // namespace

std::string render_json(const ExpressionExplanation& explanation) { return explaining::json_text(Page(explanation)()); }

}  // namespace bprop
