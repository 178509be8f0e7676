// SPDX-License-Identifier: Apache-2.0
#include "safetensors_input.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>

#include "checkpoint/checksum.h"
#include "checkpoint/safetensors_reader.h"
#include "target.h"

namespace bprop::fuzz {
namespace {

using namespace checkpoint;

// Where the object at the beginning ends, as far as brackets outside of texts tell.
std::size_t end_of_object(std::string_view text) {
  int depth = 0;
  bool inside_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (inside_text && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      inside_text = !inside_text;
    } else if (!inside_text && text[i] == '{') {
      ++depth;
    } else if (!inside_text && text[i] == '}' && --depth <= 0) {
      return i + 1;
    }
  }
  return text.size();
}

void put_checksum(std::string& file, std::size_t head, const std::string& key, std::string_view digits) {
  const std::string start = fmt::format("\"{}\":\"", key);
  const std::size_t at = file.find(start);
  if (at == std::string::npos || at + start.size() + kChecksumDigits > head) return;
  file.replace(at + start.size(), kChecksumDigits, digits);
}

void put_checksums(std::string& file) {
  const auto header = parse_safetensors_header(bytes_of(file), "file");
  if (!header) return;
  const std::size_t head = *parse_header_end(bytes_of(file), file.size(), "file");
  for (const Tensor& tensor : header->tensors) {
    if (tensor.begin > tensor.end || tensor.end > file.size() - head) continue;
    const std::string found = checksum(bytes_of(file).subspan(head + tensor.begin, tensor.end - tensor.begin));
    put_checksum(file, head, fmt::format("{}.{}", kChecksumKey, tensor.name), found);
  }
  put_checksum(file, head, std::string(kChecksumKey), kNoChecksum);
  put_checksum(file, head, std::string(kChecksumKey), checksum(bytes_of(file).first(head)));
}

}  // namespace

std::string safetensors_of(std::string_view input) {
  if (take_byte(input) == 0) return std::string(input);
  const std::uint64_t length = end_of_object(input);
  std::string file(kLengthBytes, '\0');
  std::memcpy(file.data(), &length, kLengthBytes);
  file += input;
  put_checksums(file);
  return file;
}

std::string input_of(std::string_view file) { return fmt::format("1{}", file.substr(kLengthBytes)); }

}  // namespace bprop::fuzz
