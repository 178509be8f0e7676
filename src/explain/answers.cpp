// SPDX-License-Identifier: Apache-2.0
#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/sentence.h"
#include "base/strict_json.h"
#include "bprop/error.h"
#include "bprop/grade.h"

namespace bprop {
namespace {

using AnswerJson = nlohmann::json;
using Kind = Selector::Kind;
using When = Answer::When;

constexpr JsonLimits kLimits{.depth = 3, .items = 100'000};

// By whose names the numbers are called.
struct Naming {
  const Architecture& architecture;
  Notation notation;
  const UnitNames& names;
};

// One entry of the list; its place begins every sentence.
class Entry {
 public:
  Entry(const AnswerJson& entry, const Naming& naming, std::string where)
      : entry_(entry), naming_(naming), where_(std::move(where)) {
    if (!entry.is_object()) fail(fmt::format("is a JSON {}, expected an object", entry.type_name()));
    for (const auto& item : entry.items()) {
      if (item.key() == "what" || item.key() == "when" || item.key() == "value") continue;
      fail(fmt::format("has the unknown key {}, expected what, when or value", in_quotes(item.key())));
    }
  }

  Answer answer() const {
    Answer answer;
    answer.name = text("what");
    find(answer);
    const bool is_value =
        !answer.what || answer.what->kind == Kind::kPreActivation || answer.what->kind == Kind::kActivation;
    answer.when = is_value ? When::kForward : When::kGradient;
    if (entry_.contains("when")) answer.when = when(text("when"));
    check(answer);
    const std::string printed = value_text();
    answer.value = number(printed);
    answer.half_unit = half_unit(printed);
    return answer;
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const { throw FormatError(fmt::format("{} {}", where_, reason)); }

  std::string text(const char* key) const {
    if (!entry_.contains(key)) fail(fmt::format("has no \"{}\"", key));
    if (!entry_[key].is_string())
      fail(fmt::format("has \"{}\" that is a JSON {}, expected a text", key, entry_[key].type_name()));
    return entry_[key].get<std::string>();
  }

  // "delta 1:2": a word for what it is, then the number; a name alone is a weight, a bias or an input.
  void find(Answer& answer) const {
    if (answer.name == "loss") return;
    const std::size_t space = answer.name.find(' ');
    const std::string word = answer.name.substr(0, space);
    const std::string rest = space == std::string::npos ? std::string() : answer.name.substr(space + 1);
    Kind kind = Kind::kWeight;
    std::string name = answer.name;
    if (word == "delta" || word == "z" || word == "a") {
      kind = word == "delta" ? Kind::kDelta : word == "z" ? Kind::kPreActivation : Kind::kActivation;
      name = rest;
    } else if (word == "bias" || word == "weight" || word == "input") {
      kind = word == "bias" ? Kind::kBias : word == "weight" ? Kind::kWeight : Kind::kInput;
      name = rest;
    } else if (name.starts_with('b')) {
      kind = Kind::kBias;
    } else if (name.starts_with("δ")) {
      kind = Kind::kDelta;
    } else if (name.starts_with('x')) {
      kind = Kind::kInput;
    }
    try {
      answer.what = selector_named(kind, name, naming_.architecture, naming_.notation, naming_.names);
    } catch (const Error& error) {
      fail(fmt::format("has \"what\": {}", error.what()));
    }
  }

  When when(const std::string& text) const {
    if (text == "forward") return When::kForward;
    if (text == "gradient") return When::kGradient;
    if (text == "after update") return When::kAfterUpdate;
    fail(fmt::format("has \"when\": {}, expected forward, gradient or after update", in_quotes(text)));
  }

  void check(const Answer& answer) const {
    const bool is_parameter = answer.what && (answer.what->kind == Kind::kWeight || answer.what->kind == Kind::kBias);
    const bool is_forward =
        !answer.what || answer.what->kind == Kind::kPreActivation || answer.what->kind == Kind::kActivation;
    if (answer.when == When::kAfterUpdate && answer.what && !is_parameter)
      fail("is no weight, bias or loss, which are what an update changes");
    if (answer.when == When::kForward && !is_forward)
      fail("is not computed by the forward pass, expected loss, z or a");
    if (answer.when == When::kGradient && !answer.what) fail("is the loss, which has no gradient by itself");
  }

  std::string value_text() const {
    if (!entry_.contains("value")) fail("has no \"value\"");
    const AnswerJson& value = entry_["value"];
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number()) return fmt::format("{}", value.get<double>());
    fail(fmt::format("has \"value\" that is a JSON {}, expected a number", value.type_name()));
  }

  double number(const std::string& printed) const {
    double value = 0;
    const auto [end, error] = fast_float::from_chars(printed.data(), printed.data() + printed.size(), value);
    if (error != std::errc() || end != printed.data() + printed.size() || !std::isfinite(value)) {
      fail(fmt::format("has \"value\": {}, expected a number", in_quotes(printed)));
    }
    return value;
  }

  // "0.1498": 0.00005; "1.5e-3": 0.00005.
  double half_unit(std::string_view printed) const {
    constexpr int kLargest = 400;  // beyond a double's range
    const std::size_t e = printed.find_first_of("eE");
    const std::string_view mantissa = printed.substr(0, e);
    const std::size_t point = mantissa.find('.');
    int exponent = 0;
    if (e != std::string_view::npos) {
      const std::size_t begin = e + 1 + (printed.substr(e + 1).starts_with('+') ? 1 : 0);
      const auto [end, error] = std::from_chars(printed.data() + begin, printed.data() + printed.size(), exponent);
      if (error != std::errc() || std::abs(exponent) > kLargest) {
        fail(fmt::format("has \"value\": {}, expected a number", in_quotes(printed)));
      }
    }
    const int decimals = point == std::string_view::npos ? 0 : static_cast<int>(mantissa.size() - point - 1);
    return 0.5 * std::pow(10.0, exponent - decimals);
  }

  const AnswerJson& entry_;
  Naming naming_;
  std::string where_;
};

}  // namespace

std::vector<Answer> parse_answers(std::string_view text, const Architecture& architecture, std::string_view where,
                                  Notation notation, const UnitNames& names) {
  const Result<AnswerJson> parsed = parse_strict_json(text, kLimits, where);
  if (!parsed) throw FormatError(parsed.failure().message);
  if (!parsed->is_array())
    throw FormatError(fmt::format("{} is a JSON {}, expected a list of answers", where, parsed->type_name()));
  std::vector<Answer> answers;
  for (const AnswerJson& entry : *parsed) {
    answers.push_back(
        Entry(entry, {architecture, notation, names}, fmt::format("{}: answer {}", where, answers.size() + 1))
            .answer());
  }
  if (answers.empty()) throw FormatError(fmt::format("{} has no answers, expected at least one", where));
  return answers;
}

}  // namespace bprop
