// SPDX-License-Identifier: Apache-2.0
//
// LogFile: a file that grows while a training runs. What is appended waits in memory until flush(), or until there is
// much of it. Throws IoError with the path and the system's words; what could not be written then is given up.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checkpoint/disk_file.h"

namespace bprop::training {

class LogFile {
 public:
  void open(const std::string& path);  // made anew, empty. Without it nothing is written
  bool exists() const { return file_.has_value(); }
  void append(std::string_view text) {
    if (!exists()) return;
    waiting_ += text;
    if (waiting_.size() > kMostWaiting) flush();
  }
  void flush();  // so far that another program can read it

 private:
  static constexpr std::size_t kMostWaiting = std::size_t{1} << 16U;

  std::optional<checkpoint::DiskFile> file_;
  std::string waiting_;
};

}  // namespace bprop::training
