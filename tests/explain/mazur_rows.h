// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bprop/explain.h"
#include "golden/textbook_networks.h"

namespace bprop {

// The row of M. Mazur's example, for mazur().
inline const ExplainRows kMazurRows{kMazurInput, kMazurTarget};

}  // namespace bprop
