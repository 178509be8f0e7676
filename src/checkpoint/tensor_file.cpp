// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/tensor_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "checkpoint/atomic_file.h"
#include "checkpoint/checkpoint_file.h"
#include "checkpoint/file_bytes.h"
#include "checkpoint/model_format.h"
#include "checkpoint/trace_format.h"

namespace bprop::checkpoint {
namespace {

struct KindRow {
  FileKind kind;
  std::string_view key;  // of the metadata that marks it
  std::string_view words;
};
constexpr std::array kMarked = {KindRow{FileKind::kModel, kDescriptionKey, "model"},
                                KindRow{FileKind::kTrace, kTraceKey, "trace"},
                                KindRow{FileKind::kCheckpoint, kCheckpointKey, "checkpoint"}};

std::string_view words_of(FileKind kind) {
  const auto row = std::ranges::find(kMarked, kind, &KindRow::kind);
  return row == kMarked.end() ? "file of tensors" : row->words;
}

}  // namespace

FileKind kind_of_file(const std::string& path) {
  std::error_code ignored;
  const auto type = std::filesystem::symlink_status(path, ignored).type();
  if (type == std::filesystem::file_type::not_found) return FileKind::kNone;

  const auto start = read_file(path, kLengthBytes);
  if (!start) return FileKind::kOther;
  const auto end = parse_header_end(start->bytes.span(), start->file_size, path);
  if (!end) return FileKind::kOther;
  const auto head = read_file(path, *end);
  if (!head) return FileKind::kOther;
  const auto file = parse_safetensors_header(head->bytes.span(), path);
  if (!file || !file->metadata.contains(kChecksumKey)) return FileKind::kOther;
  for (const KindRow& row : kMarked) {
    if (file->metadata.contains(row.key)) return row.kind;
  }
  return FileKind::kTensors;
}

void check_destination(const std::string& path, FileKind kind) {
  check_replaceable(path);
  const FileKind there = kind_of_file(path);
  if (there == FileKind::kNone || there == kind) return;
  throw UsageError(fmt::format("{}: exists and is not a {} of bprop; it stays as it is", path, words_of(kind)));
}

void write_tensors(const std::string& path, std::vector<TensorSource> tensors, Metadata metadata) {
  for (const KindRow& row : kMarked) {
    BPROP_CHECK(!metadata.contains(row.key), UsageError, "{}: the metadata key \"{}\" marks a {}", path, row.key,
                row.words);
  }
  check_destination(path, FileKind::kTensors);
  write_safetensors(path, std::move(tensors), std::move(metadata));
}

}  // namespace bprop::checkpoint
