// SPDX-License-Identifier: Apache-2.0
#include "bprop/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bprop/error.h"
#include "bprop/grade.h"
#include "bprop/network_diagram.h"
#include "bprop/what_if.h"
#include "chosen_rows.h"
#include "explained_selector.h"
#include "expression_explanation.h"
#include "page_output.h"
#include "program_options.h"
#include "quantity.h"
#include "row_list.h"
#include "text_file.h"
#include "trace_explanation.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr std::size_t kMostAnswerBytes = std::size_t{16} << 20;

constexpr VerbText kText = {
    .name = "explain",
    .summary = "the chain rule for any weight, bias, unit or input, with symbols and numbers",
    .examples =
        "bprop explain model.safetensors digits.csv --rows 7 --weight 1:3,5\n"
        "bprop explain model.safetensors iris.csv --rows 1:32 --bias 2:setosa\n"
        "bprop explain exercise.toml --weight w1 --notation 000\n"
        "bprop explain exercise.toml --delta 2:1 --format html --output delta.html\n"
        "bprop explain exercise.toml --weight w1 --nudge\n"
        "bprop explain exercise.toml --weight w1 --what-if updated-weights\n"
        "bprop explain exercise.toml --grade answers.json\n"
        "bprop explain exercise.toml --names 1:2,1\n"
        "bprop explain --trace run --step 10 --weight 1:3,5 digits.csv\n"
        "bprop explain --expression 'f = x*y*z; x = r; y = r*s; z = s' --derivative f,s --at r=2,s=3\n"
        "bprop explain --expression-file sine.expression --at x=0.5 --grade answers.json",
    .usage =
        "MODEL [DATA] --weight|--bias|--delta|--activation|--input|--names NUMBER|--grade ANSWERS [OPTION...]\n"
        "       bprop explain --trace RUN --step K --weight|--bias NUMBER [DATA] [OPTION...]\n"
        "       bprop explain --expression TEXT|--expression-file FILE [--derivative F,X|--grade ANSWERS] "
        "[--at X=NUMBER] [OPTION...]",
    .details =
        "Prints a derivation: each step in symbols, with the numbers put in, its value, the rule it uses and where its "
        "numbers come from; the paths to the loss; what was used again; the same as matrices; and what the engine, a "
        "complex step and a central difference say. Layers, units and rows count from 1; 1:3,5 is the weight of layer "
        "1 "
        "to unit 3 from unit 5. Columns and classes may stand for numbers: --weight '1:3,petal length'. Of several "
        "rows, "
        "the gradient is the mean (or sum) over them. An expression is statements NAME = EXPRESSION in any order, with "
        "';' "
        "between them; a name that none defines is an input. Exits with 1 if the derivation and the engine differ.",
};

class Explain : public Verb {
 public:
  Explain() : Verb(kText) {}

  void declare(Options& options) override {
    input_.declare(options);
    options.heading("An expression in place of MODEL");
    expression_.declare(options);
    options.heading("A recorded update in place of MODEL");
    trace_.declare(options);
    options.heading("What to explain, one of");
    options.value("weight", "W", weight_, "1:3,5 (layer : to unit, from unit), w17, or a name in the notation");
    options.value("bias", "B", bias_, "1:3 or b3");
    options.value("delta", "UNIT", delta_, "1:3; the loss by its z");
    options.value("activation", "UNIT", activation_, "1:3; the loss by its a");
    options.value("input", "INPUT", feature_, "its number, or the name of its column");
    options.value("names", "W", names_, "the weight's or bias's name in every notation; needs no DATA");
    options.heading("Instead of its derivation");
    options.flag("nudge", nudge_, "moves it a little and follows the change through the network to the loss");
    options.value(
        "what-if", "CASE", what_if_,
        "beside the derivation as it would be: updated-weights (a slip of textbooks), freeze W, cut UNIT, set W=VALUE");
    options.value("grade", "ANSWERS", grade_,
                  "a JSON list of answers of a hand calculation: what is right, and which slip made the rest");
    options.heading("Derivation");
    rows_.declare(options);
    options.value("notation", "NAME", explain_.notation, "ours, or a lecture note's symbols: 000, 001, 002, 003, 004");
    options.value("convention", "NAME", convention_,
                  "vectors in the matrix form: row or column; by default the notation's");
    options.value("depth", "LAYERS", explain_.depth,
                  "layers above that get steps; by default all of a small network, else 1");
    options.value("top", "N", explain_.top, "largest contributions shown of a long sum");
    options.value("paths", "N", explain_.paths, "most paths listed");
    options.value("learning-rate", "R", explain_.learning_rate,
                  "shows the update; a network typed by hand brings its own");
    options.value("freeze", "WHAT", freeze_, "biases: the update leaves them as they are");
    options.flag("graph", graph_,
                 "begins the page with a drawing: the paths of the number, what an expression depends on");
    page_.declare(options);
    options.value("digits", "N", digits_, "significant digits of the numbers");
    program_.declare(options, {.json = "the same as --format json", .threads = ""});
  }

