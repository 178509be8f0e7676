// SPDX-License-Identifier: Apache-2.0
//
// Result<T>: a value, or the sentence that says why there is none. Functions named parse_* return one, because bytes
// from outside being wrong is no exceptional thing; load_* call value_or_throw().
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "bprop/error.h"

namespace bprop {

// What stands in a Result without a value: which of the four kinds of error, and its sentence.
struct Failure {
  enum class Kind { kShape, kFormat, kIo, kUsage };
  Kind kind = Kind::kFormat;
  std::string message;
};

[[noreturn]] inline void throw_failure(const Failure& failure) {
  switch (failure.kind) {
    case Failure::Kind::kShape: throw ShapeError(failure.message);
    case Failure::Kind::kIo: throw IoError(failure.message);
    case Failure::Kind::kUsage: throw UsageError(failure.message);
    case Failure::Kind::kFormat: break;
  }
  throw FormatError(failure.message);
}

inline Failure format_failure(std::string message) { return {Failure::Kind::kFormat, std::move(message)}; }
inline Failure io_failure(std::string message) { return {Failure::Kind::kIo, std::move(message)}; }
inline Failure usage_failure(std::string message) { return {Failure::Kind::kUsage, std::move(message)}; }

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}            // NOLINT: a value is a Result
  Result(Failure failure) : state_(std::move(failure)) {}  // NOLINT: so is a Failure

  explicit operator bool() const { return std::holds_alternative<T>(state_); }

  // Only with a value.
  T& operator*() { return std::get<T>(state_); }
  const T& operator*() const { return std::get<T>(state_); }
  T* operator->() { return &std::get<T>(state_); }
  const T* operator->() const { return &std::get<T>(state_); }

  // Only without one.
  const Failure& failure() const { return std::get<Failure>(state_); }

  T value_or_throw() && {
    if (!*this) throw_failure(failure());
    return std::move(std::get<T>(state_));
  }

 private:
  std::variant<T, Failure> state_;
};

}  // namespace bprop
