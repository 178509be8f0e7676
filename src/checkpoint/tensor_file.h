// SPDX-License-Identifier: Apache-2.0
//
// Files of plain tensors (gradients), traces and checkpoints beside model files: which is which, and that none takes
// the place of another or of somebody else's work.
#pragma once

#include <string>
#include <vector>

#include "checkpoint/safetensors_writer.h"

namespace bprop::checkpoint {

enum class FileKind {
  kNone,        // there is no such file
  kModel,       // written by save()
  kTrace,       // written by TraceWriter
  kCheckpoint,  // written by write_checkpoint()
  kTensors,     // written by write_tensors()
  kOther,       // anything else, also what cannot be read
};

// By the header alone: the numbers may be damaged. Follows symbolic links.
FileKind kind_of_file(const std::string& path);

// Throws UsageError or IoError when a file of this kind cannot be written to the path: something else is there, a
// symbolic link, no folder, no permission.
void check_destination(const std::string& path, FileKind kind);

// Writes a file of plain tensors with checksums, atomically. Replaces only a file of the same kind. Metadata must not
// have the key "bprop", which marks a model.
//   write_tensors("grads.safetensors", {tensor_source<float>("layers.0.d_weights", {out, in}, d_weights)}, {});
void write_tensors(const std::string& path, std::vector<TensorSource> tensors, Metadata metadata = {});

}  // namespace bprop::checkpoint
