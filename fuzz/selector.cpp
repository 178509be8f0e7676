// SPDX-License-Identifier: Apache-2.0
//
// Names of weights, biases and units. The first byte chooses kind and notation; a name that is understood is written
// and understood again.
#include "bprop/selector.h"

#include "target.h"

namespace bprop::fuzz {

void examine(std::string_view bytes) {
  static const Architecture kNetwork =
      Architecture::parse("3 -> 12 relu -> layer-norm -> 2 no-bias -> add 1 -> 2 softmax");
  static const UnitNames kNames = {.inputs = {"age", "colour=red", "1"}, .outputs = {"no", "yes"}};
  const unsigned choice = take_byte(bytes);
  const auto kind = static_cast<Selector::Kind>(choice % 6);
  const auto notation = static_cast<Notation>(choice / 8 % 6);
  const Selector selector = selector_named(kind, bytes, kNetwork, notation, choice < 128 ? UnitNames{} : kNames);
  check_selector(selector, kNetwork);
  must(selector_named(kind, name_of(selector, kNetwork, notation), kNetwork, notation) == selector,
       "a name that is written is understood");
  if (kind > Selector::Kind::kBias) return;
  must(!concordance(selector, kNetwork, notation).names.empty(), "a number has names");
}

}  // namespace bprop::fuzz
