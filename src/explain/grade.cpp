// SPDX-License-Identifier: Apache-2.0
#include "bprop/grade.h"

#include "base/check.h"
#include "explain/carried_pass.h"
#include "explain/derive.h"
#include "explain/judge.h"
#include "explain/slips.h"
#include "nn/in_double.h"

namespace bprop {
namespace {

using explaining::CarriedNumber;
using explaining::CarriedPass;
using explaining::CarriedTask;
using explaining::GivenNumbers;
using explaining::Hypothesis;
using explaining::NetworkParts;
using explaining::SheetQuestion;
using Kind = Selector::Kind;
using When = Answer::When;

// What each hypothesis gives for an answer.
class Reader {
 public:
  Reader(const NetworkParts& parts, const ExplainOptions& options) : parts_(parts), options_(options) {}

  SheetQuestion question(const Answer& answer, const std::vector<Hypothesis>& all) const {
    SheetQuestion result{.answer = answer, .right = value(answer, all[0]), .size = size(answer, all[0])};
    for (std::size_t h = 1; h < all.size(); ++h) result.slips.push_back({all[h].name, value(answer, all[h])});
    return result;
  }

 private:
  // What somebody who calculates by this hypothesis writes down.
  double value(const Answer& answer, const Hypothesis& by) const {
    if (answer.when == When::kAfterUpdate) {
      if (!answer.what) return by.loss_afterwards;
      const double before = parts_.parameter(*answer.what);
      const bool frozen = answer.what->kind == Kind::kBias && options_.freeze_biases;
      return frozen ? before : before - *options_.learning_rate * gradient(*answer.what, by);
    }
    if (!answer.what) return by.loss;
    if (answer.when == When::kGradient) return gradient(*answer.what, by);
    const auto& layer = by.layers[answer.what->layer];
    return answer.what->kind == Kind::kActivation ? layer.a[answer.what->unit] : layer.z[answer.what->unit];
  }

  double gradient(const Selector& what, const Hypothesis& by) const {
    if (what.kind == Kind::kInput) return by.d_input[what.unit];
    const LayerGradients<double>& layer = by.layers[what.layer];
    switch (what.kind) {
      case Kind::kWeight: return layer.d_weights[what.unit * parts_.dense(what.layer).inputs + what.from];
      case Kind::kBias: return layer.d_bias[what.unit];
      case Kind::kActivation: return layer.d_output[what.unit];
      default: return layer.delta[what.unit];
    }
  }

  // What the answer would be without any learning, so that a share of the rest can be told.
  double size(const Answer& answer, const Hypothesis& right) const {
    const double all = value(answer, right);
    if (answer.when != When::kAfterUpdate) return std::fabs(all);
    return std::fabs(all - (answer.what ? parts_.parameter(*answer.what) : right.loss));
  }

  const NetworkParts& parts_;
  const ExplainOptions& options_;
};

// Answers of the sheet read so far, and what follows from them.
class Earlier : public explaining::EarlierAnswers {
 public:
  Earlier(const CarriedTask& task, const std::vector<Answer>& answers) : task_(task), answers_(answers) {}

  std::vector<CarriedNumber> give(std::size_t answer) const override {
    std::vector<CarriedNumber> result;
    for (const GivenNumbers* given : {&wrong_, &all_}) {
      for (const auto from : {explaining::SlopeFrom::kOutput, explaining::SlopeFrom::kPreActivation}) {
        result.push_back(CarriedPass(task_, *given, from)(answers_[answer]));
      }
    }
    return result;
  }

  // Of a gradient, or of what an update makes of it.
  std::vector<Slip> slips(std::size_t place) const override {
    const Answer& answer = answers_[place];
    if (answer.when == When::kForward || !answer.what) return {};
    std::vector<Slip> result;
    for (const GivenNumbers* given : {&wrong_, &all_}) {
      const CarriedPass right(task_, *given, explaining::SlopeFrom::kOutput);
      const CarriedPass without_slopes(task_, *given, explaining::SlopeFrom::kNowhere);
      const CarriedNumber number = right(answer);
      // What the gradient moves is counted from here.
      const double before = answer.when == When::kAfterUpdate ? task_.parts.parameter(*answer.what) : 0;
      const auto add = [&](const char* name, double value) {
        if (value != number.value) result.push_back({name, {value, number.spread, number.source}, number.value});
      };
      add("a sign: the gradient's other direction", 2 * before - number.value);
      add("a factor of 2 too much", before + 2 * (number.value - before));
      add("a factor of ½ too much", before + (number.value - before) / 2);
      add("φ' is forgotten", without_slopes(answer).value);
    }
    return result;
  }

  void add(std::size_t answer, std::size_t source) override {
    const CarriedNumber number = explaining::as_written(answers_[answer], source);
    all_.put(answers_[answer], number);
    if (source == answer) wrong_.put(answers_[answer], number);
  }

 private:
  const CarriedTask& task_;
  const std::vector<Answer>& answers_;
  GivenNumbers wrong_;
  GivenNumbers all_;
};

Grade graded(const DoubleNetwork& network, const explaining::OwnedRows& rows, const std::vector<Answer>& answers,
             const ExplainOptions& options) {
  const NetworkParts parts(network);
  const std::vector<Hypothesis> all = explaining::hypotheses(network, rows, options);
  const CarriedTask task{.parts = parts,
                         .options = options,
                         .right = all[0],
                         .input = rows.input,
                         .target = gradients<double>(network, rows.input, rows.target, options.loss).target};
  const Reader reader(parts, options);
  std::vector<SheetQuestion> sheet;
  for (const Answer& answer : answers) sheet.push_back(reader.question(answer, all));
  Earlier earlier(task, answers);
  return explaining::judged(sheet, earlier);
}

}  // namespace

template <class T>
Grade grade(const BasicNetwork<T>& network, const ExplainRows& given, const std::vector<Answer>& answers,
            const ExplainOptions& asked) {
  std::vector<std::string> remarks;
  const ExplainOptions options = explaining::as_noted(asked, remarks);
  for (const Answer& answer : answers) {
    BPROP_CHECK(answer.when != When::kAfterUpdate || options.learning_rate, UsageError,
                "{} after an update needs a learning rate, expected one", answer.name);
    explaining::checked_rows(network.architecture(), given, answer.what.value_or(weight(0, 0, 0)));
  }
  Grade result = graded(nn::in_double(network), explaining::rounded<T>(given), answers, options);
  result.remarks = std::move(remarks);
  return result;
}

template Grade grade(const BasicNetwork<float>&, const ExplainRows&, const std::vector<Answer>&, const ExplainOptions&);
template Grade grade(const BasicNetwork<double>&, const ExplainRows&, const std::vector<Answer>&,
                     const ExplainOptions&);

}  // namespace bprop
