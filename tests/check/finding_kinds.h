// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "bprop/doctor.h"

namespace bprop {

inline std::vector<Finding::Kind> kinds(const std::vector<Finding>& findings) {
  std::vector<Finding::Kind> found;
  for (const Finding& finding : findings) found.push_back(finding.kind);
  return found;
}
inline std::vector<Finding::Kind> kinds(const Diagnosis& diagnosis) { return kinds(diagnosis.findings); }

}  // namespace bprop
