// SPDX-License-Identifier: Apache-2.0
//
// Calls of the system and of libraries by which files are read and folders locked, any of which can be made to fail.
// The linker gives a program its own versions of them (--wrap, CMakeLists.txt); those are in failing_calls.cpp.
#pragma once

#include <cstddef>

namespace bprop {

enum class Call {
  kRead,
  kSeek,
  kStatus,
  kFolderEntry,
  kLock,
  kInflate,
  kInflatePiece,
  kCsvParser,
  kCsvParse,
  kChecksum
};

// How a call fails: with errno; kEnds as if there were nothing more.
inline constexpr int kEnds = -1;

// While it lives, the call with a number, counted from 0, fails once.
class FailingCall {
 public:
  FailingCall(Call call, std::size_t number, int code);
  FailingCall(const FailingCall&) = delete;
  FailingCall& operator=(const FailingCall&) = delete;
  ~FailingCall();
  bool happened() const;
};

}  // namespace bprop
