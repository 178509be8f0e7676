// SPDX-License-Identifier: Apache-2.0
//
// bprop explain --expression: the chain rule on an expression that somebody typed or keeps in a file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/expression.h"
#include "bprop/grade.h"
#include "options.h"

namespace bprop::cli {

struct ExpressionRequest {
  std::string expression = {};                // the text itself, or
  std::string file = {};                      // the file that it stands in
  std::vector<std::string> derivatives = {};  // "f,s", "f,s; g,r"; empty: every output by every input
  std::vector<std::string> at = {};           // "r=2,s=3", "x=pi/2"

  bool given() const { return !expression.empty() || !file.empty(); }

  // --expression, --expression-file, --derivative, --at, bound to the members above; not --paths and --format, which
  // explanations of networks have as well.
  void declare(Options& options);
};

// The sheet's grade; the text of `answers_file` is already read. Throws as below, of the sheet FormatError.
Grade grade_of(const ExpressionRequest& request, std::string_view answers, const std::string& answers_file);

// Throws UsageError, of a file FormatError, with option or file, line and column in front; IoError.
ExpressionExplanation explanation_of(const ExpressionRequest& request, std::size_t paths, const NumberStyle& numbers);

}  // namespace bprop::cli
