// SPDX-License-Identifier: Apache-2.0
#include "explained_selector.h"

#include <fmt/format.h>

#include <algorithm>

#include "bprop/error.h"
#include "values.h"

namespace bprop::cli {
namespace {

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? std::string() : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

}  // namespace

UnitNames unit_names(const Model& model) {
  UnitNames names;
  if (!model.preprocessing) return names;
  names.inputs = model.preprocessing->feature_names();
  const TargetColumn& target = model.preprocessing->target;
  if (target.outputs_each > 1) return names;  // by number
  if (target.one_hot) {
    names.outputs = target.classes;
  } else if (model.preprocessing->task() == Task::kClasses) {
    names.outputs = {target.classes[1]};  // one output of two classes says how much of the second
  } else {
    for (const TargetColumn& each : model.preprocessing->targets()) names.outputs.push_back(each.name);
  }
  return names;
}

Selector selector_of(Selector::Kind kind, std::string_view option, const std::string& text,
                     const Architecture& architecture, Notation notation, const UnitNames& names) {
  try {
    return selector_named(kind, text, architecture, notation, names);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("--{} {}", option, error.what()));
  } catch (const ShapeError& error) {
    throw UsageError(fmt::format("--{} {}: {}", option, text, error.what()));
  }
}

Selector parameter_of(std::string_view option, const std::string& text, const Architecture& architecture,
                      Notation notation, const UnitNames& names) {
  const bool is_unit = text.find(':') != std::string::npos && text.find(',') == std::string::npos;
  const bool is_bias = text.starts_with('b') || is_unit || text.find(".bias[") != std::string::npos;
  return selector_of(is_bias ? Selector::Kind::kBias : Selector::Kind::kWeight, option, text, architecture, notation,
                     names);
}

Otherwise otherwise_of(const std::string& text, const Architecture& architecture, Notation notation,
                       const UnitNames& names) {
  if (text == "updated-weights") return UpdatedWeights{};
  const std::size_t space = std::min(text.find(' '), text.size());
  const std::string word = text.substr(0, space);
  const std::string rest = text.substr(std::min(space + 1, text.size()));
  const auto number = [&](const std::string& name) {
    return parameter_of(fmt::format("what-if {}", word), name, architecture, notation, names);
  };
  if (word == "freeze") return FreezeNumber{number(rest)};
  if (word == "cut") {
    const Selector unit = selector_of(Selector::Kind::kActivation, "what-if cut", rest, architecture, notation, names);
    if (unit.layer + 1 == architecture.layers.size()) {
      throw UsageError(fmt::format("--what-if {}: layer {} is the last, expected a hidden unit", text, unit.layer + 1));
    }
    return CutUnit{unit.layer, unit.unit};
  }
  const std::size_t equals = rest.find('=');
  if (word != "set" || equals == std::string::npos) {
    throw UsageError(fmt::format("--what-if {}: expected updated-weights, freeze W, cut UNIT or set W=VALUE", text));
  }
  SetNumber set{number(trimmed(rest.substr(0, equals))), 0};
  try {
    read(trimmed(rest.substr(equals + 1)), set.value);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("--what-if {}: {}", text, error.what()));
  }
  return set;
}

std::optional<bool> column_vectors(const std::string& convention) {
  if (convention.empty()) return std::nullopt;
  if (convention != "row" && convention != "column") {
    throw UsageError(fmt::format("--convention {}: expected row or column", convention));
  }
  return convention == "column";
}

int checked_digits(std::size_t digits) {
  constexpr std::size_t kMost = 17;  // give back the same double
  if (digits < 1 || digits > kMost) throw UsageError(fmt::format("--digits {}: expected 1 to {}", digits, kMost));
  return static_cast<int>(digits);
}

}  // namespace bprop::cli
