// SPDX-License-Identifier: Apache-2.0
//
// A weight at a recorded update as a page.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/sentence.h"
#include "bprop/explain_trace.h"

namespace bprop {
namespace {

constexpr std::size_t kMostRows = 32;

// Letters and numbers of what an optimiser has besides its rate.
std::string numbers_of(const Optimizer& optimizer) {
  std::string text;
  const auto add = [&](std::string_view letter, double number) {
    text += fmt::format("{}{} = {}", text.empty() ? ", with " : ", ", letter, number);
  };
  std::visit(
      [&]<class Chosen>(const Chosen& o) {
        if constexpr (requires { o.momentum; }) add("μ", o.momentum);
        if constexpr (requires { o.decay; }) add("ρ", o.decay);
        if constexpr (requires { o.beta1; }) add("β₁", o.beta1);
        if constexpr (requires { o.beta2; }) add("β₂", o.beta2);
        if constexpr (requires { o.epsilon; }) add("ε", o.epsilon);
        if constexpr (requires { o.weight_decay; }) add("λ", o.weight_decay);
      },
      optimizer);
  return text;
}

// Why an update is not −η g.
struct NotPlain {
  std::string_view operator()(const RmsProp&) const {
    return "the gradient is divided by the root of the mean of earlier squares, so that its length hardly counts";
  }
  std::string_view operator()(const Adam&) const { return of_adam(); }
  std::string_view operator()(const AdamW&) const { return of_adam(); }
  template <class Other>
  std::string_view operator()(const Other&) const {
    return "v has the gradients of earlier updates in it, too";
  }
  static std::string_view of_adam() {
    return "a mean of earlier gradients is divided by the root of a mean of their squares";
  }
};

class TracePage {
 public:
  explicit TracePage(const TraceExplanation& e)
      : e_(e),
        u_(e.update),
        k_(math::symbol("k")),
        w_(math::at(e.symbol, k_)),
        rate_(math::at(math::symbol("η"), k_)),
        derivative_(math::at(math::partial(e.loss, e.symbol), k_)),
        gradient_(e.has_l2() ? math::at(math::symbol("g"), k_) : derivative_) {}

  Document operator()() {
    page_.title = fmt::format("{} at update {}", text_of(e_.symbol), u_.step);
    if (!e_.remarks.empty()) page_.sections.push_back({"", {e_.remarks.begin(), e_.remarks.end()}});
    update();
    all();
    agreement();
    derivation();
    return std::move(page_);
  }

 private:
  std::string number(double value) const { return text_of(math::number(value), e_.numbers); }
  Formula next() const { return math::at(e_.symbol, math::words("k+1", "k+1")); }
  Formula change() const {
    Formula change = math::words(fmt::format("Δ{}", text_of(w_)), fmt::format("\\Delta {}", latex_of(w_)));
    change.mathml = fmt::format("<mrow><mo>Δ</mo>{}</mrow>", mathml_of(w_));
    return change;
  }
  bool is_clipped() const { return u_.gradient_scale != 1; }

  Section& section(std::string heading) {
    page_.sections.push_back({std::move(heading), {}});
    return page_.sections.back();
  }

  std::string rows() const {
    std::string text = e_.rows.size() == 1 ? "row" : "rows";
    for (std::size_t i = 0; i < std::min(e_.rows.size(), kMostRows); ++i) {
      text += fmt::format("{} {}", i == 0 ? "" : ",", std::size_t{e_.rows[i]} + 1);
    }
    if (e_.rows.size() > kMostRows) text += fmt::format(" and {} more", e_.rows.size() - kMostRows);
    return text;
  }

  void update() {
    Section& update = section(fmt::format("The update k = {}", u_.step));
    update.blocks.emplace_back(fmt::format("Its batch is {} of {}; the loss of the batch is {}, the learning rate {}.",
                                           rows(), e_.own_rows ? "the network's own rows" : "the table",
                                           number(u_.loss), number(u_.learning_rate)));
    if (e_.is_frozen()) {
      update.blocks.emplace_back("Biases are frozen: no update changes it.");
      return;
    }
    if (e_.has_l2()) update.blocks.emplace_back(with_l2());
    if (is_clipped()) {
      update.blocks.emplace_back(Equation{
          .reason = fmt::format("the gradient of all parameters is longer than {}, so it is made c times as long",
                                e_.settings.clip),
          .left = math::at(math::symbol("c"), k_),
          .right = {math::number(u_.gradient_scale)}});
    }
    if (u_.rate_factor != 1) update.blocks.emplace_back(rate_factor());
    if (e_.expected) {
      plain(update);
    } else {
      with_memory(update);
    }
  }

