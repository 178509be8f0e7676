// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bprop/grade.h"
#include "explain/json_parts.h"

namespace bprop::explaining {

Json json_of(const Grade& grade);

}  // namespace bprop::explaining
