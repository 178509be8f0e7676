// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>

#include "checkpoint/file_bytes.h"
#include "checkpoint/temporary_folder.h"

namespace bprop::checkpoint {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class AtomicFileTest : public TemporaryFolder {};

mode_t permissions(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

TEST_F(AtomicFileTest, TheOldFileIsThereUntilTheNewOneIsWhole) {
  put(at("x"), "old");
  AtomicFile file(at("x"));
  file.append(bytes_of("new and longer"));
  file.overwrite(4, bytes_of("AND"));
  EXPECT_EQ(get(at("x")), "old");
  file.commit();
  EXPECT_EQ(get(at("x")), "new AND longer");
  EXPECT_EQ(files(), 1U);
}

TEST_F(AtomicFileTest, WithoutCommitNothingHasHappened) {
  put(at("x"), "old");
  {
    AtomicFile(at("x")).append(bytes_of("new"));
  }
  {
    AtomicFile(at("y")).append(bytes_of("new"));
  }
  EXPECT_EQ(get(at("x")), "old");
  EXPECT_EQ(files(), 1U);
}

// What a program that is gone left an hour ago goes with the next file in that place; all else stays: it may be another
// machine's that is writing, or somebody's own.
TEST_F(AtomicFileTest, TheRemainsOfAProgramThatWasKilledAreSwept) {
  const auto left = [&](const std::string& name, std::chrono::minutes age) {
    put(at(name), "half");
    std::filesystem::last_write_time(at(name), std::filesystem::file_time_type::clock::now() - age);
  };
  using std::chrono::minutes;
  left("x.tmp-999999999-0", minutes(61));
  left("x.tmp-999999999-1", minutes(59));
  left("x.tmp-" + std::to_string(::getpid()) + "-12345", minutes(61));
  left("x.tmp-1-0", minutes(61));
  left("x.tmp-mine", minutes(61));
  left("xx.tmp-999999999-0", minutes(61));
  AtomicFile(at("x")).commit();
  EXPECT_FALSE(std::filesystem::exists(at("x.tmp-999999999-0")));
  EXPECT_EQ(files(), 6U);
}

TEST_F(AtomicFileTest, AReplacedFileKeepsItsPermissionsAndANewOneObeysTheMask) {
  put(at("x"), "old");
  ASSERT_EQ(::chmod(at("x").c_str(), 0640), 0);
  const mode_t mask = ::umask(027);
  AtomicFile(at("x")).commit();
  AtomicFile(at("y")).commit();
  ::umask(mask);
  EXPECT_EQ(permissions(at("x")), 0640U);
  EXPECT_EQ(permissions(at("y")), 0640U);
}

TEST_F(AtomicFileTest, ASymbolicLinkIsNeverReplacedNorFollowed) {
  put(at("x"), "old");
  ASSERT_EQ(::symlink("x", at("link").c_str()), 0);
  ASSERT_EQ(::symlink("nowhere", at("dangling").c_str()), 0);
  for (const char* name : {"link", "dangling"}) {
    EXPECT_EQ(thrown([&] { AtomicFile file(at(name)); }),
              "UsageError: " + at(name) + ": is a symbolic link, which would be replaced; name the file itself");
    EXPECT_THAT(thrown([&] { check_replaceable(at(name)); }), HasSubstr("is a symbolic link"));
  }
  EXPECT_EQ(get(at("x")), "old");
  EXPECT_EQ(files(), 3U);
}

TEST_F(AtomicFileTest, SaysWhyAPathCannotBeWritten) {
  const auto refusal = [](const std::string& path) {
    const std::string text = thrown([&] { AtomicFile file(path); });
    EXPECT_EQ(thrown([&] { check_replaceable(path); }), text);
    return text;
  };
  EXPECT_EQ(refusal(at("no/x")), "IoError: " + at("no/x") + ": cannot be written: No such file or directory");
  EXPECT_EQ(refusal(folder_.string()), "IoError: " + folder_.string() + ": is a folder, expected a file");
  EXPECT_EQ(refusal("/dev/null"), "IoError: /dev/null: is a device or pipe, expected a file");
  put(at("file"), "");
  EXPECT_THAT(thrown([&] { AtomicFile file(at("file/x")); }), EndsWith("cannot be written: Not a directory"));
}

TEST_F(AtomicFileTest, AFullDiskLeavesTheOldFileAndNoRemains) {
  put(at("x"), "old");
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{1000, before.rlim_max};  // stands for the full disk: the write fails half-way
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string text = thrown([&] {
    AtomicFile file(at("x"));
    file.append(bytes_of(std::string(2000, 'n')));
    file.commit();
  });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignored);
  EXPECT_EQ(text, "IoError: " + at("x") + ": cannot be written: File too large");
  EXPECT_EQ(get(at("x")), "old");
  EXPECT_EQ(files(), 1U);
}

TEST_F(AtomicFileTest, AFolderThatTakesThePathMeanwhileIsAnError) {
  AtomicFile file(at("x"));
  std::filesystem::create_directory(at("x"));
  EXPECT_EQ(thrown([&] { file.commit(); }), "IoError: " + at("x") + ": cannot be replaced: Is a directory");
}

class ReadFile : public TemporaryFolder {};

TEST_F(ReadFile, GivesAllBytesOrTheFirstFew) {
  put(at("x"), "0123456789");
  const auto all = read_file(at("x"));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->bytes.size(), 10U);
  const auto some = read_file(at("x"), 4);
  ASSERT_TRUE(some);
  EXPECT_EQ(some->bytes.size(), 4U);
  EXPECT_EQ(some->file_size, 10U);
}

TEST_F(ReadFile, SaysWhyItCannotRead) {
  const auto refusal = [](const std::string& path) { return read_file(path).failure().message; };
  EXPECT_EQ(refusal(at("x")), at("x") + ": no such file");
  EXPECT_EQ(refusal(folder_.string()), folder_.string() + ": is a folder, expected a file");
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  EXPECT_EQ(refusal(at("pipe")), at("pipe") + ": is a device or pipe, expected a file");
  put(at("file"), "");
  EXPECT_EQ(refusal(at("file/x")), at("file/x") + ": cannot be read: Not a directory");
}

}  // namespace
}  // namespace bprop::checkpoint
