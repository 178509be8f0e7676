// SPDX-License-Identifier: Apache-2.0
//
// "r=2, s=pi/2" and "f,s; g,r".
#include "bprop/expression.h"
#include "target.h"

namespace bprop::fuzz {

void examine(std::string_view bytes) {
  if (take_byte(bytes) % 2 == 0) {
    for (const NamedNumber& number : parse_named_numbers(bytes)) {
      must(!number.name.empty(), "a named number has a name");
    }
  } else {
    for (const NamedDerivative& derivative : parse_named_derivatives(bytes)) {
      must(!derivative.of.empty() && !derivative.by.empty(), "a derivative is of something by something");
    }
  }
}

}  // namespace bprop::fuzz
