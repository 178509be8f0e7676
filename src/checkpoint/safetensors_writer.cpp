// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/safetensors_writer.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/sentence.h"
#include "checkpoint/atomic_file.h"
#include "checkpoint/checksum.h"

namespace bprop::checkpoint {
namespace {

std::string checksum_key(const std::string& tensor) { return fmt::format("{}.{}", kChecksumKey, tensor); }

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

// The header with every tensor in its place and zeros for checksums.
SafetensorsFile plan(const std::vector<TensorSource>& tensors, Metadata metadata) {
  SafetensorsFile file{.tensors = {}, .metadata = std::move(metadata)};
  file.metadata[std::string(kChecksumKey)] = kNoChecksum;
  std::set<std::string_view> names = {kMetadataKey};
  std::uint64_t begin = 0;
  for (const TensorSource& tensor : tensors) {
    BPROP_CHECK(names.insert(tensor.name).second, UsageError, "two tensors are called {}", in_quotes(tensor.name));
    const auto size = bytes_needed(tensor.dtype, tensor.shape);
    BPROP_CHECK(size.has_value(), ShapeError, "tensor {} {} is larger than any file", in_quotes(tensor.name),
                shape_text(tensor.shape));
    file.tensors.push_back({tensor.name, tensor.dtype, tensor.shape, begin, begin + *size, {}});
    file.metadata[checksum_key(tensor.name)] = kNoChecksum;
    begin += *size;
  }
  return file;
}

// Length field, JSON and padding: all before the data. Its size depends on names and shapes only, not on checksums.
std::string head_text(const SafetensorsFile& file) {
  std::string text = header_json(file);
  while ((kLengthBytes + text.size()) % kDataAlignment != 0) text += ' ';
  BPROP_CHECK(text.size() <= kMaxHeaderBytes, UsageError, "the header would be {} bytes, expected at most {}",
              text.size(), kMaxHeaderBytes);
  std::string head;
  for (std::size_t i = 0; i < kLengthBytes; ++i) head += static_cast<char>(text.size() >> (8 * i) & 0xff);
  return head + text;
}

// Appends one tensor's bytes; their checksum.
std::string write_data(const TensorSource& source, const Tensor& tensor, AtomicFile& file) {
  Checksum sum;
  std::uint64_t size = 0;
  source.write([&](std::span<const std::byte> part) {
    file.append(part);
    sum.add(part);
    size += part.size();
  });
  BPROP_CHECK(size == tensor.end - tensor.begin, ShapeError, "tensor {} has {} bytes, expected {} for {} {}",
              in_quotes(tensor.name), size, tensor.end - tensor.begin, row_of(tensor.dtype).name,
              shape_text(tensor.shape));
  return sum.text();
}

// Wider element types first, otherwise in the given order. (std::stable_sort of libstdc++ 12 calls a function that
// clang warns of as deprecated.)
std::vector<TensorSource> widest_first(std::vector<TensorSource> tensors) {
  std::vector<TensorSource> sorted;
  sorted.reserve(tensors.size());
  for (const std::size_t bytes : {8U, 4U, 2U, 1U}) {
    for (TensorSource& tensor : tensors) {
      if (row_of(tensor.dtype).bytes == bytes) sorted.push_back(std::move(tensor));
    }
  }
  return sorted;
}

}  // namespace

void write_safetensors(const std::string& path, std::vector<TensorSource> tensors, Metadata metadata) {
  tensors = widest_first(std::move(tensors));
  SafetensorsFile header = plan(tensors, std::move(metadata));
  const std::string without_sums = head_text(header);

  AtomicFile file(path);
  file.reserve(without_sums.size() + (header.tensors.empty() ? 0 : header.tensors.back().end));
  file.append(bytes_of(without_sums));
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    header.metadata[checksum_key(tensors[i].name)] = write_data(tensors[i], header.tensors[i], file);
  }

  // The header's own checksum is taken over its final bytes with '0' in the place of the digits.
  header.metadata[std::string(kChecksumKey)] = checksum(bytes_of(head_text(header)));
  const std::string head = head_text(header);
  BPROP_DCHECK(head.size() == without_sums.size());
  file.overwrite(0, bytes_of(head));
  file.commit();
}

}  // namespace bprop::checkpoint
