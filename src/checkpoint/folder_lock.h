// SPDX-License-Identifier: Apache-2.0
//
// FolderLock: while it lives, no other one of the same folder is there, in this program or another. The system takes it
// away with the program that dies, and no file is left. Where a folder cannot be locked (some network file systems), it
// keeps nobody out.
#pragma once

#include <string>

namespace bprop::checkpoint {

class FolderLock {
 public:
  FolderLock() = default;  // of nothing
  // Throws UsageError if there is another one.
  explicit FolderLock(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  ~FolderLock();

 private:
  int folder_ = -1;
};

}  // namespace bprop::checkpoint
