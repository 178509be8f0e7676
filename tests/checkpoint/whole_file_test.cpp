// SPDX-License-Identifier: Apache-2.0
#include "bprop/whole_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint/temporary_folder.h"

namespace bprop {
namespace {

class WholeFile : public TemporaryFolder {};

TEST_F(WholeFile, ReplacesAFileAndKeepsItsPermissions) {
  put(at("x"), "old");
  ASSERT_EQ(::chmod(at("x").c_str(), 0600), 0);
  check_whole_file(at("x"));
  write_whole_file(at("x"), "new");
  struct stat status{};
  ASSERT_EQ(::stat(at("x").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(get(at("x")), "new");
  EXPECT_EQ(files(), 1U);
}

TEST_F(WholeFile, ALinkAndAFolderStay) {
  put(at("x"), "old");
  ASSERT_EQ(::symlink("x", at("link").c_str()), 0);
  const std::string link =
      "UsageError: " + at("link") + ": is a symbolic link, which would be replaced; name the file itself";
  EXPECT_EQ(thrown([&] { check_whole_file(at("link")); }), link);
  EXPECT_EQ(thrown([&] { write_whole_file(at("link"), "new"); }), link);
  EXPECT_EQ(thrown([&] { write_whole_file(folder_.string(), "new"); }),
            "IoError: " + folder_.string() + ": is a folder, expected a file");
  EXPECT_EQ(get(at("x")), "old");
}

}  // namespace
}  // namespace bprop
