// SPDX-License-Identifier: Apache-2.0
//
// NaturalOrder: names as people count them: runs of digits compare as numbers, so that "fc2" comes before "fc10".
#pragma once

#include <string_view>

namespace bprop::checkpoint {

struct NaturalOrder {
  // A strict order: only equal texts are equivalent ("fc2" comes before "fc02").
  bool operator()(std::string_view a, std::string_view b) const;
};

}  // namespace bprop::checkpoint
