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
        if (!seen.insert(text_of(source.symbol)).second || seen.size() > kMostSources) continue;
        table.rows.push_back({source.symbol, math::number(source.value), math::words(origin(source))});
      }
    }
    if (table.rows.empty()) return;
    Section& sources = section("Where the numbers come from");
    sources.blocks.emplace_back(std::move(table));
    if (seen.size() > kMostSources) {
      sources.blocks.emplace_back(fmt::format("And {} more.", seen.size() - kMostSources));
    }
  }

  void paths() {
    if (derivation_.paths.empty()) {
      section("Paths to the loss")
          .blocks.emplace_back(
              fmt::format("Of {}, none is listed; the steps above add them up.", derivation_.reuse.paths));
      return;
    }
    const std::size_t shown = derivation_.paths.size();
    const bool one = derivation_.reuse.paths == "1";
    std::string heading =
        one ? std::string("The one path to the loss") : fmt::format("The {} paths to the loss", shown);
    if (!derivation_.all_paths) {
      heading = fmt::format("The {} largest of {} paths to the loss", shown, derivation_.reuse.paths);
    }
    if (derivation_.rows > 1) heading += fmt::format(", row {}", derivation_.row);
    Section& paths = section(std::move(heading));
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
                                       .left = derivation_.steps[derivation_.rows > 1 ? 1 : 0].left,
                                       .right = {math::sum(std::move(values)), math::number(sum)}});
  }

  void reuse() {
    const Reuse& reuse = derivation_.reuse;
    std::string text = fmt::format("{} {} from here to the loss.", reuse.paths == "1" ? "One" : reuse.paths,
                                   reuse.paths == "1" ? "path leads" : "paths lead");
    if (reuse.partials > 1) {
      text += fmt::format(" The steps above needed {} {}, computed each once, and used them {} times.", reuse.partials,
                          derivation_.symbols.delta, reuse.uses);
    }
    text += fmt::format(
        " For the gradient of all weights, path by path takes {} multiplications; back-propagation, "
        "which computes every {} once, {}.",
        reuse.products_path_by_path, derivation_.symbols.delta, reuse.products_of_backpropagation);
    section("What was used again").blocks.emplace_back(std::move(text));
  }

  void units() {
    if (derivation_.units.empty()) return;
    const GeneralSymbols& symbols = derivation_.symbols;
    FormulaTable table{{"layer", "unit", symbols.d_output, symbols.slope, symbols.delta_in_full}, {}};
    for (const UnitGradient& unit : derivation_.units) {
      table.rows.push_back({math::number(static_cast<double>(unit.layer_number)),
                            math::number(static_cast<double>(unit.unit_number)), math::number(unit.d_output),
                            std::isnan(unit.slope) ? math::words("a matrix") : math::number(unit.slope),
                            math::number(unit.delta)});
    }
    section(derivation_.rows == 1 ? "Side by side" : fmt::format("Side by side, row {}", derivation_.row))
        .blocks.emplace_back(std::move(table));
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
    std::string why = "nothing is changed: the derivative is 0, so a small change would not change the loss";
    if (std::isnan(gradient)) why = "the derivative is no number, and so is what follows";
    if (gradient != 0 && update.after == update.before) why = "nothing is changed: the step is too small to be seen";
    if (update.after != update.before && !std::isnan(gradient)) {
      why = fmt::format("the derivative is {}: more would {} the loss, so it is {}",
                        gradient > 0 ? "positive" : "negative", gradient > 0 ? "raise" : "lower",
                        update.after < update.before ? "lowered" : "raised");
      if (update.learning_rate < 0) why = "a negative learning rate goes uphill";
    }
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
    const double off = other.difference ? std::fabs(*other.difference - value) : 0;
    if (off > other.difference_bound) {
      agreement.blocks.emplace_back(
          "The central difference is further off than its own error explains: within its step the loss has a kink or "
          "bends sharply.");
    } else if (other.difference && other.difference_bound > std::fabs(value)) {
      agreement.blocks.emplace_back(
          fmt::format("The difference of two losses cannot show a derivative this small: rounding alone makes up to "
                      "{:.1e}. The complex step subtracts nothing.",
                      other.difference_bound));
    }
  }

  const Derivation& derivation_;
  Document page_;
};

}  // namespace

Document document(const Derivation& derivation) { return DerivationPage(derivation)(); }

}  // namespace bprop
