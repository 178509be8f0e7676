// SPDX-License-Identifier: Apache-2.0
#include "bprop/exercise.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "bprop/error.h"
#include "explained_selector.h"
#include "output_path.h"
#include "page_output.h"
#include "program_options.h"
#include "text_file.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr std::size_t kMostSheetBytes = std::size_t{16} << 20;

constexpr VerbText kText = {
    .name = "exercise",
    .summary = "fresh exercises of a lesson's kind, the key in a file of its own, and their grade",
    .examples =
        "bprop exercise two-layers --seed 7\n"
        "bprop exercise chain-rule --seed 7 --count 3 --key key.json --sheet sheet.json\n"
        "bprop exercise chain-rule --seed 7 --count 3 --grade sheet.json\n"
        "bprop exercise depth --seed 2 --format latex --output depth.tex",
    .usage =
        "NAME [--seed N] [--count K] [--key FILE] [--sheet FILE] [--format FORMAT] [--output FILE]\n"
        "       bprop exercise NAME [--seed N] [--count K] --grade SHEET [--format FORMAT] [--output FILE]",
    .details =
        "Prints exercises to be done by hand: a network or an expression, the questions in the order of the "
        "calculation, and an empty sheet as JSON. Name, seed and number make the exercise, so that the same command "
        "prints the same again. Nothing is said of the answers but in the file of --key. --grade reads a sheet with "
        "its "
        "values filled in, names slips and carries an early error forward as bprop explain --grade does; it exits with "
        "1 unless every question is answered and right. A network can be kept as a file for bprop explain, which "
        "writes out any of its numbers.",
};

std::string known_kinds() {
  std::vector<std::string_view> names;
  for (const ExerciseKind& kind : exercise_kinds()) names.push_back(kind.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

// By whatever way the two lead there; neither needs to be there yet.
bool same_place(const std::string& a, const std::string& b) {
  const auto place = [](const std::string& path) {
    std::error_code ignored;
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
  };
  return place(a) == place(b);
}

class ExerciseVerb : public Verb {
 public:
  ExerciseVerb() : Verb(kText) {}

  void declare(Options& options) override {
    options.positional("NAME", name_, fmt::format("a lesson: {}", known_kinds()));
    options.heading("Exercises");
    options.value("count", "K", count_, "how many, 1 to 1000");
    options.value("key", "KEY", key_, "the right answers go into this file; printed nowhere else");
    options.value("sheet", "SHEET", sheet_, "the empty sheet goes into this file, not onto the page");
    options.value("grade", "SHEET", grade_, "a sheet that is filled in, or one exercise's list of answers");
    page_.declare(options, PageOutput::Formats::kData);
    options.value("digits", "N", digits_, "significant digits of the numbers in a grade");
    program_.declare(options, {.json = "the same as --format json",
                               .quiet = "",
                               .threads = "",
                               .seed = "which exercises: the same ones for the same number"});
  }

  ExitCode run(Options& options) override {
    page_.check(options, program_.json);
    if (name_.empty()) throw UsageError(fmt::format("NAME is missing: expected one of {}", known_kinds()));
    if (count_ < 1 || count_ > 1000) throw UsageError(fmt::format("--count {}: expected 1 to 1000", count_));
    const NumberStyle numbers{checked_digits(digits_)};
    const ExerciseSet set = exercise(name_, program_.seed, count_);
    if (!grade_.empty()) {
      options.exclude({"key", "sheet"}, "with --grade, which reads what they would write");
      const ExerciseGrade graded = grade(set, read_text_file(grade_, kMostSheetBytes), grade_);
      page_.write(graded, numbers);
      return graded.all_right ? ExitCode::kDone : ExitCode::kFailed;
    }
    check_files(options);
    if (!key_.empty()) write_text_file(key_, answer_key(set));
    if (!sheet_.empty()) write_text_file(sheet_, answer_sheet(set));
    page_.write(set, sheet_.empty() ? SheetPlace::kOnThePage : SheetPlace::kElsewhere);
    return ExitCode::kDone;
  }

 private:
  // No two of them are one file, and none is somebody's work.
  void check_files(const Options& options) const {
    const Option* output = options.find("output");
    const std::string page = output->texts.empty() ? std::string() : output->texts.back();
    const auto check_different = [](std::string_view option, const std::string& path, std::string_view other,
                                    const std::string& other_path) {
      if (path.empty() || other_path.empty() || !same_place(path, other_path)) return;
      throw UsageError(fmt::format("--{} {}: is the file of --{} as well, expected another", option, path, other));
    };
    check_different("key", key_, "output", page);
    check_different("sheet", sheet_, "output", page);
    check_different("sheet", sheet_, "key", key_);
    check_replaced("key", key_, ExerciseText::kKey, "an earlier key");
    check_replaced("sheet", sheet_, ExerciseText::kEmptySheet, "an earlier sheet that is empty");
  }

  static void check_replaced(std::string_view option, const std::string& path, ExerciseText kind,
                             std::string_view what) {
    if (path.empty()) return;
    check_output_path(path);
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) return;
    if (exercise_text(read_text_file(path, kMostSheetBytes)) == kind) return;
    throw UsageError(fmt::format("--{} {}: is another file, expected a new one or {}", option, path, what));
  }

  std::string name_;
  std::size_t count_ = 1;
  std::string key_;
  std::string sheet_;
  std::string grade_;
  PageOutput page_;
  ProgramOptions program_;
  std::size_t digits_ = 6;
};

}  // namespace

std::unique_ptr<Verb> exercise_verb() { return std::make_unique<ExerciseVerb>(); }

}  // namespace bprop::cli
