// SPDX-License-Identifier: Apache-2.0
#include "train/log_file.h"

#include <fcntl.h>

#include <span>
#include <utility>

namespace bprop::training {

void LogFile::open(const std::string& path) { file_.emplace(path, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW); }

void LogFile::flush() {
  if (!exists()) return;
  const std::string text = std::exchange(waiting_, {});
  file_->append(std::as_bytes(std::span(text)));
}

}  // namespace bprop::training
