// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/disk_file.h"

#include <fcntl.h>

#include "base/without_root.h"
#include "checkpoint/faulty_disk.h"
#include "checkpoint/temporary_folder.h"

namespace bprop::checkpoint {
namespace {

class DiskFileTest : public TemporaryFolder {};

TEST_F(DiskFileTest, ADiskThatTakesNothingIsAFault) {
  class TakesNothing : public Disk {
    ssize_t append(int, const std::byte*, std::size_t) override { return 0; }
  } disk;
  const OtherDisk instead(disk);
  DiskFile file(at("x"), at("x"), O_WRONLY | O_CREAT);
  EXPECT_EQ(thrown([&] { file.append(bytes_of("1")); }),
            "IoError: " + at("x") + ": cannot be written: Input/output error");
}

TEST_F(DiskFileTest, WhatCannotBeCutIsNot) {
  put(at("x"), "123");
  FaultyDisk disk({.call = 1, .code = EIO});
  const OtherDisk instead(disk);
  DiskFile file(at("x"), at("x"), O_WRONLY);
  EXPECT_EQ(thrown([&] { file.cut(1); }), "IoError: " + at("x") + ": cannot be written: Input/output error");
  EXPECT_EQ(disk.failed(), "cut");
  EXPECT_EQ(get(at("x")), "123");
}

TEST_F(DiskFileTest, AFolderThatSomebodyMakesMeanwhileIsAFolder) {
  class SomebodyElse : public Disk {
    int make_folder(const char* path) override {
      Disk::make_folder(path);
      return Disk::make_folder(path);
    }
  } disk;
  const OtherDisk instead(disk);
  make_folder(at("a/b"), "cannot be made");
  EXPECT_TRUE(std::filesystem::is_directory(at("a/b")));
}

TEST_F(DiskFileTest, AFolderWhereNobodyMayLookIsNotMade) {
  std::string sentence;
  call_where_nobody_may_look(folder_, [&] { sentence = thrown([] { make_folder("a/b", "cannot be made"); }); });
  EXPECT_EQ(sentence, "IoError: .: cannot be made: Permission denied");
}

TEST_F(DiskFileTest, TheFolderOfABareNameIsThisOne) {
  EXPECT_EQ(folder_of("x"), ".");
  EXPECT_EQ(folder_of("a/x"), "a");
}

}  // namespace
}  // namespace bprop::checkpoint
