// SPDX-License-Identifier: Apache-2.0
//
// What nobody but root may do, tried as nobody.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace bprop {

// From construction to destruction root has the rights of user 65534 ("nobody"), for whom the folder is opened first.
// Anybody else stays who they are.
class WithoutRoot {
 public:
  explicit WithoutRoot(const std::filesystem::path& folder) {
    if (::geteuid() != 0) return;
    using std::filesystem::perms;
    constexpr perms kOpen = perms::group_read | perms::group_exec | perms::others_read | perms::others_exec;
    std::filesystem::permissions(folder, kOpen, std::filesystem::perm_options::add);  // the group stays root's
    was_root_ = ::setresuid(kNobody, kNobody, 0) == 0;  // both: access() asks for the real user, open() for the other
    EXPECT_TRUE(was_root_) << "root cannot become nobody";
  }
  ~WithoutRoot() {
    if (was_root_ && ::setresuid(0, 0, 0) != 0) ADD_FAILURE() << "nobody cannot become root again";
  }
  WithoutRoot(const WithoutRoot&) = delete;
  WithoutRoot& operator=(const WithoutRoot&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;
  bool was_root_ = false;
};

// Calls from inside a folder, made in `folder`, where nobody may look.
template <class Call>
void call_where_nobody_may_look(const std::filesystem::path& folder, const Call& call) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::create_directory(folder / "closed");
  std::filesystem::current_path(folder / "closed");
  std::filesystem::permissions(folder / "closed", std::filesystem::perms::none);
  {
    const WithoutRoot nobody(folder);
    call();
  }
  std::filesystem::current_path(before);
}

}  // namespace bprop
