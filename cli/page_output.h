// SPDX-License-Identifier: Apache-2.0
//
// --format and --output: how a page is written, and where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "bprop/document.h"
#include "bprop/exercise.h"
#include "options.h"

namespace bprop::cli {

class PageOutput {
 public:
  // Which formats there are: each has those before it as well.
  enum class Formats : std::uint8_t { kPages, kData, kGraphs };  // text, markdown, latex, html; json; dot
  void declare(Options& options, Formats formats = Formats::kGraphs);

  // Throws UsageError for a format that there is not, and what a file that cannot be written would throw later.
  // `json`: the flag --json was given.
  void check(const Options& options, bool json);

  // Whatever has a document() and a render_json(); pages begin with the picture, if there is one. Throws UsageError for
  // dot, unless it has a render_dot() as well.
  template <class Explained>
  void write(const Explained& explained, const NumberStyle& numbers, const std::optional<Figure>& picture = {}) const {
    if (format_ == "json") return deliver(render_json(explained));
    if (format_ == "dot") return deliver(dot(explained));
    if constexpr (requires { document(explained, numbers); }) {
      deliver(written(with(picture, document(explained, numbers)), numbers));
    } else {
      deliver(written(with(picture, document(explained)), numbers));
    }
  }
  void write(const ExerciseSet& set, SheetPlace sheet) const;
  // A page alone: throws UsageError for json and dot.
  void write(const Document& document, const NumberStyle& numbers) const;

 private:
  template <class Explained>
  static std::string dot(const Explained& explained) {
    if constexpr (requires { render_dot(explained); }) {
      return render_dot(explained);
    } else {
      refuse_dot();
    }
  }

  static Document with(const std::optional<Figure>& picture, Document page);
  [[noreturn]] static void refuse_dot();
  std::string written(const Document& document, const NumberStyle& numbers) const;
  void deliver(const std::string& page) const;

  std::size_t formats_ = 0;  // how many of the list there are
  std::string format_ = "text";
  std::string output_;
};

}  // namespace bprop::cli
