// SPDX-License-Identifier: Apache-2.0
//
// What the options of `bprop explain` mean: which number of the network, by which names.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bprop/model.h"
#include "bprop/selector.h"
#include "bprop/what_if.h"

namespace bprop::cli {

// Columns of inputs, classes or target of outputs, as far as the model knows them.
UnitNames unit_names(const Model& model);

// The number that `--option text` asks for. Throws UsageError that begins with the option.
Selector selector_of(Selector::Kind kind, std::string_view option, const std::string& text,
                     const Architecture& architecture, Notation notation, const UnitNames& names);

// A weight or a bias: the latter if its name begins with b, or is a unit's (1:2).
Selector parameter_of(std::string_view option, const std::string& text, const Architecture& architecture,
                      Notation notation, const UnitNames& names);

// --what-if. Throws UsageError.
Otherwise otherwise_of(const std::string& text, const Architecture& architecture, Notation notation,
                       const UnitNames& names);

// --convention: none if it is "". Throws UsageError.
std::optional<bool> column_vectors(const std::string& convention);

// --digits, from 1 to 17. Throws UsageError.
int checked_digits(std::size_t digits);

}  // namespace bprop::cli
