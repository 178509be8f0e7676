// SPDX-License-Identifier: Apache-2.0
//
// Files whose reading fails in the middle, call by call: one sentence says so, and a call that a signal breaks off is
// made again.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <new>
#include <thread>

#include "bprop/dataset.h"
#include "bprop/error.h"
#include "bprop/model.h"
#include "checkpoint/checkpoint_file.h"
#include "checkpoint/checksum.h"
#include "checkpoint/failing_calls.h"
#include "checkpoint/file_bytes.h"
#include "checkpoint/folder_list.h"
#include "checkpoint/folder_lock.h"
#include "checkpoint/tensor_file.h"
#include "checkpoint/textbook.h"
#include "data/bytes_and_files.h"

namespace bprop {
namespace {

using testing::HasSubstr;

constexpr std::string_view kCsv = "x,y\n1,2\n3,4\n";

class ReadFaults : public testing::Test {
 protected:
  std::string npy() const {
    std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }";
    text.resize(117, ' ');
    text += '\n';
    return folder_.write("rows.npy", std::string("\x93NUMPY\x01\x00\x76\x00", 10) + text + std::string(8, '\0'));
  }
  std::string idx() const {
    return folder_.write("rows.idx", std::string("\0\0\x08\x02\0\0\0\x02\0\0\0\x02\x01\x02\x03\x04", 16));
  }
  std::string labels() const { return folder_.write("labels.idx", std::string("\0\0\x08\x01\0\0\0\x02\x01\x02", 10)); }

