// SPDX-License-Identifier: Apache-2.0
#include "bprop/grade.h"

#include "base/check.h"
#include "explain/derive.h"
#include "explain/earlier_in_network.h"
#include "explain/judge.h"
#include "explain/slips.h"
#include "nn/in_double.h"

namespace bprop {
namespace {

using explaining::CarriedTask;
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
      case Kind::kWeight: return layer.d_weights[parts_.place(what.layer, what.unit, what.from)];
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
  explaining::EarlierInNetwork earlier(task, answers);
  return explaining::judged(sheet, earlier);
}

// What parse_answers() lets through, too.
bool can_be_asked(const Answer& answer) {
  if (answer.when == When::kGradient) return answer.what.has_value();
  if (!answer.what) return true;
  const Kind kind = answer.what->kind;
  return answer.when == When::kForward ? kind == Kind::kPreActivation || kind == Kind::kActivation
                                       : kind == Kind::kWeight || kind == Kind::kBias;
}

// The loss belongs to as many rows as a weight does.
Selector any_weight(const Architecture& architecture) {
  const auto has_weights = [](const Layer& layer) { return weight_count(layer) > 0; };
  const auto layer = std::ranges::find_if(architecture.layers, has_weights);
  const WeightEnds ends = weight_ends(*layer, 0);
  return weight(static_cast<std::size_t>(layer - architecture.layers.begin()), ends.out, ends.in);
}

}  // namespace

template <class T>
Grade grade(const BasicNetwork<T>& network, const ExplainRows& given, const std::vector<Answer>& answers,
            const ExplainOptions& asked) {
  std::vector<std::string> remarks;
  const ExplainOptions options = explaining::as_noted(asked, network.architecture(), remarks);
  for (const Answer& answer : answers) {
    BPROP_CHECK(answer.when != When::kAfterUpdate || options.learning_rate, UsageError,
                "{} after an update needs a learning rate, expected one", answer.name);
    BPROP_CHECK(
        can_be_asked(answer), UsageError,
        "[grade] {}: expected loss, z or a of the forward pass, the gradient by anything but the loss, or loss, "
        "weight or bias after an update",
        answer.name);
    explaining::checked_rows(network.architecture(), given, answer.what.value_or(any_weight(network.architecture())));
  }
  Grade result = graded(nn::in_double(network), explaining::rounded<T>(given), answers, options);
  result.remarks = std::move(remarks);
  return result;
}

template Grade grade(const BasicNetwork<float>&, const ExplainRows&, const std::vector<Answer>&, const ExplainOptions&);
template Grade grade(const BasicNetwork<double>&, const ExplainRows&, const std::vector<Answer>&,
                     const ExplainOptions&);

}  // namespace bprop
