// SPDX-License-Identifier: Apache-2.0
#include "program_options.h"

#include "terminal.h"

namespace bprop::cli {

void ProgramOptions::declare(Options& options, const ProgramWords& words) {
  options.heading("Program");
  options.value("config", "FILE.toml", config, "options from a file; the command line has the last word");
  options.command_line_only("config");
  if (!words.seed.empty()) options.value("seed", "N", seed, words.seed);
  if (!words.threads.empty()) options.value("threads", "N", threads, words.threads);
  options.flag("json", json, words.json);
  if (!words.quiet.empty()) options.flag("quiet", quiet, words.quiet);
}

void ProgramOptions::remark_all(std::string_view verb, const std::vector<std::string>& sentences) const {
  if (!quiet) cli::remark_all(verb, sentences);
}

}  // namespace bprop::cli
