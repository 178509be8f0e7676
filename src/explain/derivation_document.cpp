// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <set>

#include "bprop/explain.h"

namespace bprop {
namespace {

constexpr std::size_t kMostSources = 40;

class DerivationPage {
 public:
  explicit DerivationPage(const Derivation& derivation) : derivation_(derivation) {}

  Document operator()() {
    page_.title = derivation_.title;
    if (!derivation_.remarks.empty()) {
      Section& section = page_.sections.emplace_back();
      for (const std::string& remark : derivation_.remarks) section.blocks.emplace_back(remark);
    }
    steps();
    sources();
    paths();
    reuse();
    units();
    matrices();
    update();
    agreement();
    return std::move(page_);
  }

 private:
  std::string number(double value) const { return text_of(math::number(value), derivation_.numbers); }

  Section& section(std::string heading) {
    page_.sections.push_back({std::move(heading), {}});
    return page_.sections.back();
  }

  void steps() {
    Section& steps = section("Step by step");
    for (std::size_t i = 0; i < derivation_.steps.size(); ++i) {
      const Step& step = derivation_.steps[i];
      Equation equation{.number = i + 1, .reason = step.reason, .left = step.left, .right = step.symbols};
      const bool is_value = step.numbers.kind == Formula::Kind::kNumber;
      if (!is_value) equation.right.push_back(step.numbers);
      equation.right.push_back(math::number(step.value));
      steps.blocks.emplace_back(std::move(equation));
    }
  }

  std::string origin(const Source& source) const {
    switch (source.origin) {
      case Source::Origin::kStep: return fmt::format("step {}", source.step + 1);
      case Source::Origin::kInput: return "input of the row";
      case Source::Origin::kTarget: return "target of the row";
      case Source::Origin::kParameter: return "parameter, as the forward pass used it";
      case Source::Origin::kForward: return "forward pass";
      case Source::Origin::kBackward: return "backward pass; a greater depth shows how";
    }
    return {};
  }

  void sources() {
    FormulaTable table{{"number", "value", "where it comes from"}, {}};
    std::set<std::string> seen;
    for (const Step& step : derivation_.steps) {
      for (const Source& source : step.sources) {
        if (!seen.insert(text_of(source.symbol)).second || table.rows.size() == kMostSources) continue;
        table.rows.push_back({source.symbol, math::number(source.value), math::words(origin(source))});
      }
    }
    if (table.rows.empty()) return;
    section("Where the numbers come from").blocks.emplace_back(std::move(table));
  }

  void paths() {
    if (derivation_.paths.empty()) return;
    const std::size_t shown = derivation_.paths.size();
    const bool one = derivation_.reuse.paths == "1";
    Section& paths = section(one                     ? std::string("The one path to the loss")
                             : derivation_.all_paths ? fmt::format("The {} paths to the loss", shown)
                                                     : fmt::format("The {} largest of {} paths to the loss", shown,
                                                                   derivation_.reuse.paths));
    double sum = 0;
    std::vector<Formula> values;
    for (const Path& path : derivation_.paths) {
      paths.blocks.emplace_back(
          Equation{.reason = path.units, .left = path.symbols, .right = {path.numbers, math::number(path.value)}});
      sum += path.value;
      values.push_back(math::number(path.value));
    }
    if (!derivation_.all_paths || one) return;
    paths.blocks.emplace_back(Equation{.reason = "their sum is the derivative",
                                       .left = derivation_.steps.front().left,
                                       .right = {math::sum(std::move(values)), math::number(sum)}});
  }