  Equation with_l2() const {
    const double l2_term = e_.settings.l2 * u_.before;
    return {.reason = fmt::format("with the derivative of the l2 term, ½ λ w², λ = {}", e_.settings.l2),
            .left = gradient_,
            .right = {math::sum({derivative_, math::product({math::symbol("λ"), w_})}),
                      math::sum({math::number(u_.gradient - l2_term),
                                 math::product({math::number(e_.settings.l2), math::number(u_.before)})}),
                      math::number(u_.gradient)}};
  }

  std::string rate_factor() const {
    if ((e_.what.kind == Selector::Kind::kBias && !e_.is_embedding) || e_.is_factor) {
      return fmt::format("{} move {} times as fast as weights: f = {}.",
                         e_.is_factor ? "Factors of scale layers" : "Biases", u_.rate_factor, u_.rate_factor);
    }
    if (e_.is_embedding) {
      return fmt::format("Numbers of this embedding layer move {} times as fast as plain gradient descent has it{}.",
                         number(u_.rate_factor),
                         e_.settings.rates.parametrization == Parametrization::kNtk
                             ? "; of waves, the frequencies w/2π are moved: a factor of 4π², or of 2π where the rule "
                               "divides by the size of gradients, with ε/2π for ε"
                             : "");
    }
    return fmt::format(
        "What is moved is v, with w = v/√n, n the inputs of the layer: the gradient of v is that of w divided by √n, "
        "and "
        "so is the change of w that of v. Together they make the factor f = 1/n = {}{}.",
        number(u_.rate_factor),
        e_.expected ? "" : "; where the rule divides by the size of gradients, that is 1/√n, with ε √n for ε");
  }

  // η f c g, without factors that are not there; `gradient` in symbols or numbers.
  Formula descent(const Formula& rate, const Formula& factor, const Formula& scale, const Formula& gradient) const {
    std::vector<Formula> factors = {rate};
    if (u_.rate_factor != 1) factors.push_back(factor);
    if (is_clipped()) factors.push_back(scale);
    factors.push_back(gradient);
    return math::product(std::move(factors));
  }
  Formula descent_in_symbols() const {
    return descent(rate_, math::symbol("f"), math::at(math::symbol("c"), k_), gradient_);
  }
  Formula descent_in_numbers() const {
    return descent(math::number(u_.learning_rate), math::number(u_.rate_factor), math::number(u_.gradient_scale),
                   math::number(u_.gradient));
  }

  void plain(Section& update) const {
    std::vector<Formula> symbols = {w_};
    std::vector<Formula> numbers = {math::number(u_.before)};
    std::string reason = "down the gradient";
    if (e_.is_decayed()) {
      reason += fmt::format(", and a little nearer to 0: weight decay ν = {}", e_.settings.weight_decay);
      symbols.push_back(math::negative(math::product({rate_, math::symbol("ν"), w_})));
      numbers.push_back(math::negative(math::product(
          {math::number(u_.learning_rate), math::number(e_.settings.weight_decay), math::number(u_.before)})));
    }
    symbols.push_back(math::negative(descent_in_symbols()));
    numbers.push_back(math::negative(descent_in_numbers()));
    update.blocks.emplace_back(
        Equation{.reason = std::move(reason),
                 .left = next(),
                 .right = {math::sum(std::move(symbols)), math::sum(std::move(numbers)), math::number(u_.after)}});
    if (e_.is_expected()) return;
    update.blocks.emplace_back(
        fmt::format("This is NOT what the update gives, which is {}: the trace is wrong.", number(*e_.expected)));
  }