  ExitCode run(Options& options) override {
    page_.check(options, program_.json);
    if (!freeze_.empty() && freeze_ != "biases") throw UsageError(fmt::format("--freeze {}: expected biases", freeze_));
    if (expression_.given()) return explain_expression(options);
    options.exclude({"derivative", "at"}, "without --expression");
    if (trace_.given() || nudge_ || !what_if_.empty()) options.exclude({"graph"}, "but for a derivation");
    if (trace_.given()) return explain_update(options);
    options.exclude({"step"}, "without --trace");
    input_.exclude(options);
    const Model model = input_.model();
    explain_.names = unit_names(model);
    if (!names_.empty()) {
      exclude_questions(options, "names");
      const Selector what = parameter_of("names", names_, model.architecture(), explain_.notation, explain_.names);
      page_.write(concordance(what, model.architecture(), explain_.notation), {});
      return ExitCode::kDone;
    }
    if (!grade_.empty()) exclude_questions(options, "grade");
    explain_.numbers.digits = checked_digits(digits_);
    explain_.loss = model.loss;
    explain_.column_vectors = column_vectors(convention_);
    if (model.exercise) {
      if (!explain_.learning_rate) explain_.learning_rate = model.exercise->learning_rate;
      explain_.freeze_biases = model.exercise->freeze_biases;
      if (asks_for_parameter() || !grade_.empty()) rows_.first = std::max<std::size_t>(1, model.exercise->rows);
    }
    if (!freeze_.empty()) explain_.freeze_biases = true;
    const bool updates = what_if_.starts_with("freeze") || what_if_ == "updated-weights";
    if (updates && !explain_.learning_rate) {
      throw UsageError(fmt::format("--what-if {}: weights are updated, expected --learning-rate", what_if_));
    }
    if (nudge_ && !what_if_.empty()) throw UsageError("--nudge: --what-if was given, expected one of the two");
    const std::vector<Answer> answers =
        grade_.empty() ? std::vector<Answer>()
                       : parse_answers(read_text_file(grade_, kMostAnswerBytes), model.architecture(), grade_,
                                       explain_.notation, explain_.names);
    const Selector what = grade_.empty() ? asked_for(model.architecture()) : Selector{};
    const auto data = input_.data(model, true);
    if (!grade_.empty()) {
      return std::visit([&](const auto& network) { return grade_on(network, model, data, answers); }, model.network);
    }
    return std::visit([&](const auto& network) { return explain_on(network, model, data, what); }, model.network);
  }

 private:
  // One thing at a time.
  static void exclude_questions(Options& options, std::string_view asked) {
    for (const std::string_view other :
         {"weight", "bias", "delta", "activation", "input", "names", "grade", "nudge", "what-if", "graph"}) {
      if (other != asked) options.exclude({other}, fmt::format("with --{}, which is a question of its own", asked));
    }
  }

  ExitCode explain_expression(Options& options) {
    constexpr std::string_view kWhy = "with an expression, which has no network";
    options.exclude({"MODEL", "DATA", "weight", "bias", "delta", "activation", "input", "names", "nudge", "what-if",
                     "trace", "step", "rows", "notation", "convention", "depth", "top", "learning-rate", "freeze"},
                    kWhy);
    input_.exclude(options);
    if (options.given("expression-file"))
      options.exclude({"expression"}, "with --expression-file: the text stands there");
    const NumberStyle numbers{checked_digits(digits_)};
    if (!grade_.empty()) {
      options.exclude({"derivative", "paths", "graph"}, "with --grade, which asks for what the answers are");
      return write_grade(grade_of(expression_, read_text_file(grade_, kMostAnswerBytes), grade_), numbers);
    }
    const ExpressionExplanation explanation = explanation_of(expression_, explain_.paths, numbers);
    std::optional<Figure> picture;
    if (graph_) picture = dependence_diagram(explanation);
    page_.write(explanation, numbers, picture);
    const bool agrees = std::ranges::all_of(explanation.derivatives, [](const ExpressionDerivative& derivative) {
      return derivative.agrees && (!derivative.value || std::isfinite(*derivative.value));
    });
    return agrees ? ExitCode::kDone : ExitCode::kFailed;
  }

