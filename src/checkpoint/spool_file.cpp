// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/spool_file.h"

#include <fcntl.h>

#include "checkpoint/disk.h"
#include "checkpoint/temporary_name.h"

namespace bprop::checkpoint {
namespace {

DiskFile without_name(const std::string& beside) {
  const std::string name = unused_name(beside);
  DiskFile file(beside, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW);
  disk().remove(name.c_str());
  return file;
}

}  // namespace

SpoolFile::SpoolFile(const std::string& beside) : file_(without_name(beside)) {}

}  // namespace bprop::checkpoint
