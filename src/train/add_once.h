// SPDX-License-Identifier: Apache-2.0
//
// Warnings of several trainings on the same table: each is said once.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace bprop::training {

inline void add_once(const std::vector<std::string>& from, std::vector<std::string>& to) {
  for (const std::string& text : from) {
    if (std::find(to.begin(), to.end(), text) == to.end()) to.push_back(text);
  }
}

}  // namespace bprop::training
