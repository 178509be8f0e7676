// SPDX-License-Identifier: Apache-2.0
#include "bprop/lesson.h"

#include "bprop/error.h"
#include "explained_selector.h"
#include "page_output.h"
#include "program_options.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "lesson",
    .summary = "what the lecture notes define, page by page, with numbers and pictures",
    .examples =
        "bprop list lessons\n"
        "bprop lesson two-layers\n"
        "bprop lesson depth --format html --output depth.html",
    .usage = "NAME [--format text|markdown|latex|html] [--output FILE]",
    .details =
        "Prints a lesson: a small network or expression, what forward and backward propagation make of it, a picture, "
        "where the lecture notes err, and commands to go on with. Every number is worked out anew. Needs no file.",
};

class LessonVerb : public Verb {
 public:
  LessonVerb() : Verb(kText) {}

  void declare(Options& options) override {
    options.positional("NAME", name_, "one that bprop list lessons prints");
    page_.declare(options, PageOutput::Formats::kPages);
    options.value("digits", "N", digits_, "significant digits of the numbers in equations and tables");
  }

  ExitCode run(Options& options) override {
    page_.check(options, false);
    if (name_.empty()) throw UsageError("NAME is missing: expected a lesson; bprop list lessons names all");
    page_.write(lesson(name_), {checked_digits(digits_)});
    return ExitCode::kDone;
  }

 private:
  std::string name_;
  PageOutput page_;
  std::size_t digits_ = 6;
};

}  // namespace

std::unique_ptr<Verb> lesson_verb() { return std::make_unique<LessonVerb>(); }

}  // namespace bprop::cli
