// SPDX-License-Identifier: Apache-2.0
//
// The lessons, each in the file of its name.
#pragma once

#include "bprop/document.h"

namespace bprop::teaching {

Document one_layer();
Document two_layers();
Document depth();
Document any_depth();
Document descent();
Document naive_search();
Document one_weight();
Document forward_backward();
Document losses();
Document predict();
Document sgd();
Document chain_rule();
Document matrix_form();

}  // namespace bprop::teaching
