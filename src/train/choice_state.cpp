// SPDX-License-Identifier: Apache-2.0
#include "train/choice_state.h"

#include <array>
#include <span>

#include "base/check.h"

namespace bprop::training {
namespace {

using checkpoint::whole_number;
using Point = RecipeChoice::Point;

std::array<double, 6> numbers_of(const Candidate& c) {
  return {static_cast<double>(c.preset),
          static_cast<double>(c.epoch),
          static_cast<double>(c.epochs),
          c.score,
          c.standard_error,
          c.loss};
}
Candidate candidate_of(std::span<const double> row) {
  const std::size_t epochs = whole_number(row[2]);
  return {.preset = preset_rules()[whole_number(row[0], preset_rules().size() - 1)].id,
          .epoch = whole_number(row[1], epochs),
          .epochs = epochs,
          .score = row[3],
          .standard_error = row[4],
          .loss = row[5]};
}

std::array<double, 3> numbers_of(const Point& p) { return {static_cast<double>(p.epoch), p.loss, p.score}; }
Point point_of(std::span<const double> row) { return {whole_number(row[0]), row[1], row[2]}; }

}  // namespace

void list(checkpoint::StateList& state, RecipeChoice& choice) {
  state.rows<Candidate>("choice.candidates", choice.candidates, numbers_of, candidate_of);
  state.rows<Point>("choice.curve", choice.curve, numbers_of, point_of);
  state.table(
      "choice", 4,
      [&choice] {
        return std::vector<double>{static_cast<double>(choice.folds), static_cast<double>(choice.metric),
                                   static_cast<double>(choice.chosen), choice.seconds};
      },
      [&choice](std::span<const double> facts) {
        BPROP_CHECK(facts.size() == 4 && !choice.candidates.empty(), FormatError,
                    "[checkpoint] the choice of a recipe is empty");
        choice.folds = whole_number(facts[0]);
        choice.metric = static_cast<Metric>(whole_number(facts[1], static_cast<std::size_t>(Metric::kLoss)));
        choice.chosen = whole_number(facts[2], choice.candidates.size() - 1);
        choice.seconds = facts[3];
      });
}

}  // namespace bprop::training
