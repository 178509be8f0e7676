// SPDX-License-Identifier: Apache-2.0
//
// The options that verbs share: --config, --seed, --threads, --json, --quiet. They are declared here and nowhere else;
// a verb has those that mean something to it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"

namespace bprop::cli {

// What help says of them; "" where a verb does without (quiet, threads, seed).
struct ProgramWords {
  std::string_view json;
  std::string_view quiet = "no remarks";
  std::string_view threads = "0: as many as there are processors";
  std::string_view seed = "";
};

struct ProgramOptions {
  std::string config;  // read by program.cpp before the verb runs
  std::uint64_t seed = 0;
  int threads = 0;
  bool json = false;
  bool quiet = false;

  void declare(Options& options, const ProgramWords& words);

  // On stderr, unless --quiet is given.
  void remark_all(std::string_view verb, const std::vector<std::string>& sentences) const;
};

}  // namespace bprop::cli
