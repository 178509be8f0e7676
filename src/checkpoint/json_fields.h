// SPDX-License-Identifier: Apache-2.0
//
// JsonFields: the keys of one JSON object, read one by one, each with its type, and none left over. Throws FormatError;
// the parse_* function around it turns that into a Result.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/sentence.h"
#include "bprop/error.h"
#include "checkpoint/text_json.h"

namespace bprop::checkpoint {

class JsonFields {
 public:
  // `where` begins the sentences: "model.safetensors: description: loss".
  JsonFields(const nlohmann::json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) fail(fmt::format("is a JSON {}, expected an object", object_.type_name()));
  }

  bool has(const char* key) const { return object_.contains(key); }

  const nlohmann::json& any(const char* key) {
    read_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end()) fail(fmt::format("has no \"{}\"", key));
    return *found;
  }
  const nlohmann::json& array(const char* key) { return checked(key, any(key).is_array(), "a list"); }
  bool flag(const char* key) { return checked(key, any(key).is_boolean(), "true or false").get<bool>(); }
  double number(const char* key) { return checked(key, any(key).is_number(), "a number").get<double>(); }
  std::string text(const char* key) {
    auto text = text_of_json(any(key));
    checked(key, text.has_value(), "a text");
    return *text;
  }
  std::vector<std::string> texts(const char* key) {
    std::vector<std::string> result;
    for (const nlohmann::json& item : array(key)) {
      auto text = text_of_json(item);
      checked(key, text.has_value(), "a list of texts");
      result.push_back(std::move(*text));
    }
    return result;
  }
  std::vector<std::size_t> counts(const char* key) {
    std::vector<std::size_t> result;
    for (const nlohmann::json& item : array(key)) {
      checked(key, item.is_number_unsigned(), "a list of whole numbers, 0 or more");
      result.push_back(item.get<std::size_t>());
    }
    return result;
  }
  std::vector<double> numbers(const char* key) {
    std::vector<double> result;
    for (const nlohmann::json& item : array(key)) {
      checked(key, item.is_number(), "a list of numbers");
      result.push_back(item.get<double>());
    }
    return result;
  }

  // Throws when the object has a key that nobody asked for.
  void finish() const {
    for (const auto& item : object_.items()) {
      if (!read_.contains(item.key())) fail(fmt::format("has the unknown key {}", in_quotes(item.key())));
    }
  }

  [[noreturn]] void fail(const std::string& reason) const { throw FormatError(fmt::format("{} {}", where_, reason)); }

 private:
  const nlohmann::json& checked(const char* key, bool right, const char* expected) const {
    if (!right) fail(fmt::format("has \"{}\" that is a JSON {}, expected {}", key, object_[key].type_name(), expected));
    return object_[key];
  }

  const nlohmann::json& object_;
  std::string where_;
  std::set<std::string, std::less<>> read_;
};

}  // namespace bprop::checkpoint
