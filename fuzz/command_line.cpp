// SPDX-License-Identifier: Apache-2.0
//
// The words after `bprop VERB`, a line each; the first byte chooses the verb. Its options are read, it does not run.
#include "command_line.h"

#include "target.h"
#include "verbs.h"

namespace bprop::fuzz {

void examine(std::string_view bytes) {
  const auto verbs = cli::all_verbs();
  cli::Verb& verb = *verbs[take_byte(bytes) % verbs.size()];
  std::vector<std::string> words;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    words.emplace_back(std::string(bytes.substr(0, end)).c_str());  // a word ends at a zero byte
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  cli::Options options;
  verb.declare(options);
  if (!cli::parse_command_line(words, options)) options.apply();
}

}  // namespace bprop::fuzz
