// SPDX-License-Identifier: Apache-2.0
//
// What is expected of explanations of layer norms and batch norms alike.
#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bprop/explain.h"

namespace bprop::explained {

inline const Step& step_named(const Derivation& derivation, std::string_view name) {
  for (const Step& step : derivation.steps) {
    if (step.name == name) return step;
  }
  throw std::runtime_error("no step " + std::string(name));
}

inline void expect_figures(const DoubleNetwork& network, const ExplainRows& rows,
                           const std::vector<std::pair<Selector, double>>& figures) {
  for (const auto& [what, value] : figures) {
    const Derivation derivation = explain(network, rows, what);
    EXPECT_NEAR(derivation.value(), value, 1e-13) << derivation.title;
    EXPECT_NEAR(derivation.agreement.engine, value, 1e-13) << derivation.title;
    EXPECT_TRUE(derivation.agreement.agrees) << derivation.title;
    EXPECT_TRUE(derivation.agreement.complex_step) << derivation.title;
  }
}

// Of each layer every bias, δ, a and weight that is there; every input.
inline void expect_every_number_to_agree(const DoubleNetwork& network, const ExplainRows& rows) {
  const auto expect_to_agree = [&](const Selector& what) {
    const Derivation derivation = explain(network, rows, what);
    EXPECT_TRUE(derivation.agreement.agrees) << derivation.title;
  };
  for (std::size_t layer = 0; layer < network.architecture().layers.size(); ++layer) {
    const Layer& of = network.architecture().layers[layer];
    for (std::size_t unit = 0; unit < outputs_of(of); ++unit) {
      for (const Selector& what : {bias(layer, unit), delta(layer, unit), activation(layer, unit)}) {
        expect_to_agree(what);
      }
      for (std::size_t from = 0; from < inputs_of(of); ++from) {
        if (connects(of, unit, from)) expect_to_agree(weight(layer, unit, from));
      }
    }
  }
  for (std::size_t i = 0; i < network.inputs(); ++i) expect_to_agree(input(i));
}

}  // namespace bprop::explained
