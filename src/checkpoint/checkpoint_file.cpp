// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/checkpoint_file.h"

#include <fmt/format.h>

#include <utility>

#include "base/sentence.h"
#include "checkpoint/safetensors_reader.h"

namespace bprop::checkpoint {

void write_checkpoint(const std::string& path, const StateList& state, Metadata origin) {
  origin.emplace(kCheckpointKey, kCheckpointVersion);
  write_safetensors(path, state.sources(), std::move(origin));
}

Result<CheckpointFile> read_checkpoint(const std::string& path) {
  auto bytes = read_file(path);
  if (!bytes) return bytes.failure();
  auto file = parse_safetensors(bytes->bytes.span(), path);
  if (!file) return file.failure();
  const auto version = file->metadata.find(kCheckpointKey);
  if (version == file->metadata.end() || !file->metadata.contains(kChecksumKey)) {
    return format_failure(fmt::format("{}: is no checkpoint of a run", path));
  }
  if (version->second != kCheckpointVersion) {
    return format_failure(fmt::format("{}: is a checkpoint of version {}, expected {}; a newer bprop reads it", path,
                                      in_quotes(version->second), kCheckpointVersion));
  }
  return CheckpointFile{path, std::move(*bytes), std::move(*file)};
}

}  // namespace bprop::checkpoint
