// SPDX-License-Identifier: Apache-2.0
//
// A checkpoint: the state of a training between two updates (state_list.h) as a safetensors file, and in its metadata
// what the run began with, name by name. The whole format for a stranger: docs/model-file.md. Change nothing here
// without a new version.
#pragma once

#include <string>

#include "base/result.h"
#include "checkpoint/file_bytes.h"
#include "checkpoint/safetensors_header.h"
#include "checkpoint/state_list.h"

namespace bprop::checkpoint {

inline constexpr std::string_view kCheckpointKey = "bprop_checkpoint";  // its version
inline constexpr std::string_view kCheckpointVersion = "1";

// Replaces `path` atomically, whatever was there: a damaged one must make room. Throws IoError, UsageError.
void write_checkpoint(const std::string& path, const StateList& state, Metadata origin);

struct CheckpointFile {
  std::string path;
  FileBytes bytes;
  SafetensorsFile file;  // a view of the bytes
};

// Every checksum was compared.
Result<CheckpointFile> read_checkpoint(const std::string& path);

}  // namespace bprop::checkpoint
