// SPDX-License-Identifier: Apache-2.0
//
// A disk that fails while a run writes: at any call, once or from then on. The run ends well, or with one sentence, and
// goes on to the same bits once the disk is whole again.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "checkpoint/faulty_disk.h"
#include "checkpoint/file_bytes.h"
#include "train/small_run.h"

namespace bprop {
namespace {

using checkpoint::Fault;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr int kFewerBytes = 0;

// Every call fails by EIO, one in so many by each of the others: a minute instead of three.
std::size_t stride_of(int code) { return code == EIO ? 1 : 5; }

// Whoever flushes a file again after that has failed hears that all is well, and it is not.
class WatchedDisk : public checkpoint::FaultyDisk {
 public:
  using FaultyDisk::FaultyDisk;

  int open(const char* path, int flags, mode_t permissions) override {
    const int file = FaultyDisk::open(path, flags, permissions);
    given_up_.erase(file);
    return file;
  }
  int flush(int file) override {
    EXPECT_FALSE(given_up_.contains(file)) << "a file is flushed again whose flush failed";
    const int result = FaultyDisk::flush(file);
    if (result != 0 && errno != EINTR) given_up_.insert(file);
    return result;
  }

 private:
  std::set<int> given_up_;
};

class RunFaults : public SmallRun {
 protected:
  RunFaults() {
    options_.epochs = 2;
    run("whole", options_);
    whole_ = files("whole");
  }

  // Runs until the fault, and on; false when the run was over before it.
  bool strike(const Fault& fault) {
    SCOPED_TRACE(testing::Message() << "call " << fault.call << ", error " << fault.code << ", for ever "
                                    << fault.for_ever);
    forget("run");
    WatchedDisk disk(fault);
    std::vector<std::string> warnings;
    std::string said;
    {
      const checkpoint::OtherDisk instead(disk);
      said = thrown([&] { warnings = run("run", options_).warnings; });
    }
    if (disk.failed().empty()) return false;
    SCOPED_TRACE(disk.failed());
    if (said.empty()) {
      EXPECT_TRUE(files("run") == whole_);
      ended_well_ += 1;
    } else {
      expect_one_sentence(said, fault);
      ended_ += 1;
    }
    for (const std::string& warning : warnings) expect_warning(warning, fault);
    warned_ += warnings.empty() ? 0U : 1U;
    expect_that_it_goes_on();
    return true;
  }

  void expect_one_sentence(const std::string& said, const Fault& fault) const {
    EXPECT_THAT(said, StartsWith("IoError: " + at("run")));
    EXPECT_THAT(said, EndsWith(": " + checkpoint::system_text(fault.code)));
    EXPECT_TRUE(fault.for_ever || (fault.code != EINTR && fault.code != kFewerBytes)) << said;
  }
  void expect_warning(const std::string& warning, const Fault& fault) const {
    EXPECT_THAT(warning, StartsWith(at("run/checkpoints")));
    EXPECT_THAT(warning, HasSubstr(": " + checkpoint::system_text(fault.code) + "; "));
  }
  void expect_that_it_goes_on() const {
    const std::string said = thrown([&] { resume("run", options_); });
    if (!said.empty()) {
      EXPECT_EQ(said, nothing_to_go_on_from("run"));
      run("run", options_);
    }
    EXPECT_TRUE(files("run") == whole_);
  }

  TrainOptions options_ = options();
  Files whole_;
  std::size_t ended_well_ = 0;
  std::size_t warned_ = 0;
  std::size_t ended_ = 0;
};

TEST_F(RunFaults, ARunWhoseDiskFailsOnceGoesOnOrSaysSoAndCanBeResumed) {
  for (const int code : {EIO, ENOSPC, EDQUOT, EINTR, kFewerBytes}) {
    for (std::size_t call = 0; !HasFailure() && strike({call, code, false}); call += stride_of(code)) continue;
  }
  std::cout << ended_well_ << " runs ended well, " << warned_ << " of them with a warning; " << ended_ << " did not\n";
}

TEST_F(RunFaults, ARunWhoseDiskFailsForEverEndsWithOneSentenceAndCanBeResumed) {
  for (const int code : {EIO, ENOSPC, EDQUOT, EINTR}) {
    for (std::size_t call = 0; !HasFailure() && strike({call, code, true}); call += stride_of(code)) continue;
  }
  std::cout << ended_well_ << " runs ended well, " << warned_ << " of them with a warning; " << ended_ << " did not\n";
}

}  // namespace
}  // namespace bprop
