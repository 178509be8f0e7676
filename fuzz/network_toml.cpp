// SPDX-License-Identifier: Apache-2.0
//
// Networks typed by hand: what is read can be saved, and is the same when it is loaded.
#include "checkpoint/network_toml.h"

#include "scratch.h"
#include "target.h"

namespace bprop::fuzz {

void examine(std::string_view bytes) {
  const auto model = checkpoint::parse_network_toml(bytes, "network");
  if (!model) throw_failure(model.failure());
  static const std::string path = scratch("model");
  save(*model, path);
  const std::string written = get(path);
  save(load_model(path), path);
  must(get(path) == written, "a network that is saved and loaded is the same");
}

}  // namespace bprop::fuzz
