// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>

#include "base/json_writer.h"
#include "base/sentence.h"
#include "base/strict_json.h"
#include "bprop/error.h"

namespace bprop::checkpoint {
namespace {

using nlohmann::json;

// A list of whole numbers from 0 to 2^64 − 1, and nothing else.
std::optional<std::vector<std::uint64_t>> whole_numbers(const json& value) {
  if (!value.is_array()) return std::nullopt;
  std::vector<std::uint64_t> numbers;
  for (const json& item : value) {
    if (!item.is_number_unsigned()) return std::nullopt;
    numbers.push_back(item.get<std::uint64_t>());
  }
  return numbers;
}

Result<Tensor> parse_entry(const std::string& name, const json& entry, std::string_view path) {
  const auto refuse = [&](const std::string& reason) {
    return format_failure(fmt::format("{}: tensor {}: {}", path, in_quotes(name), reason));
  };
  constexpr std::array<std::string_view, 3> kKeys = {"data_offsets", "dtype", "shape"};
  if (!entry.is_object()) return refuse(fmt::format("its entry is a JSON {}, expected an object", entry.type_name()));
  for (const std::string_view key : kKeys) {
    if (!entry.contains(key)) return refuse(fmt::format("its entry has no \"{}\"", key));
  }
  for (const auto& item : entry.items()) {
    if (std::find(kKeys.begin(), kKeys.end(), item.key()) == kKeys.end()) {
      return refuse(fmt::format("its entry has the unknown key {}", in_quotes(item.key())));
    }
  }

  Tensor tensor;
  tensor.name = name;
  const json& dtype = entry["dtype"];
  const auto known = dtype.is_string() ? dtype_named(dtype.get_ref<const std::string&>()) : std::nullopt;
  if (!known) {
    return refuse(fmt::format("dtype {} is unknown, expected F32, F64 or another of the format's",
                              dtype.is_string() ? in_quotes(dtype.get_ref<const std::string&>()) : "(no text)"));
  }
  tensor.dtype = *known;

  auto shape = whole_numbers(entry["shape"]);
  if (!shape) return refuse("shape is not a list of whole numbers");
  if (shape->size() > kMaxRank) {
    return refuse(fmt::format("shape has {} dimensions, expected at most {}", shape->size(), kMaxRank));
  }
  tensor.shape = std::move(*shape);
  const auto needed = bytes_needed(tensor.dtype, tensor.shape);
  if (!needed) return refuse(fmt::format("shape {} is larger than any file", shape_text(tensor.shape)));

  const auto offsets = whole_numbers(entry["data_offsets"]);
  if (!offsets || offsets->size() != 2) return refuse("data_offsets are not two whole numbers");
  tensor.begin = (*offsets)[0];
  tensor.end = (*offsets)[1];
  if (tensor.begin > tensor.end) {
    return refuse(fmt::format("data_offsets begin at {}, behind their end {}", tensor.begin, tensor.end));
  }
  if (tensor.end - tensor.begin != *needed) {
    return refuse(fmt::format("data_offsets {} to {} are {} bytes, expected {} for {} {}", tensor.begin, tensor.end,
                              tensor.end - tensor.begin, *needed, row_of(tensor.dtype).name, shape_text(tensor.shape)));
  }
  return tensor;
}

Result<Metadata> parse_metadata(const json& value, std::string_view path) {
  if (!value.is_object()) {
    return format_failure(
        fmt::format("{}: {} is a JSON {}, expected an object", path, kMetadataKey, value.type_name()));
  }
  Metadata metadata;
  for (const auto& item : value.items()) {
    if (!item.value().is_string()) {
      return format_failure(fmt::format("{}: {} {} is a JSON {}, expected a text", path, kMetadataKey,
                                        in_quotes(item.key()), item.value().type_name()));
    }
    metadata.emplace(item.key(), item.value().get_ref<const std::string&>());
  }
  return metadata;
}

}  // namespace

std::optional<std::uint64_t> bytes_needed(Dtype dtype, std::span<const std::uint64_t> shape) {
  std::uint64_t product = row_of(dtype).bytes;
  for (const std::uint64_t size : shape) {
    if (__builtin_mul_overflow(product, size, &product)) return std::nullopt;
  }
  return product;
}

const Tensor* SafetensorsFile::find(std::string_view name) const {
  const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const Tensor& t) { return t.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

std::string header_json(const SafetensorsFile& file) try {
  JsonWriter header;
  header.object([&] {
    header.key(kMetadataKey);
    header.object([&] {
      for (const auto& [key, text] : file.metadata) header.member(key, text);
    });
    for (const Tensor& tensor : file.tensors) {
      header.key(tensor.name);
      header.object([&] {
        header.member("dtype", row_of(tensor.dtype).name);
        header.key("shape");
        header.list(tensor.shape);
        header.key("data_offsets");
        header.list(std::array{tensor.begin, tensor.end});
      });
    }
  });
  return std::move(header).text();
} catch (const json::exception&) {
  throw UsageError("a tensor's name or a text of the metadata is not UTF-8");
}

Result<SafetensorsFile> parse_header_json(std::string_view text, std::string_view path) {
  const auto parsed =
      parse_strict_json(text, {kMaxHeaderDepth, kMaxHeaderItems}, fmt::format("{}: header", path), kLengthBytes);
  if (!parsed) return parsed.failure();
  SafetensorsFile file;
  for (const auto& item : parsed->root().items()) {
    if (item.key() == kMetadataKey) {
      auto metadata = parse_metadata(item.value(), path);
      if (!metadata) return metadata.failure();
      file.metadata = std::move(*metadata);
    } else {
      auto tensor = parse_entry(item.key(), item.value(), path);
      if (!tensor) return tensor.failure();
      file.tensors.push_back(std::move(*tensor));
    }
  }
  std::sort(file.tensors.begin(), file.tensors.end(), [](const Tensor& a, const Tensor& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  return file;
}

}  // namespace bprop::checkpoint
