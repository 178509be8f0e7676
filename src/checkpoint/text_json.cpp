// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/text_json.h"

#include <fmt/format.h>

#include <cstddef>

namespace bprop::checkpoint {
namespace {

using nlohmann::json;

bool is_utf8(const std::string& text) try {
  (void)json(text).dump();  // nlohmann's own idea of UTF-8 decides, since it will write and read the text
  return true;
} catch (const json::type_error&) {
  return false;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void write_text(JsonWriter& out, const std::string& text) {
  if (is_utf8(text)) return out.value(text);
  std::string hex;
  for (const char c : text) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  out.object([&] { out.member("hex", hex); });
}

std::optional<std::string> text_of_json(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_object() || value.size() != 1 || !value.contains("hex") || !value["hex"].is_string()) {
    return std::nullopt;
  }
  const auto& hex = value["hex"].get_ref<const std::string&>();
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]);
    const int low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    text += static_cast<char>(16 * high + low);
  }
  return text;
}

}  // namespace bprop::checkpoint
