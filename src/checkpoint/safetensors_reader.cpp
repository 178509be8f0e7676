// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/safetensors_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/check.h"
#include "base/sentence.h"
#include "checkpoint/checksum.h"

namespace bprop::checkpoint {
namespace {

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Every byte of the data belongs to exactly one tensor.
std::optional<Failure> find_gap(const std::vector<Tensor>& tensors, std::uint64_t data_size, std::string_view path) {
  std::uint64_t covered = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& tensor = tensors[i];
    if (tensor.end > data_size) {
      return format_failure(fmt::format("{}: tensor {} ends at byte {} of the data, but the file has only {}", path,
                                        in_quotes(tensor.name), tensor.end, data_size));
    }
    if (tensor.begin < covered) {
      return format_failure(fmt::format("{}: tensors {} and {} overlap at byte {} of the data", path,
                                        in_quotes(tensors[i - 1].name), in_quotes(tensor.name), tensor.begin));
    }
    if (tensor.begin > covered) {
      return format_failure(fmt::format("{}: bytes {} to {} of the data, before tensor {}, belong to no tensor", path,
                                        covered, tensor.begin, in_quotes(tensor.name)));
    }
    covered = tensor.end;
  }
  if (covered != data_size) {
    return format_failure(fmt::format("{}: {} bytes follow the last tensor, expected none", path, data_size - covered));
  }
  return std::nullopt;
}

std::optional<Failure> verify_header(std::span<const std::byte> head, const std::string& expected,
                                     std::string_view path) {
  // With its digits: a key that ends in an escaped quotation mark and these letters may stand before it, or at the end.
  const std::string key = fmt::format("\"{}\":\"", kChecksumKey);
  const std::size_t at = text_of(head).find(key + expected + "\"");
  if (at == std::string_view::npos || expected.size() != kChecksumDigits) {
    return format_failure(fmt::format("{}: checksum of the header is not of the form {}16 digits\"", path, key));
  }
  std::vector<std::byte> blank(head.begin(), head.end());
  std::fill_n(blank.begin() + static_cast<std::ptrdiff_t>(at + key.size()), kChecksumDigits, std::byte{'0'});
  const std::string found = checksum(blank);
  if (found == expected) return std::nullopt;
  return format_failure(
      fmt::format("{}: the header is damaged: its checksum is {}, expected {}", path, found, in_quotes(expected)));
}

// A file without bprop's checksums (PyTorch's) is as good as its reader says; one with them is verified whole.
std::optional<Failure> verify(const SafetensorsFile& file, std::span<const std::byte> head, std::string_view path) {
  const auto own = file.metadata.find(kChecksumKey);
  if (own == file.metadata.end()) {
    const bool of_tensors = std::any_of(file.metadata.begin(), file.metadata.end(), [](const auto& item) {
      return item.first.starts_with(fmt::format("{}.", kChecksumKey));
    });
    if (!of_tensors) return std::nullopt;
    return format_failure(fmt::format("{}: has checksums of tensors but none of the header", path));
  }
  if (auto failure = verify_header(head, own->second, path)) return failure;
  for (const Tensor& tensor : file.tensors) {
    const auto expected = file.metadata.find(fmt::format("{}.{}", kChecksumKey, tensor.name));
    if (expected == file.metadata.end()) {
      return format_failure(fmt::format("{}: tensor {} has no checksum", path, in_quotes(tensor.name)));
    }
    const std::string found = checksum(tensor.bytes);
    if (found != expected->second) {
      return format_failure(fmt::format("{}: tensor {} is damaged: its checksum is {}, expected {}", path,
                                        in_quotes(tensor.name), found, in_quotes(expected->second)));
    }
  }
  return std::nullopt;
}

}  // namespace

Result<std::uint64_t> parse_header_end(std::span<const std::byte> bytes, std::uint64_t file_size,
                                       std::string_view path) {
  if (bytes.size() < kLengthBytes) {
    return format_failure(
        fmt::format("{}: has {} bytes, expected a safetensors file: 8 bytes for the length of its "
                    "header, then the header",
                    path, file_size));
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kMaxHeaderBytes) {
    return format_failure(
        fmt::format("{}: not a safetensors file: its first 8 bytes give a header of {} bytes, "
                    "expected at most {}",
                    path, length, kMaxHeaderBytes));
  }
  if (length > file_size - kLengthBytes) {
    return format_failure(fmt::format("{}: is cut off: its header ends at byte {}, but the file has only {}", path,
                                      kLengthBytes + length, file_size));
  }
  return kLengthBytes + length;
}

Result<SafetensorsFile> parse_safetensors_header(std::span<const std::byte> bytes, std::string_view path) {
  const auto end = parse_header_end(bytes, bytes.size(), path);
  if (!end) return end.failure();
  const std::string_view header = text_of(bytes.subspan(kLengthBytes, *end - kLengthBytes));
  if (header.empty() || header.front() != '{') {
    return format_failure(
        fmt::format("{}: not a safetensors file: its header does not begin with '{{' at byte {}", path, kLengthBytes));
  }
  return parse_header_json(header, path);
}

Result<SafetensorsFile> parse_safetensors(std::span<const std::byte> bytes, std::string_view path) {
  auto file = parse_safetensors_header(bytes, path);
  if (!file) return file;
  const std::uint64_t head_size = *parse_header_end(bytes, bytes.size(), path);
  const auto data = bytes.subspan(head_size);
  if (auto failure = find_gap(file->tensors, data.size(), path)) return *failure;
  for (Tensor& tensor : file->tensors) tensor.bytes = data.subspan(tensor.begin, tensor.end - tensor.begin);
  if (auto failure = verify(*file, bytes.first(head_size), path)) return *failure;
  return file;
}

template <class T>
std::vector<T> values_of(const Tensor& tensor) {
  BPROP_DCHECK(tensor.dtype == dtype_of<T>());
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}
template std::vector<float> values_of(const Tensor&);
template std::vector<double> values_of(const Tensor&);
template std::vector<std::uint32_t> values_of(const Tensor&);
template std::vector<std::uint64_t> values_of(const Tensor&);

}  // namespace bprop::checkpoint