  Equation rule_of_optimizer() const {
    const Optimizer& optimizer = e_.settings.optimizer;
    std::string reason =
        fmt::format("the rule of {}{}; g is {}{}, and what it remembers begins with 0", rule(optimizer).name,
                    numbers_of(optimizer), is_clipped() ? "c(k) times " : "", text_of(gradient_));
    std::string text(rule(optimizer).formula);
    if (std::holds_alternative<AdamW>(optimizer)) text += fmt::format(": {}", rule(Adam{}).formula);
    if (text.find("m̂") != std::string::npos) {
      reason += "; m with a hat is m / (1 − β₁^k), s with a hat s / (1 − β₂^k)";
    }
    if (e_.is_decayed() && e_.settings.weight_decay > 0) {
      reason += fmt::format("; before it, weight decay takes η · {} · w from w", e_.settings.weight_decay);
    }
    return {.reason = std::move(reason), .left = math::words(text, rule(optimizer).formula_latex)};
  }

  void with_memory(Section& update) const {
    update.blocks.emplace_back(rule_of_optimizer());
    update.blocks.emplace_back(Equation{
        .reason = "what it made of the gradient",
        .left = change(),
        .right = {math::difference(next(), w_), math::difference(math::number(u_.after), math::number(u_.before)),
                  math::number(u_.change())}});
    const double descent = -u_.learning_rate * u_.rate_factor * u_.gradient_scale * u_.gradient;
    const bool is_plain = e_.is_change(descent);
    update.blocks.emplace_back(
        Equation{.reason = is_plain ? std::string("which is what plain gradient descent would do here")
                                    : fmt::format("which is not what plain gradient descent would do: {}",
                                                  std::visit(NotPlain{}, e_.settings.optimizer)),
                 .left = math::negative(descent_in_symbols()),
                 .right = {math::negative(descent_in_numbers()), math::number(descent)}});
  }

  void all() {
    FormulaTable table{{"k", text_of(w_), text_of(gradient_), text_of(change()), text_of(next())}, {}};
    for (const UpdateOfNumber& update : e_.all) {
      table.rows.push_back({math::number(static_cast<double>(update.step)), math::number(update.before),
                            math::number(update.gradient), math::number(update.change()), math::number(update.after)});
    }
    section(e_.all.size() == 1 ? std::string("The one recorded update")
                               : fmt::format("The {} recorded updates", e_.all.size()))
        .blocks.emplace_back(std::move(table));
  }

  void agreement() {
    if (!e_.gradient) return;
    const TraceAgreement& found = *e_.gradient;
    NumberStyle all = e_.numbers;
    all.digits = std::max(all.digits, 12);
    const auto row = [&](std::string_view who, double value, std::string difference) {
      return std::vector{math::words(who), math::words(text_of(math::number(value), all)),
                         math::words(std::move(difference))};
    };
    FormulaTable table{{"gradient by", "value", "difference"}, {}};
    table.rows.push_back(row("training, as recorded", found.recorded, ""));
    const std::string_view derivation =
        found.as_trained ? "the derivation below" : "the derivation, of the trained loss";
    table.rows.push_back(row(e_.has_l2() ? fmt::format("{}, and λ w", derivation) : std::string(derivation),
                             found.derived, fmt::format("{:.1e}", std::fabs(found.derived - found.recorded))));
    Section& agreement =
        section(found.agrees ? "The derivation agrees with training" : "The derivation does NOT agree with training");
    agreement.blocks.emplace_back(std::move(table));
    agreement.blocks.emplace_back(fmt::format(
        "They may differ by {:.0e} of the largest entry of the layer's gradient, {}, or of what the terms add up to "
        "without their signs.",
        found.bound, number(found.largest)));
    if (!found.agrees) agreement.blocks.emplace_back("Are these the rows that were trained on, in the same order?");
  }

  void derivation() {
    if (!e_.derivation) {
      section("Why it is this gradient")
          .blocks.emplace_back("With the table that was trained on, the derivation on the batch's rows follows here.");
      return;
    }
    Document derivation = document(*e_.derivation);
    section(std::move(derivation.title));
    for (Section& part : derivation.sections) {
      if (part.heading.empty()) {
        std::ranges::move(part.blocks, std::back_inserter(page_.sections.back().blocks));
      } else {
        page_.sections.push_back(std::move(part));
      }
    }
  }

  const TraceExplanation& e_;
  const UpdateOfNumber& u_;
  Formula k_;
  Formula w_;           // w(k)
  Formula rate_;        // η(k)
  Formula derivative_;  // ∂L/∂w(k)
  Formula gradient_;    // g(k) with an l2 term, else the derivative
  Document page_;
};

}  // namespace

Document document(const TraceExplanation& explanation) { return TracePage(explanation)(); }

}  // namespace bprop
