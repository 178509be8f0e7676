// SPDX-License-Identifier: Apache-2.0
//
// Model files: the model that is read is written and read again, to the same bytes.
#include "bprop/model.h"

#include "checkpoint/model_reader.h"
#include "safetensors_input.h"
#include "scratch.h"
#include "target.h"

namespace bprop::fuzz {

void examine(std::string_view bytes) {
  const std::string file = safetensors_of(bytes);
  const auto model = checkpoint::parse_model(bytes_of(file), "model");
  if (!model) throw_failure(model.failure());
  static const std::string path = scratch("model");
  save(*model, path);
  const std::string written = get(path);
  save(load_model(path), path);
  must(get(path) == written, "a model that is written and read is the same");
}

}  // namespace bprop::fuzz
