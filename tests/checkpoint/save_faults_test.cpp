// SPDX-License-Identifier: Apache-2.0
//
// A disk that fails while a model is saved: at any call, once or from then on, by an error, a signal, or by taking
// fewer bytes. What is at the path afterwards is the old file or the new one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "bprop/trace.h"
#include "checkpoint/faulty_disk.h"
#include "checkpoint/file_bytes.h"
#include "checkpoint/sample_models.h"
#include "checkpoint/temporary_folder.h"
#include "checkpoint/trace_writer.h"
#include "nn/network_state.h"

namespace bprop::checkpoint {
namespace {

using testing::EndsWith;
using testing::Eq;
using testing::StartsWith;

constexpr int kFewerBytes = 0;

class SaveFaults : public TemporaryFolder {
 protected:
  SaveFaults() {
    save(sample_pair(), at("old"));
    save(sample_classes(), at("new"));
    old_ = get(at("old"));
    new_ = get(at("new"));
    std::filesystem::remove(at("old"));
    std::filesystem::remove(at("new"));
  }

  // Saves over the old model; false when the saving was over before the fault.
  bool strike(const Fault& fault) {
    SCOPED_TRACE(testing::Message() << "call " << fault.call << ", error " << fault.code << ", for ever "
                                    << fault.for_ever);
    put(at("model"), old_);
    FaultyDisk faulty(fault);
    std::string said;
    {
      const OtherDisk instead(faulty);
      said = thrown([&] { save(sample_classes(), at("model")); });
    }
    if (faulty.failed().empty()) return false;
    expect_old_or_new(faulty, said, fault);
    std::filesystem::remove(at("model"));
    for (const auto& left : std::filesystem::directory_iterator(folder_)) {
      EXPECT_TRUE(fault.for_ever || faulty.failed() == "remove") << left.path();
      std::filesystem::remove(left.path());
    }
    return true;
  }

  void expect_old_or_new(const FaultyDisk& faulty, const std::string& said, const Fault& fault) {
    const std::string now = get(at("model"));
    if (said.empty()) {
      EXPECT_EQ(now, new_) << faulty.failed();
      const bool harmless = fault.code == kFewerBytes || fault.code == EINTR || faulty.failed() == "set_permissions" ||
                            faulty.calls().back() == "close";  // of the folder, after all is done
      EXPECT_TRUE(harmless) << faulty.failed();
      return;
    }
    EXPECT_THAT(said, StartsWith("IoError: " + at("model") + ": "));
    EXPECT_THAT(said, EndsWith(": " + system_text(fault.code)));
    EXPECT_EQ(load_model_bytes(), now);
    // Only after the renaming the new file is there although the disk complains.
    const bool renamed = said.find("its folder cannot be flushed") != std::string::npos;
    EXPECT_EQ(now, renamed ? new_ : old_) << said;
  }

  // Of the file at the path, which must be a whole model.
  std::string load_model_bytes() {
    save(load_model(at("model")), at("copy"));
    std::string bytes = get(at("copy"));
    std::filesystem::remove(at("copy"));
    return bytes;
  }

  std::string old_;
  std::string new_;
};

TEST_F(SaveFaults, TheOldModelOrTheNewOneIsThereWhateverCallFails) {
  for (const int code : {EIO, ENOSPC, EDQUOT, EINTR, kFewerBytes}) {
    for (const bool for_ever : {false, true}) {
      std::size_t call = 0;
      while (strike({call, code, for_ever})) ++call;
      EXPECT_GE(call, 10U);
    }
  }
}

TEST_F(SaveFaults, AFileSystemThatCannotReserveOrFlushAFolderIsFine) {
  put(at("model"), old_);
  FaultyDisk whole;
  {
    const OtherDisk watched(whole);
    save(sample_classes(), at("model"));
  }
  const auto& calls = whole.calls();
  const auto place = [&](const char* name, bool last) {
    const auto found =
        last ? std::find(calls.rbegin(), calls.rend(), name).base() - 1 : std::find(calls.begin(), calls.end(), name);
    return static_cast<std::size_t>(found - calls.begin());
  };
  for (const int code : {EOPNOTSUPP, EINVAL, ENOSYS}) {
    for (const std::size_t call : {place("reserve", false), place("flush", true)}) {
      put(at("model"), old_);
      FaultyDisk faulty({call, code, false});
      const OtherDisk instead(faulty);
      save(sample_classes(), at("model"));
      EXPECT_EQ(get(at("model")), new_);
      EXPECT_EQ(files(), 1U);
    }
  }
}

// Flushed before it is renamed, closed in between, and the folder after it: what POSIX promises stands on this order.
TEST_F(SaveFaults, BytesAreOnTheDiskBeforeTheirNameIs) {
  put(at("model"), old_);
  FaultyDisk watched;
  const OtherDisk instead(watched);
  save(sample_classes(), at("model"));
  EXPECT_THAT(watched.calls().front(), Eq("open"));
  const std::vector<std::string> last(watched.calls().end() - 7, watched.calls().end());
  EXPECT_THAT(last, testing::ElementsAre("write", "flush", "close", "rename", "open", "flush", "close"));
}

// A trace waits in a file without a name, and is written from there.
TEST_F(SaveFaults, ATraceIsWrittenWholeOrNotAtAll) {
  const Model model = sample_pair();
  const auto& network = std::get<DoubleNetwork>(model.network);
  const std::vector<double> gradient(network.state().layout.size(), 0.5);  // as long as the parameters
  const auto write = [&] {
    TraceWriter writer(at("trace"), model, {.optimizer = GradientDescent{}});
    writer.before<double>(network, gradient);
    writer.after(network, {1, 0.1, 0.25, 1, {0}});
    writer.commit();
  };
  write();
  const std::string whole = get(at("trace"));
  for (const int code : {EIO, EINTR, kFewerBytes}) {
    for (std::size_t call = 0;; ++call) {
      std::filesystem::remove(at("trace"));
      FaultyDisk faulty({call, code, false});
      std::string said;
      {
        const OtherDisk instead(faulty);
        said = thrown(write);
      }
      if (faulty.failed().empty()) break;
      const bool written = said.empty() || said.find("its folder") != std::string::npos;
      EXPECT_EQ(get(at("trace")), written ? whole : "") << faulty.failed() << ' ' << call << ' ' << said;
      EXPECT_LE(files(), faulty.failed() == "remove" ? 2U : 1U) << faulty.failed();
      for (const auto& left : std::filesystem::directory_iterator(folder_)) std::filesystem::remove(left.path());
    }
  }
}

}  // namespace
}  // namespace bprop::checkpoint
