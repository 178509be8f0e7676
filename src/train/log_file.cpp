// SPDX-License-Identifier: Apache-2.0
#include "train/log_file.h"

#include <fcntl.h>

#include <filesystem>
#include <span>
#include <utility>

namespace bprop::training {

void LogFile::open(const std::string& path, Begin begin) {
  const int how = begin == Begin::kAnew ? O_TRUNC : O_APPEND;
  file_.emplace(path, path, O_WRONLY | O_CREAT | O_NOFOLLOW | how);
}

void LogFile::flush() {
  if (!exists()) return;
  const std::string text = std::exchange(waiting_, {});
  file_->append(std::as_bytes(std::span(text)));
  length_ += text.size();
}

void LogFile::make_last() {
  flush();
  if (exists()) file_->flush();
}

bool LogFile::go_on() {
  if (!exists()) return true;
  const std::uint64_t there = std::filesystem::file_size(file_->name());
  const bool whole = there >= length_;
  if (!whole) length_ = there;
  file_->cut(length_);
  return whole;
}

}  // namespace bprop::training
