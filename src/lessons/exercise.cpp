// SPDX-License-Identifier: Apache-2.0
#include "bprop/exercise.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/check.h"
#include "bprop/suggestion.h"
#include "lessons/exercise_kinds.h"
#include "lessons/exercise_work.h"

namespace bprop {
namespace {

constexpr std::size_t kMostExercises = 1000;

std::size_t kind_named(std::string_view name) {
  const auto kinds = teaching::kinds();
  std::vector<std::string> known;
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    if (kinds[k].info.name == name) return k;
    known.emplace_back(kinds[k].info.name);
  }
  const std::string meant = suggestion(name, known, "'");
  throw UsageError(fmt::format("there are no exercises of '{}'{}", name,
                               meant.empty() ? fmt::format("; known: {}", fmt::join(known, ", ")) : meant));
}

// The right answers, as they are written into the key: what the grader compares with.
void solve(FreshExercise& exercise) {
  const Grade grade = teaching::graded(exercise, teaching::as_list(exercise.answers, "0"), "exercise");
  for (std::size_t i = 0; i < exercise.answers.size(); ++i) {
    exercise.answers[i].value = fmt::format("{:#.6g}", grade.answers[i].right);
  }
}

}  // namespace

std::span<const ExerciseKind> exercise_kinds() {
  static const std::vector<ExerciseKind> all = [] {
    std::vector<ExerciseKind> infos;
    for (const teaching::Kind& kind : teaching::kinds()) infos.push_back(kind.info);
    return infos;
  }();
  return all;
}

ExerciseSet exercise(std::string_view name, std::uint64_t seed, std::size_t count) {
  const std::size_t kind = kind_named(name);
  BPROP_CHECK(count >= 1 && count <= kMostExercises, UsageError, "count is {}, expected 1 to {}", count,
              kMostExercises);
  ExerciseSet set{std::string(name), seed, {}};
  for (std::size_t number = 1; number <= count; ++number) {
    teaching::Dice dice({.seed = seed,
                         .purpose = Purpose::kExercise,
                         .epoch = static_cast<std::uint32_t>(number),
                         .step = static_cast<std::uint32_t>(kind)});
    FreshExercise& fresh = set.exercises.emplace_back(teaching::kinds()[kind].draw(dice));
    fresh.number = number;
    solve(fresh);
  }
  return set;
}

}  // namespace bprop
