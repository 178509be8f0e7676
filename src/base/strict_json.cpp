// SPDX-License-Identifier: Apache-2.0
#include "base/strict_json.h"

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/sentence.h"

namespace bprop {
namespace {

using nlohmann::json;

// Thrown through the parser by Watch, caught below.
struct Refusal {
  std::string reason;
};

// Looks at every event of the parser. nlohmann keeps the last of two equal keys silently and nests without limit.
class Watch {
 public:
  explicit Watch(JsonLimits limits) : limits_(limits) {}

  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    switch (event) {
      case json::parse_event_t::object_start:
      case json::parse_event_t::array_start:
        if (depth >= limits_.depth) throw Refusal{fmt::format("nested deeper than {} levels", limits_.depth)};
        keys_.emplace_back();
        count();
        break;
      case json::parse_event_t::object_end:
      case json::parse_event_t::array_end: keys_.pop_back(); break;
      case json::parse_event_t::key: {
        const auto& key = parsed.get_ref<const std::string&>();
        if (!keys_.back().insert(key).second) throw Refusal{fmt::format("key {} stands twice", in_quotes(key))};
        count();
        break;
      }
      case json::parse_event_t::value: count(); break;
    }
    return true;
  }

 private:
  void count() {
    if (++items_ > limits_.items) throw Refusal{fmt::format("more than {} keys and values", limits_.items)};
  }

  JsonLimits limits_;
  std::vector<std::set<std::string>> keys_;  // of the objects that are open
  std::size_t items_ = 0;
};

}  // namespace

Result<json> parse_strict_json(std::string_view text, JsonLimits limits, std::string_view where,
                               std::size_t first_byte) {
  // nlohmann takes a NUL for the end of the text and would pass over whatever follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return format_failure(fmt::format("{}: not valid JSON at byte {}", where, first_byte + nul));
  }
  try {
    Watch watch(limits);
    return json::parse(text, std::ref(watch));
  } catch (const Refusal& refusal) {
    return format_failure(fmt::format("{}: {}", where, refusal.reason));
  } catch (const json::parse_error& error) {
    // error.byte counts from 1 and points behind the last byte read.
    const std::size_t byte = first_byte + (error.byte > 0 ? error.byte - 1 : 0);
    return format_failure(fmt::format("{}: not valid JSON at byte {}", where, byte));
  } catch (const json::exception&) {
    return format_failure(fmt::format("{}: a number is out of range", where));
  }
}

}  // namespace bprop
