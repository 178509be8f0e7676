// SPDX-License-Identifier: Apache-2.0
//
// --format and --output: how a page is written, and where.
#pragma once

#include <string>

#include "bprop/document.h"
#include "bprop/exercise.h"
#include "bprop/explain.h"
#include "bprop/explain_trace.h"
#include "bprop/expression.h"
#include "bprop/grade.h"
#include "options.h"

namespace bprop::cli {

class PageOutput {
 public:
  // text, markdown, latex, html; json and dot too.
  void declare(Options& options);

  // Throws UsageError for a format that there is not, and what a file that cannot be written would throw later.
  // `json`: the flag --json was given.
  void check(const Options& options, bool json);

  void write(const Derivation& derivation, const NumberStyle& numbers) const;
  void write(const TraceExplanation& explanation, const NumberStyle& numbers) const;
  void write(const ExpressionExplanation& explanation, const NumberStyle& numbers) const;
  void write(const Grade& grade, const NumberStyle& numbers) const;          // no dot
  void write(const ExerciseSet& set, SheetPlace sheet) const;                // no dot
  void write(const ExerciseGrade& grade, const NumberStyle& numbers) const;  // no dot
  // A page alone: throws UsageError for json and dot.
  void write(const Document& document, const NumberStyle& numbers) const;

 private:
  std::string written(const Document& document, const NumberStyle& numbers) const;
  void deliver(const std::string& page) const;

  std::string format_ = "text";
  std::string output_;
};

}  // namespace bprop::cli
