// SPDX-License-Identifier: Apache-2.0
//
// LogFile: a file that grows while a training runs. What is appended waits in memory until flush(), or until there is
// much of it. Throws IoError with the path and the system's words; what could not be written then is given up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checkpoint/disk_file.h"
#include "checkpoint/state_list.h"

namespace bprop::training {

class LogFile {
 public:
  enum class Begin : std::uint8_t { kAnew, kGoOn };
  // Made anew, empty, or as it is there. Without it nothing is written.
  void open(const std::string& path, Begin begin = Begin::kAnew);
  bool exists() const { return file_.has_value(); }
  void append(std::string_view text) {
    if (!exists()) return;
    waiting_ += text;
    if (waiting_.size() > kMostWaiting) flush();
  }
  void flush();      // so far that another program can read it
  void make_last();  // flushes, and the disk has it

  // Its length, for a checkpoint before which it was flushed. Afterwards go_on() cuts the file back to that; false if
  // it is shorter.
  void list(checkpoint::StateList& state, const std::string& name) { state.number(name + ".bytes", length_); }
  bool go_on();
  std::size_t length() const { return length_; }

 private:
  static constexpr std::size_t kMostWaiting = std::size_t{1} << 16U;

  std::optional<checkpoint::DiskFile> file_;
  std::string waiting_;
  std::size_t length_ = 0;  // of what was flushed
};

}  // namespace bprop::training
