// SPDX-License-Identifier: Apache-2.0
#include "lessons/page.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <variant>

#include "bprop/lesson.h"
#include "checkpoint/network_toml.h"

namespace bprop::teaching {
namespace {

Model typed(std::string_view text) {
  Result<Model> model = checkpoint::parse_network_toml(text, "net.toml");
  if (!model) throw FormatError(model.failure().message);
  return std::move(*model);
}

}  // namespace

Lab::Lab(std::string_view text) : Lab(text, typed(text)) {}

Lab::Lab(std::string_view text, const Model& model)
    : toml(text),
      network(std::get<DoubleNetwork>(model.network)),
      input(model.exercise->input),
      target(model.exercise->target),
      loss(model.loss),
      learning_rate(model.exercise->learning_rate.value_or(0)) {}

ExplainOptions Lab::options(Notation notation) const {
  ExplainOptions options{.loss = loss, .notation = notation};
  if (learning_rate > 0) options.learning_rate = learning_rate;
  return options;
}

Page::Page(std::string_view lesson) {
  const auto all = bprop::lessons();
  const auto info = std::ranges::find(all, lesson, &LessonInfo::name);
  page_.title = fmt::format("{}: {}", info->name, info->summary);
  section("");
}

void Page::section(std::string heading) { page_.sections.push_back({std::move(heading), {}}); }

void Page::add(Block block) { page_.sections.back().blocks.push_back(std::move(block)); }

void Page::equation(std::string reason, Formula left, std::vector<Formula> right) {
  add(Equation{.reason = std::move(reason), .left = std::move(left), .right = std::move(right)});
}

void Page::steps(const Derivation& derivation, std::size_t count, std::size_t first) {
  const std::size_t end = std::min(derivation.steps.size(), first + count);
  for (std::size_t i = first; i < end; ++i) {
    const Step& step = derivation.steps[i];
    std::vector<Formula> right = step.symbols;
    if (step.numbers.kind != Formula::Kind::kNumber) right.push_back(step.numbers);
    right.push_back(math::number(step.value));
    equation(step.reason, step.left, std::move(right));
  }
}

void Page::network(const Lab& lab) {
  say("The network, as a file net.toml:");
  add(Listing{lab.toml});
}

void Page::erratum(std::string_view where, std::string sentence) {
  errata_.emplace_back(fmt::format("Note {}: {}", where, sentence));
}

void Page::try_next(std::vector<std::string> commands) { commands_ = std::move(commands); }

Document Page::done() && {
  if (!errata_.empty()) page_.sections.push_back({"Where the notes err", std::move(errata_)});
  if (!commands_.empty()) {
    section("Go on with");
    std::string all;
    for (const std::string& command : commands_) all += command + '\n';
    const bool trains = all.find("bprop train") != std::string::npos;
    add(Listing{std::move(all)});
    if (trains) say("A training writes model.safetensors, or what --output names, in place of an earlier model.");
  }
  return std::move(page_);
}

std::string text(double value) { return text_of(math::number(value)); }

std::string grouped(std::string_view digits, std::string_view separator) {
  std::string result;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) result += separator;
    result += digits[i];
  }
  return result;
}

double norm(std::span<const double> v) { return std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0)); }

Formula row_of(std::span<const double> values) {
  std::vector<Formula> entries;
  for (const double value : values) entries.push_back(math::number(value));
  return math::matrix(values.size(), std::move(entries));
}

}  // namespace bprop::teaching
