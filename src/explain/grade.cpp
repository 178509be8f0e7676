// SPDX-License-Identifier: Apache-2.0
#include "bprop/grade.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "explain/derive.h"
#include "explain/json_parts.h"
#include "explain/slips.h"
#include "nn/in_double.h"

namespace bprop {
namespace {

using explaining::Hypothesis;
using Kind = Selector::Kind;
using When = Answer::When;

constexpr double kClearlyNearer = 4;   // a slip is named from so many times nearer on
constexpr double kNearer = 2;          // … where the slip explains other answers of the sheet
constexpr std::size_t kOthers = 2;     // … so many
constexpr double kRounded = 0.005;     // of the gradient's (update's) size
constexpr double kSlipRounded = 0.02;  // the same, for a slip
constexpr double kLastBits = 1e-12;    // relative: the answer has all digits of a double

class Grader {
 public:
  Grader(const DoubleNetwork& network, const ExplainOptions& options, std::vector<Hypothesis> all)
      : network_(network), options_(options), all_(std::move(all)) {}

  Grade operator()(const std::vector<Answer>& answers) const {
    Grade grade;
    // How many answers of the sheet each slip explains: the likelier one is named where several would do.
    std::vector<std::size_t> explains(all_.size(), 0);
    for (const Answer& answer : answers) {
      for (std::size_t h = 1; h < all_.size(); ++h) {
        if (!is_right(answer) && is_explained(answer, h)) ++explains[h];
      }
    }
    for (const Answer& answer : answers) {
      grade.answers.push_back(judge(answer, explains));
      const Verdict verdict = grade.answers.back().verdict;
      if (verdict == Verdict::kRight || verdict == Verdict::kRounded) ++grade.right;
    }
    return grade;
  }

 private:
  // What somebody who calculates by this hypothesis writes down.
  double value(const Answer& answer, const Hypothesis& by) const {
    if (answer.when == When::kAfterUpdate) {
      if (!answer.what) return by.loss_afterwards;
      const double before = parameter(*answer.what);
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
      case Kind::kWeight: return layer.d_weights[what.unit * inputs(what.layer) + what.from];
      case Kind::kBias: return layer.d_bias[what.unit];
      case Kind::kActivation: return layer.d_output[what.unit];
      default: return layer.delta[what.unit];
    }
  }

  std::size_t inputs(std::size_t layer) const { return std::get<Dense>(network_.architecture().layers[layer]).inputs; }

  double parameter(const Selector& what) const {
    if (what.kind == Kind::kBias) return network_.bias(what.layer)[what.unit];
    return network_.weights(what.layer)[what.unit * inputs(what.layer) + what.from];
  }

  double residual(const Answer& answer, std::size_t h) const {
    return std::fabs(answer.value - value(answer, all_[h]));
  }
  double tolerance(const Answer& answer) const {
    return answer.half_unit * (1 + 1e-9) + kLastBits * std::fabs(answer.value);
  }
  // 0 has no digit that could be right, but where it is the answer.
  bool is_right(const Answer& answer) const {
    if (answer.value == 0) return residual(answer, 0) <= kLastBits;
    return residual(answer, 0) <= tolerance(answer);
  }
  // `times` nearer than the right rule, and near in itself: among many slips one is always the nearest.
  bool is_nearer(const Answer& answer, std::size_t h, double times) const {
    const double of_slip = residual(answer, h);
    return times * of_slip <= residual(answer, 0) && of_slip <= kSlipRounded * size(answer);
  }
  bool is_explained(const Answer& answer, std::size_t h) const {
    if (answer.value == 0) return residual(answer, h) <= kLastBits;
    return residual(answer, h) <= tolerance(answer) || is_nearer(answer, h, kClearlyNearer);
  }

  // What the answer would be without any learning, so that a share of the rest can be told.
  double size(const Answer& answer) const {
    const double right = value(answer, all_[0]);
    if (answer.when != When::kAfterUpdate) return std::fabs(right);
    return std::fabs(right - (answer.what ? parameter(*answer.what) : all_[0].loss));
  }

