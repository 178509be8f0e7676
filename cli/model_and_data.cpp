// SPDX-License-Identifier: Apache-2.0
#include "model_and_data.h"

#include <fmt/format.h>

#include "bprop/error.h"

namespace bprop::cli {

void ModelAndData::declare(Options& options) {
  options.positional("MODEL", model_path, "written by bprop, or a network typed by hand (TOML)");
  options.positional("DATA", data_options.path, "table or images; not needed if the network brings its rows");
  options.heading("Data");
  data_options.declare(options);
}

void ModelAndData::exclude(Options& options) const {
  data_options.exclude(options, "without DATA: the network's own rows are meant");
}

Model ModelAndData::model() const {
  if (model_path.empty()) throw UsageError("MODEL is missing: expected the file of a model");
  return load_model(model_path);
}

std::optional<Dataset> ModelAndData::data(const Model& model, bool target_needed) const {
  if (!data_options.path.empty()) return load_for_model(model, data_options, target_needed);
  if (model.exercise && model.exercise->rows > 0) return std::nullopt;
  throw UsageError(fmt::format("DATA is missing: {} brings no rows of its own", model_path));
}

std::string ModelAndData::source() const {
  const std::string& path = data_options.path.empty() ? model_path : data_options.path;
  return path.substr(path.find_last_of('/') + 1);
}

}  // namespace bprop::cli
