// SPDX-License-Identifier: Apache-2.0
//
// Configuration files, as `bprop train --config` reads them: what was read is written, and means the same.
#include "config_file.h"

#include "scratch.h"
#include "target.h"
#include "verbs.h"

namespace bprop::fuzz {
namespace {

std::string resolved(const std::string& path) {
  const auto verb = cli::train_verb();
  cli::Options options;
  verb->declare(options);
  cli::read_config(path, options);
  options.apply();
  return cli::config_text(options);
}

}  // namespace

void examine(std::string_view bytes) {
  static const std::string path = scratch("config.toml");
  put(path, bytes);
  const std::string written = resolved(path);
  put(path, written);
  must(resolved(path) == written, "a configuration that is written means the same");
}

}  // namespace bprop::fuzz
