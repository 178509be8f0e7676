// SPDX-License-Identifier: Apache-2.0
//
// From what was counted to what is wrong: the doctor's judgement, apart from how the numbers came about.
#pragma once

#include "bprop/divergence.h"
#include "bprop/doctor.h"
#include "check/layer_sums.h"

namespace bprop::check {

// Numbers of every layer, without a judgement.
std::vector<LayerHealth> layer_health(const Architecture& architecture, const NetworkSums& sums,
                                      const DoctorOptions& options);

// With every finding that the sums support. No rows: no findings.
Diagnosis judged(const Architecture& architecture, const NetworkSums& sums, const DoctorOptions& options);

// A number that is not finite, as a finding.
Finding finding_of(const Divergence& divergence);

}  // namespace bprop::check