  void reuse() {
    const Reuse& reuse = derivation_.reuse;
    std::string text = fmt::format("{} {} from here to the loss.", reuse.paths == "1" ? "One" : reuse.paths,
                                   reuse.paths == "1" ? "path leads" : "paths lead");
    if (reuse.partials > 1) {
      text += fmt::format(" The steps above needed {} δ, computed each once, and used them {} times.", reuse.partials,
                          reuse.uses);
    }
    text += fmt::format(
        " For the gradient of all weights, path by path takes {} multiplications; back-propagation, "
        "which computes every δ once, {}.",
        reuse.products_path_by_path, reuse.products_of_backpropagation);
    section("What was used again").blocks.emplace_back(std::move(text));
  }

  void units() {
    if (derivation_.units.empty()) return;
    FormulaTable table{{"layer", "unit", "∂L/∂a", "φ'(z)", "δ = ∂L/∂z"}, {}};
    for (const UnitGradient& unit : derivation_.units) {
      table.rows.push_back({math::number(static_cast<double>(unit.layer + 1)),
                            math::number(static_cast<double>(unit.unit + 1)), math::number(unit.d_output),
                            std::isnan(unit.slope) ? math::words("a matrix") : math::number(unit.slope),
                            math::number(unit.delta)});
    }
    section("Side by side").blocks.emplace_back(std::move(table));
  }

  void matrices() {
    Section& matrices = section("The same for the whole layer, as matrices");
    for (const Equation& equation : derivation_.matrix_form) matrices.blocks.emplace_back(equation);
    section("The backward pass is a linear network").blocks = {derivation_.backward_network};
  }

  void update() {
    if (!derivation_.update) return;
    const Update& update = *derivation_.update;
    const double gradient = derivation_.value();
    const Formula& name = derivation_.steps.front().left.parts[1];
    std::string why = "the derivative is 0: a small change would not change the loss, so nothing is changed";
    if (gradient > 0) why = "the derivative is positive: more would raise the loss, so it is lowered";
    if (gradient < 0) why = "the derivative is negative: more would lower the loss, so it is raised";
    section("The update")
        .blocks.emplace_back(Equation{
            .reason = why,
            .left = math::words(text_of(name) + " afterwards", fmt::format("{{{}}}^{{\\text{{new}}}}", latex_of(name))),
            .right = {math::difference(name, math::product({math::symbol("η"), derivation_.steps.front().left})),
                      math::difference(math::number(update.before),
                                       math::product({math::number(update.learning_rate), math::number(gradient)})),
                      math::number(update.after)}});
  }

  void agreement() {
    const Agreement& other = derivation_.agreement;
    const double value = derivation_.value();
    FormulaTable table{{"by", "value", "difference"}, {}};
    const auto row = [&](std::string_view who, double number_of, std::string difference) {
      NumberStyle all = derivation_.numbers;
      all.digits = std::max(all.digits, 12);
      table.rows.push_back(
          {math::words(who), math::words(text_of(math::number(number_of), all)), math::words(std::move(difference))});
    };
    row("this derivation", value, "");
    row("the engine in double", other.engine, fmt::format("{:.1e}", other.engine_error));
    if (other.complex_step) row("complex step", *other.complex_step, fmt::format("{:.1e}", other.complex_error));
    if (other.difference) {
      row("central difference", *other.difference,
          fmt::format("{:.1e}, may be {:.1e}", std::fabs(*other.difference - value), other.difference_bound));
    }
    if (other.float_value) {
      row("the engine in float", *other.float_value, fmt::format("{:.1e}", std::fabs(*other.float_value - value)));
    }
    Section& agreement = section(other.agrees ? "Others agree" : "Others do NOT agree");
    agreement.blocks.emplace_back(std::move(table));
    if (other.difference && other.difference_bound > std::fabs(value)) {
      agreement.blocks.emplace_back(
          fmt::format("The difference of two losses near {} cannot show a derivative this small: rounding alone makes "
                      "up to {:.1e}. The complex step subtracts nothing.",
                      "each other", other.difference_bound));
    }
  }

  const Derivation& derivation_;
  Document page_;
};

}  // namespace

Document document(const Derivation& derivation) { return DerivationPage(derivation)(); }

}  // namespace bprop
