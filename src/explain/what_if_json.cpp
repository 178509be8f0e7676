// SPDX-License-Identifier: Apache-2.0
#include "bprop/what_if.h"
#include "explain/derivation_json.h"

namespace bprop {

using explaining::Json;
using explaining::json_formula;
using explaining::json_number;

std::string render_json(const Nudge& nudge) {
  const NumberStyle& style = nudge.numbers;
  Json result = {{"title", nudge.title},
                 {"moved", json_formula(nudge.moved, style)},
                 {"loss", json_formula(nudge.loss, style)},
                 {"value", json_number(nudge.value)},
                 {"step", nudge.step},
                 {"derivative", json_number(nudge.derivative)},
                 {"changes", Json::array()},
                 {"quotients", Json::array()}};
  for (const Change& change : nudge.changes) {
    result["changes"].push_back({{"symbol", json_formula(change.symbol, style)},
                                 {"before", json_number(change.before)},
                                 {"after", json_number(change.after)},
                                 {"foretold", json_number(change.foretold)}});
  }
  for (const DifferenceQuotient& quotient : nudge.quotients) {
    result["quotients"].push_back({{"step", quotient.step},
                                   {"one_sided", json_number(quotient.one_sided)},
                                   {"central", json_number(quotient.central)}});
  }
  result["remarks"] = nudge.remarks;
  return explaining::json_text(result);
}

std::string render_json(const Comparison& comparison) {
  return explaining::json_text({{"otherwise", comparison.otherwise},
                                {"before", explaining::derivation_json(comparison.before)},
                                {"after", explaining::derivation_json(comparison.after)},
                                {"remarks", comparison.remarks}});
}

}  // namespace bprop