  TemporaryFolder folder_;
};

std::string refusal(const std::function<void()>& read) {
  try {
    read();
    return "none";
  } catch (const Error& error) {
    return error.what();
  }
}

// Each call of a kind fails in turn; returns how many there are.
std::size_t fail_each(Call call, const std::function<void()>& read, std::string_view expected) {
  for (std::size_t number = 0;; ++number) {
    const FailingCall fault(call, number, EIO);
    const std::string said = refusal(read);
    if (!fault.happened()) {
      EXPECT_EQ(said, "none");
      return number;
    }
    EXPECT_THAT(said, HasSubstr(std::string(expected) + "Input/output error")) << "call " << number;
  }
}

TEST_F(ReadFaults, OfTablesAreRefusedWhicheverCallFails) {
  const std::string csv = folder_.write("rows.csv", std::string(kCsv));
  const std::string zipped = folder_.write("rows.csv.gz", gzipped(std::string(kCsv)));
  const std::string array = npy(), images = idx(), digits = labels();
  const std::vector<std::function<void()>> readers = {
      [&] { load_table(csv); },
      [&] { load_csv(csv); },
      [&] { load_csv(zipped); },
      [&] { load_npy(array); },
      [&] { load_npy(array, {.labels = array}); },
      [&] { load_table(array); },
      [&] { load_idx(images); },
      [&] { load_idx(images, digits); },
      [&] { load_table(images, {}, digits); },
  };
  for (std::size_t k = 0; k < readers.size(); ++k) {
    SCOPED_TRACE(k);
    EXPECT_GE(fail_each(Call::kRead, readers[k], ": cannot be read: "), 3U);
    EXPECT_GE(fail_each(Call::kSeek, readers[k], ": cannot be read again: "), 1U);
    EXPECT_GE(fail_each(Call::kStatus, readers[k], ": cannot be read: "), 1U);
  }
}

TEST_F(ReadFaults, OfAQuotedFieldOverManyLinesAreRefused) {
  std::string rows = "x,y\n1,\"";
  for (int line = 0; line < 200; ++line) rows += "text\n";
  const std::string csv = folder_.write("quoted.csv", rows + "\"\n");
  EXPECT_GE(fail_each(Call::kRead, [&] { load_csv(csv, {.buffer_bytes = 16}); }, ": cannot be read: "), 20U);
}

TEST_F(ReadFaults, OfAModelAreRefusedWhicheverCallFails) {
  const std::string path = folder_.path() + "/model.safetensors";
  save(model_from_toml(kMazur), path);
  const auto read = [&] { load_model(path); };
  EXPECT_EQ(fail_each(Call::kRead, read, ": cannot be read: "), 1U);
  EXPECT_EQ(fail_each(Call::kStatus, read, ": cannot be read: "), 1U);
  const FailingCall cut(Call::kRead, 0, kEnds);
  EXPECT_EQ(refusal(read), path + ": became shorter while it was read");
}

TEST_F(ReadFaults, OfACheckpointAreRefused) {
  const std::string path = folder_.path() + "/step-1.safetensors";
  std::size_t epoch = 3;
  checkpoint::StateList state;
  state.number("epoch", epoch);
  checkpoint::write_checkpoint(path, state, {});
  const auto read = [&] { (void)checkpoint::read_checkpoint(path).value_or_throw(); };
  EXPECT_EQ(fail_each(Call::kRead, read, ": cannot be read: "), 1U);
  EXPECT_EQ(fail_each(Call::kStatus, read, ": cannot be read: "), 1U);
}

TEST_F(ReadFaults, AFileThatCannotBeReadIsNobodys) {
  const std::string path = folder_.path() + "/model.safetensors";
  save(model_from_toml(kMazur), path);
  for (std::size_t number = 0; number < 2; ++number) {
    const FailingCall fault(Call::kRead, number, EIO);
    EXPECT_EQ(checkpoint::kind_of_file(path), checkpoint::FileKind::kOther);
    EXPECT_TRUE(fault.happened());
  }
}

TEST_F(ReadFaults, ASignalIsNoFault) {
  const std::string csv = folder_.write("rows.csv", std::string(kCsv));
  const std::string model = folder_.path() + "/model.safetensors";
  save(model_from_toml(kMazur), model);
  for (std::size_t number = 0; number < 3; ++number) {
    const FailingCall signal(Call::kRead, number, EINTR);
    EXPECT_EQ(load_csv(csv).rows(), 2U);
    EXPECT_TRUE(signal.happened());
  }
  const FailingCall signal(Call::kRead, 0, EINTR);
  EXPECT_EQ(load_model(model).architecture().inputs(), 2U);
  EXPECT_TRUE(signal.happened());
}

TEST_F(ReadFaults, APipeIsReadToItsEnd) {
  const std::string pipe = folder_.path() + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] {
    std::ofstream file(pipe);
    file << kCsv;
    for (int row = 0; row < 50'000; ++row) file << "5,6\n";
  });
  EXPECT_EQ(load_csv(pipe).rows(), 50'002U);
  writer.join();
}

TEST_F(ReadFaults, OfAPipeAreRefused) {
  const std::string pipe = folder_.path() + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::fstream both_ends(pipe);  // nobody waits for another
  const FailingCall fault(Call::kRead, 0, EIO);
  EXPECT_EQ(refusal([&] { load_csv(pipe); }), pipe + ": cannot be read: Input/output error");
}

TEST_F(ReadFaults, OfAFolderGiveNoHalfList) {
  folder_.write("a", "");
  EXPECT_EQ(checkpoint::names_in(folder_.path())->size(), 1U);
  const FailingCall fault(Call::kFolderEntry, 1, EIO);
  EXPECT_EQ(checkpoint::names_in(folder_.path()), std::nullopt);
}

TEST_F(ReadFaults, AFolderIsOnesAloneWhereItCanBeLocked) {
  using checkpoint::FolderLock;
  const FolderLock first(folder_.path());
  EXPECT_EQ(refusal([&] { const FolderLock second(folder_.path()); }),
            folder_.path() + ": another training writes there, expected it to end first, or another folder");
  const FailingCall fault(Call::kLock, 0, ENOLCK);  // a file system without locks
  EXPECT_EQ(refusal([&] { const FolderLock second(folder_.path()); }), "none");
}

TEST_F(ReadFaults, LibrariesWithoutMemoryAreOutOfMemory) {
  const std::string zipped = folder_.write("rows.csv.gz", gzipped("x,y\n\"1\",2\n"));
  for (const Call call : {Call::kInflate, Call::kInflatePiece, Call::kCsvParser, Call::kCsvParse}) {
    const FailingCall fault(call, 0, ENOMEM);
    EXPECT_THROW(load_csv(zipped), std::bad_alloc);
  }
  const FailingCall fault(Call::kChecksum, 0, ENOMEM);
  EXPECT_THROW(checkpoint::Checksum(), std::bad_alloc);
}

}  // namespace
}  // namespace bprop
