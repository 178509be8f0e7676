// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/temporary_name.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/without_root.h"
#include "checkpoint/temporary_folder.h"

namespace bprop::checkpoint {
namespace {

class TemporaryName : public TemporaryFolder {};

constexpr std::string_view kGone = "x.tmp-999999999-0";  // Linux has no process of this number

TEST_F(TemporaryName, SaysWhoWrites) {
  EXPECT_EQ(writer_of(kGone), Writer::kGone);
  EXPECT_EQ(writer_of(fmt::format("x.tmp-{}-0", ::getpid())), Writer::kThisProgram);
  EXPECT_EQ(writer_of(fmt::format("x.tmp-{}-0", ::getppid())), Writer::kAlive);
  for (const std::string_view name :
       {"x", "x.tmp-", "x.tmp-12", "x.tmp-12-", "x.tmp-12-b", "x.tmp-12-1b", "x.tmp-12-99999999999", "x.tmp--1",
        "x.tmp-b-1", "x.tmp-1b-1", "x.tmp-0-1", "x.tmp-99999999999-1"}) {
    EXPECT_EQ(writer_of(name), Writer::kNone) << name;
  }
}

TEST_F(TemporaryName, SomebodyElsesProcessIsAlive) {
  const WithoutRoot nobody(folder_);
  EXPECT_EQ(writer_of("x.tmp-1-0"), Writer::kAlive);  // whom it may not be sent a signal
}

TEST_F(TemporaryName, PassesOverWhatIsThere) {
  const std::string before = unused_name(at("x"));
  const std::size_t dash = before.rfind('-');
  const unsigned long number = std::stoul(before.substr(dash + 1));
  put(before.substr(0, dash + 1) + std::to_string(number + 1), "remains");
  EXPECT_EQ(unused_name(at("x")), before.substr(0, dash + 1) + std::to_string(number + 2));
}

TEST_F(TemporaryName, WhatIsGoneWhenItIsLookedAtStays) {
  std::filesystem::create_symlink("nowhere", at(std::string(kGone)));
  remove_remains(at("x"));
  EXPECT_EQ(files(), 1U);
  remove_remains(at("no/x"));
  EXPECT_EQ(files(), 1U);
}

TEST_F(TemporaryName, APathWithoutFolderIsInThisOne) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  put(std::string(kGone), "half");
  std::filesystem::last_write_time(kGone, std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  remove_remains("x");
  std::filesystem::current_path(before);
  EXPECT_EQ(files(), 0U);
}

}  // namespace
}  // namespace bprop::checkpoint
