// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/folder_list.h"

#include <dirent.h>

#include <cerrno>
#include <memory>
#include <string_view>

namespace bprop::checkpoint {

std::optional<std::vector<std::string>> names_in(const std::string& folder) {
  const auto close = [](DIR* open) { ::closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> open(::opendir(folder.c_str()), close);
  if (!open) return std::nullopt;
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* const entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  if (errno != 0) return std::nullopt;
  return names;
}

}  // namespace bprop::checkpoint
