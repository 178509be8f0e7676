// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "options.h"
#include "verb.h"

namespace bprop::cli {

// `bprop help`: examples, verbs, where to read on.
std::string program_help(const std::vector<std::unique_ptr<Verb>>& verbs);

// `bprop help VERB`: examples, usage, details, options under their headings with their defaults.
std::string verb_help(const VerbText& text, const Options& options);

}  // namespace bprop::cli
