// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong, as four kinds of exception under one base. The text says in one sentence where, what was found and
// what was expected: "[dense.backward] d_output is (32 x 10), expected (32 x 3)".
#pragma once

#include <stdexcept>
#include <string>

namespace bprop {

// Base of everything that the library throws (apart from std::bad_alloc).
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A matrix, span or layer does not have the expected size.
class ShapeError : public Error {
 public:
  using Error::Error;
};

// Bytes from outside are not what their format demands; the text names file, line or byte, found and expected.
class FormatError : public Error {
 public:
  using Error::Error;
};

// The operating system refused: no such file, no permission, no space.
class IoError : public Error {
 public:
  using Error::Error;
};

// A call or option asks for something that does not exist or cannot be.
class UsageError : public Error {
 public:
  using Error::Error;
};

}  // namespace bprop
