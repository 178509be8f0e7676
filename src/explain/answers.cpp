// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>

#include "base/sentence.h"
#include "bprop/error.h"
#include "bprop/grade.h"
#include "explain/answer_entry.h"

namespace bprop {
namespace {

using explaining::AnswerEntry;
using Kind = Selector::Kind;
using When = Answer::When;

constexpr auto kKeys = std::to_array<std::string_view>({"what", "when", "value"});

// By whose names the numbers are called.
struct Naming {
  const Architecture& architecture;
  Notation notation;
  const UnitNames& names;
};

// What one entry asks about.
class Entry {
 public:
  Entry(const AnswerEntry& entry, const Naming& naming) : entry_(entry), naming_(naming) {}

  Answer answer() const {
    Answer answer;
    answer.name = entry_.text("what");
    find(answer);
    const bool is_value =
        !answer.what || answer.what->kind == Kind::kPreActivation || answer.what->kind == Kind::kActivation;
    answer.when = is_value ? When::kForward : When::kGradient;
    if (entry_.has("when")) answer.when = when(entry_.text("when"));
    check(answer);
    const AnswerEntry::Printed printed = entry_.value();
    answer.value = printed.value;
    answer.half_unit = printed.half_unit;
    return answer;
  }

 private:
  // "delta 1:2": a word for what it is, then the number; a name alone is a weight, a bias or an input.
  void find(Answer& answer) const {
    if (answer.name == "loss") return;
    const std::size_t space = answer.name.find(' ');
    const std::string word = answer.name.substr(0, space);
    const std::string rest = space == std::string::npos ? std::string() : answer.name.substr(space + 1);
    Kind kind = Kind::kWeight;
    std::string name = answer.name;
    if (word == "delta" || word == "z" || word == "a" || word == "activation") {
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
      entry_.fail(fmt::format("has \"what\": {}", error.what()));
    }
  }

  When when(const std::string& text) const {
    if (text == "forward") return When::kForward;
    if (text == "gradient") return When::kGradient;
    if (text == "after update") return When::kAfterUpdate;
    entry_.fail(fmt::format("has \"when\": {}, expected forward, gradient or after update", in_quotes(text)));
  }

  void check(const Answer& answer) const {
    const bool is_parameter = answer.what && (answer.what->kind == Kind::kWeight || answer.what->kind == Kind::kBias);
    const bool is_forward =
        !answer.what || answer.what->kind == Kind::kPreActivation || answer.what->kind == Kind::kActivation;
    if (answer.when == When::kAfterUpdate && answer.what && !is_parameter)
      entry_.fail("is no weight, bias or loss, which are what an update changes");
    if (answer.when == When::kForward && !is_forward)
      entry_.fail("is not computed by the forward pass, expected loss, z or a");
    if (answer.when == When::kGradient && !answer.what) entry_.fail("is the loss, which has no gradient by itself");
  }

  const AnswerEntry& entry_;
  const Naming& naming_;
};

}  // namespace

std::vector<Answer> parse_answers(std::string_view text, const Architecture& architecture, std::string_view where,
                                  Notation notation, const UnitNames& names) {
  const Naming naming{architecture, notation, names};
  std::vector<Answer> answers;
  explaining::for_each_answer(text, where, kKeys, [&](const AnswerEntry& entry) {
    Answer answer = Entry(entry, naming).answer();
    entry.check_is_new(answers,
                       [&](const Answer& other) { return other.what == answer.what && other.when == answer.when; });
    answers.push_back(std::move(answer));
  });
  return answers;
}

}  // namespace bprop