  ExitCode explain_update(Options& options) {
    const Trace trace = trace_.load(input_, options);
    explain_.names = unit_names(trace.model());
    explain_.numbers.digits = checked_digits(digits_);
    explain_.column_vectors = column_vectors(convention_);
    const Selector what = asked_for(trace.model().architecture());
    const TraceExplanation explanation = trace_.explained(trace, what, input_, explain_);
    program_.remark_all("explain", explanation.warnings);
    page_.write(explanation, explain_.numbers);
    return explanation.agrees() ? ExitCode::kDone : ExitCode::kFailed;
  }

  // A weight or bias has a gradient over all rows of a network typed by hand, any other number one of its row.
  bool asks_for_parameter() const { return !weight_.empty() || !bias_.empty(); }

  Selector asked_for(const Architecture& architecture) const {
    const std::pair<Selector::Kind, std::pair<std::string_view, const std::string*>> all[] = {
        {Selector::Kind::kWeight, {"weight", &weight_}},
        {Selector::Kind::kBias, {"bias", &bias_}},
        {Selector::Kind::kDelta, {"delta", &delta_}},
        {Selector::Kind::kActivation, {"activation", &activation_}},
        {Selector::Kind::kInput, {"input", &feature_}}};
    std::optional<Selector> what;
    for (const auto& [kind, option] : all) {
      if (option.second->empty()) continue;
      if (what)
        throw UsageError(fmt::format("--{}: one thing is explained at a time, another was asked for", option.first));
      what = selector_of(kind, option.first, *option.second, architecture, explain_.notation, explain_.names);
    }
    if (!what)
      throw UsageError(
          "what to explain is missing: expected --weight, --bias, --delta, --activation, --input, --names or --grade, "
          "or "
          "--expression in place of MODEL");
    return *what;
  }

  template <class T>
  ExitCode grade_on(const BasicNetwork<T>& network, const Model& model, const std::optional<Dataset>& data,
                    const std::vector<Answer>& answers) {
    const EncodedRows<T> rows = chosen_rows<T>(model, data, rows_);
    program_.remark_all("explain", rows.warnings);
    const std::vector<double> input(rows.input.begin(), rows.input.end());
    const std::vector<double> target(rows.target.begin(), rows.target.end());
    return write_grade(grade(network, {input, target}, answers, explain_), explain_.numbers);
  }

  ExitCode write_grade(const Grade& grade, const NumberStyle& numbers) {
    page_.write(grade, numbers);
    return grade.right == grade.answers.size() ? ExitCode::kDone : ExitCode::kFailed;
  }

  template <class T>
  ExitCode explain_on(const BasicNetwork<T>& network, const Model& model, const std::optional<Dataset>& data,
                      const Selector& what) {
    const EncodedRows<T> rows = chosen_rows<T>(model, data, rows_);
    program_.remark_all("explain", rows.warnings);
    for (const std::uint32_t row : rows_.positions(data ? data->rows() : model.exercise->rows)) {
      explain_.row_numbers.push_back(row + 1);
    }
    const std::vector<double> input(rows.input.begin(), rows.input.end());
    const std::vector<double> target(rows.target.begin(), rows.target.end());
    const ExplainRows explained{input, target};
    if (nudge_) {
      page_.write(nudge(network, explained, what, explain_), explain_.numbers);
      return ExitCode::kDone;
    }
    if (!what_if_.empty()) {
      const Otherwise otherwise = otherwise_of(what_if_, model.architecture(), explain_.notation, explain_.names);
      page_.write(what_if(network, explained, what, otherwise, explain_), explain_.numbers);
      return ExitCode::kDone;
    }
    Derivation derivation = explain(network, explained, what, explain_);
    if (model.temperature != 1) {
      derivation.remarks.push_back(
          fmt::format("Predictions of this model divide z of the last layer by the temperature {:.4g} (calibration); "
                      "that comes after training, whose loss this is.",
                      model.temperature));
    }
    std::optional<Figure> picture;
    if (graph_) {
      picture = network_diagram(network.architecture(), {.notation = explain_.notation, .paths_of = what});
    }
    page_.write(derivation, explain_.numbers, picture);
    return derivation.agreement.agrees ? ExitCode::kDone : ExitCode::kFailed;
  }

  ModelAndData input_;
  ExpressionRequest expression_;
  TraceRequest trace_;
  RowChoice rows_{.first = 1, .by_default = "the first; all own rows of a network typed by hand"};
  PageOutput page_;
  ProgramOptions program_;
  ExplainOptions explain_;
  std::string weight_;
  std::string bias_;
  std::string delta_;
  std::string activation_;
  std::string feature_;
  std::string names_;
  std::string grade_;
  std::string what_if_;
  bool nudge_ = false;
  bool graph_ = false;
  std::string freeze_;
  std::string convention_;
  std::size_t digits_ = 6;
};

}  // namespace

std::unique_ptr<Verb> explain_verb() { return std::make_unique<Explain>(); }

}  // namespace bprop::cli
