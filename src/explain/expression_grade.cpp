// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/check.h"
#include "base/sentence.h"
#include "bprop/error.h"
#include "bprop/grade.h"
#include "explain/answer_entry.h"
#include "explain/expression_carry.h"
#include "explain/expression_deriver.h"
#include "explain/expression_inputs.h"
#include "explain/expression_slips.h"
#include "explain/judge.h"

namespace bprop {
namespace {

using explaining::AnswerEntry;
using explaining::CarriedNumber;
using explaining::ExpressionDeriver;
using explaining::ExpressionEdges;
using explaining::ExpressionGraph;
using explaining::GivenInExpression;
using explaining::SheetQuestion;

constexpr auto kKeys = std::to_array<std::string_view>({"what", "value"});

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

// The name after "∂" or "d"; "" without either.
std::string after_sign(std::string_view text, std::string_view sign) {
  const std::string part = trimmed(text);
  return part.starts_with(sign) ? trimmed(std::string_view(part).substr(sign.size())) : "";
}

// "f", "df/ds", "d f/d s", "∂f/∂s".
void read_name(ExpressionAnswer& answer) {
  const std::string_view text = answer.name;
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    answer.of = trimmed(text);
    return;
  }
  answer.is_partial = trimmed(text).starts_with("∂");
  const std::string_view sign = answer.is_partial ? "∂" : "d";
  answer.of = after_sign(text.substr(0, slash), sign);
  answer.by = after_sign(text.substr(slash + 1), sign);
}

// What an answer asks about.
struct Asked {
  enum class Kind : std::uint8_t { kValue, kPartial, kDerivative };
  Kind kind = Kind::kValue;
  std::size_t of = 0;
  std::size_t by = 0;
};

std::size_t find(const ExpressionGraph& graph, const std::string& name, const ExpressionAnswer& answer) {
  const std::size_t v = graph.find(name);
  BPROP_CHECK(v < graph.variables.size(), UsageError, "{}: there is no variable '{}'{}", answer.name, name,
              explaining::hint_for_variable(graph, name));
  return v;
}

// All about the right numbers.
class ExpressionSheet {
 public:
  ExpressionSheet(const ExpressionGraph& graph, const std::vector<double>& inputs)
      : graph_(graph),
        values_(explaining::evaluate<double>(graph,
                                             [&](std::size_t v, double value) {
                                               return explaining::arithmetic::plain(graph.is_input(v) ? inputs[v]
                                                                                                      : value);
                                             })
                    .variables),
        derive_(graph, values_),
        edges_(graph.variables.size()),
        slips_(graph, values_, edges_) {
    for (const ExpressionPartial& partial : derive_.partials()) edges_.add({partial.of, partial.by, *partial.value});
  }

  Asked asked(const ExpressionAnswer& answer) {
    const std::size_t of = find(graph_, answer.of, answer);
    if (answer.by.empty()) return {Asked::Kind::kValue, of, of};
    const std::size_t by = find(graph_, answer.by, answer);
    BPROP_CHECK(of != by, UsageError, "{}: expected two different variables", answer.name);
    const bool is_direct = partial(of, by) != nullptr;
    const bool is_partial = is_direct && (answer.is_partial || whole(of, by).path_count == "1");
    return {is_partial ? Asked::Kind::kPartial : Asked::Kind::kDerivative, of, by};
  }

  SheetQuestion question(const ExpressionAnswer& answer, const Asked& asked) {
    using When = Answer::When;
    const bool is_value = asked.kind == Asked::Kind::kValue;
    SheetQuestion result{.answer = {.name = answer.name,
                                    .when = is_value ? When::kForward : When::kGradient,
                                    .value = answer.value,
                                    .half_unit = answer.half_unit}};
    if (is_value) {
      result.right = values_[asked.of];
      result.slips = explaining::ExpressionSlips::of_value(result.right);
    } else if (asked.kind == Asked::Kind::kPartial) {
      result.right = *partial(asked.of, asked.by);
      result.slips = slips_.of_partial(asked.of, asked.by, result.right, *whole(asked.of, asked.by).value);
    } else {
      result.right = *whole(asked.of, asked.by).value;
      result.slips = slips_.of_derivative(asked.of, asked.by, result.right);
    }
    result.size = std::fabs(result.right);
    return result;
  }

 private:
  // Of one statement; null where it does not use the variable.
  const double* partial(std::size_t of, std::size_t by) const {
    for (const std::size_t edge : edges_.from[by]) {
      if (edges_.all[edge].of == of) return &edges_.all[edge].value;
    }
    return nullptr;
  }

  // Worked out once, however often a sheet asks. Throws where no rule states a derivative on the way.
  const ExpressionDerivative& whole(std::size_t of, std::size_t by) {
    const auto found = derivatives_.find({of, by});
    if (found != derivatives_.end()) return found->second;
    return derivatives_.emplace(std::pair(of, by), derive_(of, by, 1)).first->second;
  }

