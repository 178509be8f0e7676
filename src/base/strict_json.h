// SPDX-License-Identifier: Apache-2.0
//
// JSON from outside: UTF-8 checked, no key twice in one object, nesting and number of items limited. The only way by
// which bprop reads JSON.
#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bprop {

struct JsonLimits {
  int depth;          // objects and arrays inside each other
  std::size_t items;  // keys and values together
};

// A JSON value that gives its memory back without asking for more. nlohmann's own destructor flattens what is nested
// into a vector, and ends the program where there is no memory for it.
class JsonDocument {
 public:
  JsonDocument();  // null
  ~JsonDocument();
  JsonDocument(JsonDocument&& other) noexcept;
  JsonDocument& operator=(JsonDocument&& other) noexcept;

  const nlohmann::json& root() const { return *root_; }
  nlohmann::json& root() { return *root_; }

 private:
  std::unique_ptr<nlohmann::json> root_;
};

// `where` begins the sentence of a failure, which counts the text's first byte as `first_byte`.
Result<JsonDocument> parse_strict_json(std::string_view text, JsonLimits limits, std::string_view where,
                                       std::size_t first_byte = 0);

}  // namespace bprop
