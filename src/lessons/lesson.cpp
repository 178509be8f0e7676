// SPDX-License-Identifier: Apache-2.0
#include "bprop/lesson.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/check.h"
#include "bprop/suggestion.h"
#include "lessons/all_lessons.h"

namespace bprop {
namespace {

struct Entry {
  LessonInfo info;
  Document (*page)();
};

constexpr std::array kLessons = std::to_array<Entry>({
    {{"one-layer", "one layer of sigmoid units, a weight's gradient factor by factor, its update", "N1, N22"},
     teaching::one_layer},
    {{"two-layers", "a hidden weight feels both outputs; partial results are used again; names", "N2, N3, N19"},
     teaching::two_layers},
    {{"depth", "gradients that shrink from layer to layer, and gradients that grow", "N4"}, teaching::depth},
    {{"any-depth", "any number of layers by induction: base, step, conclusion", "N5, N6, N18"}, teaching::any_depth},
    {{"descent", "gradient descent and its two ways to stop; sum and mean", "N7, N10"}, teaching::descent},
    {{"naive-search", "trying every weight, counted against gradient descent", "N8"}, teaching::naive_search},
    {{"one-weight", "a line through points, beside the loss over its one weight", "N9"}, teaching::one_weight},
    {{"forward-backward", "the forward table, the backward table, and their products", "N11, N21, N23"},
     teaching::forward_backward},
    {{"losses", "the same network under squared error with and without ½, and under cross-entropy", "N12, N17, N24"},
     teaching::losses},
    {{"predict", "from an input to probabilities and a class", "N13"}, teaching::predict},
    {{"sgd", "one sample, a few, or all of them in an update", "N14"}, teaching::sgd},
    {{"chain-rule", "paths through any expression; a small change followed through", "N15, N20"}, teaching::chain_rule},
    {{"matrix-form", "a whole layer at once, in rows and in columns; the drawings", "N16, N25"}, teaching::matrix_form},
});

constexpr auto kInfos = [] {
  std::array<LessonInfo, kLessons.size()> infos;
  for (std::size_t i = 0; i < infos.size(); ++i) infos[i] = kLessons[i].info;
  return infos;
}();

}  // namespace

std::span<const LessonInfo> lessons() { return kInfos; }

Document lesson(std::string_view name) {
  const auto found = std::ranges::find(kLessons, name, [](const Entry& entry) { return entry.info.name; });
  if (found != kLessons.end()) return found->page();
  std::vector<std::string> known;
  for (const LessonInfo& info : kInfos) known.emplace_back(info.name);
  const std::string meant = suggestion(name, known, "'");
  throw UsageError(fmt::format("there is no lesson '{}'{}", name,
                               meant.empty() ? std::string("; bprop list lessons names all") : meant));
}

}  // namespace bprop
