// SPDX-License-Identifier: Apache-2.0
#include "base/strict_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "base/sentence.h"

namespace bprop {
namespace {

using nlohmann::json;

// Empties the value from its leaves up, so that no destructor finds anything nested. As deep as JsonLimits allow.
void empty(json& value) {
  const auto clear = [](auto& items, const auto& value_of) {
    for (auto& item : items) empty(value_of(item));
    items.clear();
  };
  if (value.is_array()) clear(value.get_ref<json::array_t&>(), [](json& item) -> json& { return item; });
  if (value.is_object()) clear(value.get_ref<json::object_t&>(), [](auto& member) -> json& { return member.second; });
}

// Makes the document from the parser's events. nlohmann's own builder keeps the last of two equal keys silently and
// nests without limit.
class Builder final : public json::json_sax_t {
 public:
  Builder(json& root, JsonLimits limits) : root_(root), limits_(limits) {}

  // Where the parser stopped, counted from 1, and why, if it was not at a byte that cannot stand there.
  std::size_t stopped_at() const { return stopped_at_; }
  const std::string& reason() const { return reason_; }

  bool null() override { return place(json()); }
  bool boolean(bool value) override { return place(value); }
  bool number_integer(number_integer_t value) override { return place(value); }
  bool number_unsigned(number_unsigned_t value) override { return place(value); }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return place(value); }
  bool string(string_t& value) override { return place(std::move(value)); }
  bool binary(binary_t& /*value*/) override { return refuse("has bytes that are no text"); }

  bool start_object(std::size_t /*size*/) override { return open(json::object()); }
  bool start_array(std::size_t /*size*/) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    const auto [member, is_new] = open_.back()->get_ref<json::object_t&>().try_emplace(name);
    if (!is_new) return refuse(fmt::format("key {} stands twice", in_quotes(name)));
    member_ = &member->second;
    return count();
  }

  bool parse_error(std::size_t position, const std::string& /*token*/, const json::exception& error) override {
    stopped_at_ = position;
    if (dynamic_cast<const json::parse_error*>(&error) == nullptr) reason_ = "a number is out of range";
    return false;
  }

 private:
  // Where the next value belongs.
  json& slot() {
    if (open_.empty()) return root_;
    if (open_.back()->is_object()) return *member_;
    return open_.back()->get_ref<json::array_t&>().emplace_back();
  }
  bool place(json value) {
    slot() = std::move(value);
    return count();
  }
  bool open(json container) {
    if (open_.size() >= static_cast<std::size_t>(limits_.depth)) {
      return refuse(fmt::format("nested deeper than {} levels", limits_.depth));
    }
    json& placed = slot();
    placed = std::move(container);
    open_.push_back(&placed);
    return count();
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  bool count() {
    if (++items_ <= limits_.items) return true;
    return refuse(fmt::format("more than {} keys and values", limits_.items));
  }
  bool refuse(std::string reason) {
    reason_ = std::move(reason);
    return false;
  }

  json& root_;
  JsonLimits limits_;
  std::vector<json*> open_;  // objects and arrays, the innermost last; none moves while it is open
  json* member_ = nullptr;   // of the innermost object: the key that waits for its value
  std::size_t items_ = 0;
  std::size_t stopped_at_ = 0;
  std::string reason_;
};

}  // namespace

JsonDocument::JsonDocument() : root_(std::make_unique<json>()) {}
JsonDocument::JsonDocument(JsonDocument&& other) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&& other) noexcept {
  std::swap(root_, other.root_);
  return *this;
}
JsonDocument::~JsonDocument() {
  if (root_) empty(*root_);
}

Result<JsonDocument> parse_strict_json(std::string_view text, JsonLimits limits, std::string_view where,
                                       std::size_t first_byte) {
  const auto not_valid_at = [&](std::size_t byte) {
    return format_failure(fmt::format("{}: not valid JSON at byte {}", where, first_byte + byte));
  };
  // nlohmann takes a NUL for the end of the text and would pass over whatever follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) return not_valid_at(nul);
  JsonDocument document;
  Builder builder(document.root(), limits);
  if (json::sax_parse(text, &builder)) return document;
  if (!builder.reason().empty()) return format_failure(fmt::format("{}: {}", where, builder.reason()));
  return not_valid_at(builder.stopped_at() - 1);
}

}  // namespace bprop