  GradedAnswer judge(const Answer& answer, const std::vector<std::size_t>& explains) const {
    GradedAnswer graded{.answer = answer, .right = value(answer, all_[0])};
    if (is_right(answer)) {
      graded.verdict = Verdict::kRight;
      return graded;
    }
    std::size_t best = 0;
    for (std::size_t h = 1; h < all_.size(); ++h) {
      const bool made_before = explains[h] >= kOthers && is_nearer(answer, h, kNearer);
      if (!is_explained(answer, h) && !made_before) continue;
      const bool likelier = best == 0 || explains[h] > explains[best] ||
                            (explains[h] == explains[best] && residual(answer, h) < residual(answer, best));
      if (likelier) best = h;
    }
    if (best > 0) {
      graded.verdict = Verdict::kSlip;
      graded.slip = all_[best].name;
      graded.slip_value = value(answer, all_[best]);
    } else if (residual(answer, 0) <= kRounded * size(answer)) {
      graded.verdict = Verdict::kRounded;
    }
    return graded;
  }

  const DoubleNetwork& network_;
  const ExplainOptions& options_;
  std::vector<Hypothesis> all_;
};

std::string_view words(Verdict verdict) {
  constexpr std::string_view kWords[] = {"right", "wrong: a slip", "right, but rounded", "wrong: unknown"};
  return kWords[static_cast<std::size_t>(verdict)];
}

std::string_view words(When when) {
  constexpr std::string_view kWords[] = {"forward", "gradient", "after update"};
  return kWords[static_cast<std::size_t>(when)];
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
    explaining::checked_rows(network.architecture(), given, answer.what.value_or(weight(0, 0, 0)));
  }
  const DoubleNetwork exact = nn::in_double(network);
  const explaining::OwnedRows rows = explaining::rounded<T>(given);
  Grade result = Grader(exact, options, explaining::hypotheses(exact, rows, options))(answers);
  result.remarks = std::move(remarks);
  return result;
}

template Grade grade(const BasicNetwork<float>&, const ExplainRows&, const std::vector<Answer>&, const ExplainOptions&);
template Grade grade(const BasicNetwork<double>&, const ExplainRows&, const std::vector<Answer>&,
                     const ExplainOptions&);

Document document(const Grade& grade, const NumberStyle& style) {
  FormulaTable table{{"answer", "when", "written", "right", "verdict"}, {}};
  std::vector<Block> blocks(grade.remarks.begin(), grade.remarks.end());
  for (const GradedAnswer& graded : grade.answers) {
    // As many digits as were written, and one more to see by how much it is off.
    table.rows.push_back({math::words(graded.answer.name), math::words(words(graded.answer.when)),
                          math::words(text_of(math::number(graded.answer.value), {.digits = 15})),
                          math::words(text_of(math::number(graded.right), {.digits = std::max(style.digits, 9)})),
                          math::words(words(graded.verdict))});
  }
  blocks.emplace_back(std::move(table));
  for (const GradedAnswer& graded : grade.answers) {
    if (graded.verdict != Verdict::kSlip) continue;
    blocks.emplace_back(fmt::format("{}: {} gives {}, the right rule {}.", graded.answer.name, graded.slip,
                                    text_of(math::number(graded.slip_value), {.digits = std::max(style.digits, 9)}),
                                    text_of(math::number(graded.right), {.digits = std::max(style.digits, 9)})));
  }
  return {fmt::format("{} of {} answers are right", grade.right, grade.answers.size()), {{"", std::move(blocks)}}};
}

std::string render_json(const Grade& grade) {
  using explaining::Json;
  using explaining::json_number;
  constexpr std::string_view kVerdicts[] = {"right", "slip", "rounded", "unknown"};
  Json result = {{"right", grade.right}, {"answers", Json::array()}};
  for (const GradedAnswer& graded : grade.answers) {
    Json entry = {{"what", graded.answer.name},
                  {"when", words(graded.answer.when)},
                  {"value", graded.answer.value},
                  {"right", json_number(graded.right)},
                  {"verdict", kVerdicts[static_cast<std::size_t>(graded.verdict)]}};
    if (graded.verdict == Verdict::kSlip) {
      entry["slip"] = graded.slip;
      entry["slip_value"] = json_number(graded.slip_value);
    }
    result["answers"].push_back(std::move(entry));
  }
  return explaining::json_text(result);
}

}  // namespace bprop
