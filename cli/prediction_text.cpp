// SPDX-License-Identifier: Apache-2.0
#include "prediction_text.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <vector>

#include "csv_field.h"
#include "json_text.h"
#include "quantity.h"

namespace bprop::cli {
namespace {

// Names of the fields of a row: the class first, then what the network says of each; the labels, then the probability
// of each; or the numbers.
std::vector<std::string> field_names(const Predictions& predictions, const Model& model) {
  std::vector<std::string> names;
  if (predictions.targets.size() > 1) {
    for (const TargetColumn& each : predictions.targets) names.push_back(each.name);
    for (const TargetColumn& each : predictions.targets) {
      if (predictions.task == Task::kLabels) {
        names.push_back(
            fmt::format("{}({}={})", predictions.probabilities ? "p" : "output", each.name, each.classes[1]));
      }
    }
    return names;
  }
  const bool classes = !predictions.classes.empty();
  const std::string target = model.preprocessing ? model.preprocessing->target.name : classes ? "class" : "output";
  if (!classes && predictions.outputs == 1 && predictions.parts.empty()) return {target};
  if (classes) names.push_back(target);
  for (std::size_t k = 0; k < predictions.outputs; ++k) {
    if (!predictions.parts.empty()) {
      const std::size_t parts = predictions.parts.size();
      const std::string number = predictions.outputs > parts ? fmt::format("{}", k / parts + 1) : std::string();
      names.push_back(fmt::format("{}{}_{}", target, number, predictions.parts[k % parts]));
      continue;
    }
    names.push_back(classes ? fmt::format("{}({})", predictions.probabilities ? "p" : "output", predictions.classes[k])
                            : fmt::format("{}{}", target, k + 1));
  }
  return names;
}

// Calls word() or number() for each field of a row, then end(); row after row.
template <class Writer>
void for_each_field(const Predictions& predictions, const Model& model, Writer& write) {
  const bool classes = !predictions.classes.empty();
  const std::size_t labels = predictions.task == Task::kLabels ? predictions.targets.size() : 0;
  const bool in_float = predictions.task != Task::kNumbers && std::holds_alternative<Network>(model.network);
  for (std::size_t row = 0; row < predictions.rows; ++row) {
    std::size_t field = 0;
    if (classes) write.word(field++, predictions.classes[predictions.chosen[row]]);
    for (std::size_t t = 0; t < labels; ++t) {
      write.word(field++, predictions.targets[t].classes[predictions.chosen[row * labels + t]]);
    }
    for (std::size_t k = 0; k < predictions.outputs; ++k) {
      const double value = predictions.values[row * predictions.outputs + k];
      write.number(field++, number_text(value, in_float), std::isfinite(value));
    }
    write.end();
  }
}

struct CsvWriter {
  fmt::memory_buffer buffer{};

  void field(std::size_t position, std::string_view text) {
    if (position > 0) buffer.push_back(',');
    buffer.append(text);
  }
  void word(std::size_t position, std::string_view text) { field(position, csv_field(text)); }
  void number(std::size_t position, std::string_view text, bool) { field(position, text); }
  void end() { buffer.push_back('\n'); }
  void heading(const std::vector<std::string>& names) {
    for (std::size_t position = 0; position < names.size(); ++position) word(position, names[position]);
    end();
  }
};

struct JsonWriter {
  std::vector<std::string> keys;  // in quotes
  fmt::memory_buffer buffer{};

  void field(std::size_t position, std::string_view text) {
    fmt::format_to(std::back_inserter(buffer), "{}{}:{}", position == 0 ? '{' : ',', keys[position], text);
  }
  void word(std::size_t position, std::string_view text) { field(position, json_string(text)); }
  void number(std::size_t position, std::string_view text, bool finite) { field(position, finite ? text : "null"); }
  void end() { buffer.append(std::string_view("}\n")); }
};

}  // namespace

std::string csv_text(const Predictions& predictions, const Model& model) {
  CsvWriter csv;
  csv.heading(field_names(predictions, model));
  for_each_field(predictions, model, csv);
  return fmt::to_string(csv.buffer);
}

std::string json_lines(const Predictions& predictions, const Model& model) {
  JsonWriter json{.keys = field_names(predictions, model)};
  for (std::string& key : json.keys) key = json_string(key);
  for_each_field(predictions, model, json);
  return fmt::to_string(json.buffer);
}

bool begins_as_answers(std::string_view text, const Predictions& predictions, const Model& model) {
  const std::vector<std::string> names = field_names(predictions, model);
  CsvWriter csv;
  csv.heading(names);
  if (text.starts_with(std::string_view(csv.buffer.data(), csv.buffer.size()))) return true;

  text = text.substr(0, text.find('\n'));
  std::size_t at = 0;
  for (const std::string& name : names) {
    const std::string key = fmt::format("{}{}:", at == 0 ? '{' : ',', json_string(name));
    const std::size_t found = text.find(key, at);
    if (found == std::string_view::npos || (at == 0 && found != 0)) return false;
    at = found + key.size();
  }
  return text.ends_with('}');
}

}  // namespace bprop::cli