  const ExpressionGraph& graph_;
  std::vector<double> values_;
  ExpressionDeriver derive_;
  ExpressionEdges edges_;
  explaining::ExpressionSlips slips_;
  std::map<GivenInExpression::OfBy, ExpressionDerivative> derivatives_;
};

// Answers of the sheet read so far, and what follows from them.
class EarlierInExpression : public explaining::EarlierAnswers {
 public:
  EarlierInExpression(const ExpressionGraph& graph, const std::vector<double>& inputs, std::vector<Asked> asked,
                      const std::vector<SheetQuestion>& sheet)
      : graph_(graph), inputs_(inputs), asked_(std::move(asked)), sheet_(sheet), statements_(graph) {}

  std::vector<CarriedNumber> give(std::size_t answer) override {
    std::vector<CarriedNumber> result;
    const auto [kind, of, by] = asked_[answer];
    for (const GivenInExpression* given : {&wrong_, &all_}) {
      const explaining::CarriedExpression from(statements_, graph_, inputs_, *given);
      if (kind == Asked::Kind::kValue) {
        result.push_back(from.value(of));
      } else if (kind == Asked::Kind::kPartial) {
        result.push_back(from.partial(of, by));
      } else {
        result.push_back(from.derivative_from_above(of, by));
        result.push_back(from.derivative_from_below(of, by));
      }
    }
    return result;
  }

  std::vector<Slip> slips(std::size_t answer) override {
    std::vector<Slip> result;
    for (const GivenInExpression* given : {&wrong_, &all_}) {
      const explaining::CarriedExpression from(statements_, graph_, inputs_, *given);
      std::vector<double> values;
      for (std::size_t v = 0; v < graph_.variables.size(); ++v) values.push_back(from.value(v).value);
      ExpressionEdges edges(graph_.variables.size());
      for (std::size_t v = 0; v < graph_.variables.size(); ++v) {
        for (const std::size_t by : graph_.variables[v].arguments) edges.add({v, by, from.partial(v, by).value});
      }
      const auto [kind, of, by] = asked_[answer];
      if (kind == Asked::Kind::kValue) continue;
      const explaining::ExpressionSlips slips(graph_, values, edges);
      const bool is_partial = kind == Asked::Kind::kPartial;
      const CarriedNumber whole = from.derivative_from_above(of, by);
      const CarriedNumber right = is_partial ? from.partial(of, by) : whole;
      for (const explaining::SlipValue& slip :
           is_partial ? slips.of_partial(of, by, right.value, whole.value) : slips.of_derivative(of, by, right.value)) {
        result.push_back({slip.name, {slip.value, right.spread, right.source}, right.value});
      }
    }
    return result;
  }

  void add(std::size_t answer, std::size_t source) override {
    const CarriedNumber number = explaining::as_written(sheet_[answer].answer, source);
    put(all_, asked_[answer], number);
    if (source == answer) put(wrong_, asked_[answer], number);
  }

 private:
  static void put(GivenInExpression& given, const Asked& asked, const CarriedNumber& number) {
    switch (asked.kind) {
      case Asked::Kind::kValue: given.values[asked.of] = number; break;
      case Asked::Kind::kPartial: given.partials[{asked.of, asked.by}] = number; break;
      case Asked::Kind::kDerivative: given.derivatives[{asked.of, asked.by}] = number; break;
    }
  }

  const ExpressionGraph& graph_;
  const std::vector<double>& inputs_;
  std::vector<Asked> asked_;
  const std::vector<SheetQuestion>& sheet_;
  explaining::Statements statements_;
  GivenInExpression wrong_;
  GivenInExpression all_;
};

}  // namespace

std::vector<ExpressionAnswer> parse_expression_answers(std::string_view text, std::string_view where) {
  std::vector<ExpressionAnswer> answers;
  explaining::for_each_answer(text, where, kKeys, [&](const AnswerEntry& entry) {
    ExpressionAnswer answer;
    answer.name = entry.text("what");
    read_name(answer);
    const bool is_derivative = answer.name.find('/') != std::string::npos;
    if (answer.of.empty() || (is_derivative && answer.by.empty())) {
      entry.fail(fmt::format("has \"what\": {}, expected a variable or a derivative such as df/dx or ∂f/∂x",
                             in_quotes(answer.name)));
    }
    const AnswerEntry::Printed printed = entry.value();
    answer.value = printed.value;
    answer.half_unit = printed.half_unit;
    entry.check_is_new(answers, [&](const ExpressionAnswer& other) {
      return other.of == answer.of && other.by == answer.by && other.is_partial == answer.is_partial;
    });
    answers.push_back(std::move(answer));
  });
  return answers;
}

Grade grade_expression(std::string_view expression, const std::vector<NamedNumber>& at,
                       const std::vector<ExpressionAnswer>& answers) {
  const ExpressionGraph graph = explaining::parse_expression(expression).value_or_throw();
  const std::vector<double> inputs = explaining::input_values(graph, at);
  ExpressionSheet right(graph, inputs);
  std::vector<Asked> asked;
  std::vector<SheetQuestion> sheet;
  for (const ExpressionAnswer& answer : answers) {
    asked.push_back(right.asked(answer));
    sheet.push_back(right.question(answer, asked.back()));
  }
  EarlierInExpression earlier(graph, inputs, std::move(asked), sheet);
  return explaining::judged(sheet, earlier);
}

}  // namespace bprop
