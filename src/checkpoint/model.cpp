// SPDX-License-Identifier: Apache-2.0
#include "bprop/model.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/check.h"
#include "base/result.h"
#include "checkpoint/file_bytes.h"
#include "checkpoint/loss_checks.h"
#include "checkpoint/model_description.h"
#include "checkpoint/model_format.h"
#include "checkpoint/model_reader.h"
#include "checkpoint/model_writer.h"
#include "checkpoint/network_toml.h"
#include "checkpoint/tensor_file.h"

namespace bprop {
namespace {

using namespace checkpoint;

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A safetensors file has '{' at byte 8, behind a length whose high bytes are 0; a text has neither.
bool looks_like_text(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, 4096);
  return !start.empty() && start.find('\0') == std::string_view::npos;
}

Result<Model> parse_any_model(std::span<const std::byte> bytes, const std::string& path) {
  const std::string_view text = text_of(bytes);
  if (path.ends_with(".toml")) return parse_network_toml(text, path);
  if (!looks_like_text(text)) return parse_model(bytes, path);
  auto model = parse_network_toml(text, path);
  if (model) return model;
  return format_failure(model.failure().message + " (read as TOML, since it is text and no safetensors file)");
}

}  // namespace

const Architecture& Model::architecture() const {
  return std::visit([](const auto& n) -> const Architecture& { return n.architecture(); }, network);
}

Arithmetic Model::arithmetic() const {
  return std::visit([](const auto& n) { return n.arithmetic(); }, network);
}

void save(const Model& model, const std::string& path) {
  const auto mistake = find_mistake(model.loss);
  BPROP_CHECK(!mistake, UsageError, "[save] {}", *mistake);
  BPROP_CHECK(std::isfinite(model.temperature) && model.temperature > 0, UsageError,
              "[save] temperature is {}, expected a number above 0", model.temperature);
  check_save_path(path);
  write_safetensors(path, model_tensors(model), {{std::string(kDescriptionKey), description_text(model)}});
}

void check_save_path(const std::string& path) { check_destination(path, FileKind::kModel); }

bool is_model_file(const std::string& path) { return kind_of_file(path) == FileKind::kModel; }

Model load_model(const std::string& path) {
  const FileBytes file = read_file(path).value_or_throw();
  return parse_any_model(file.bytes.span(), path).value_or_throw();
}

Model model_from_toml(std::string_view text, const std::string& path) {
  return parse_network_toml(text, path).value_or_throw();
}

}  // namespace bprop
