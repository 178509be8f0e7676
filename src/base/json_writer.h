// SPDX-License-Identifier: Apache-2.0
//
// JsonWriter: JSON text, piece by piece, for what must end well without memory, too: there is no tree of values whose
// destructor would ask for some (strict_json.h). Scalars are written by nlohmann-json, which throws json::exception
// where a text is not UTF-8; what stands twice or in the wrong place is the caller's mistake.
//
//   JsonWriter json;
//   json.object([&] {
//     json.member("name", "mse");
//     json.key("quantiles");
//     json.list(quantiles);
//   });
//   json.text();  // {"name":"mse","quantiles":[0.1,0.9]}
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bprop {

class JsonWriter {
 public:
  std::string text() && { return std::move(text_); }

  template <class Write>
  void object(Write write) {
    separate();
    text_ += '{';
    is_first_ = true;
    write();
    text_ += '}';
    is_first_ = false;
  }

  // write(item) for each.
  template <class Items, class Write>
  void list(const Items& items, Write write) {
    separate();
    text_ += '[';
    is_first_ = true;
    for (const auto& item : items) write(item);
    text_ += ']';
    is_first_ = false;
  }
  template <class Items>
  void list(const Items& items) {
    list(items, [this](const auto& item) { this->value(item); });
  }

  template <class Scalar>
    requires(std::is_arithmetic_v<Scalar> || std::is_convertible_v<const Scalar&, std::string_view>)
  void value(const Scalar& scalar) {
    separate();
    text_ += nlohmann::json(scalar).dump();
  }

  // The key of the value that comes next.
  void key(std::string_view name) {
    value(name);
    text_ += ':';
    is_first_ = true;
  }
  template <class Scalar>
  void member(std::string_view name, const Scalar& scalar) {
    key(name);
    value(scalar);
  }

 private:
  void separate() {
    if (!is_first_) text_ += ',';
    is_first_ = false;
  }

  std::string text_;
  bool is_first_ = true;  // of its object or list; no comma before it
};

}  // namespace bprop
