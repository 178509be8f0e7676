// SPDX-License-Identifier: Apache-2.0
//
// Reports of epochs as numbers of a checkpoint: a row each.
#pragma once

#include <string>
#include <vector>

#include "bprop/train.h"
#include "checkpoint/state_list.h"

namespace bprop::training {

void list_report(checkpoint::StateList& state, const std::string& name, EpochReport& report);
void list_reports(checkpoint::StateList& state, const std::string& name, std::vector<EpochReport>& reports);

}  // namespace bprop::training
