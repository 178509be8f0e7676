// SPDX-License-Identifier: Apache-2.0
//
// Verb: what can stand after `bprop`. A verb is one file, <verb>.cpp, that defines the function of its name in verbs.h;
// it declares options bound to its own members, and runs when they are set.
#pragma once

#include <string_view>

#include "exit_code.h"
#include "options.h"

namespace bprop::cli {

// Texts of help, in the order in which they are printed.
struct VerbText {
  std::string_view name;
  std::string_view summary;   // one line, for the list of verbs
  std::string_view examples;  // one or more lines, as typed
  std::string_view usage;     // after "bprop NAME "
  std::string_view details;   // paragraphs
};

class Verb {
 public:
  explicit Verb(const VerbText& text) : text_(text) {}
  Verb(const Verb&) = delete;
  Verb& operator=(const Verb&) = delete;
  virtual ~Verb() = default;

  const VerbText& text() const { return text_; }

  virtual void declare(Options& options) = 0;
  // Results go to stdout, everything else to stderr; failures are thrown. The options say what was given; a verb may
  // take out what does not apply.
  virtual ExitCode run(Options& options) = 0;

 private:
  VerbText text_;
};

}  // namespace bprop::cli
