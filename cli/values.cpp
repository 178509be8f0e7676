// SPDX-License-Identifier: Apache-2.0
#include "values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "bprop/error.h"

namespace bprop::cli {
namespace {

constexpr std::string_view kSizeUnits = "KMGT";  // 2¹⁰, 2²⁰, …

// Reads all of the text or nothing; independent of the locale.
template <class Number>
bool read_number(std::string_view text, Number& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

constexpr std::string_view kTimeUnits = "smh";

bool has_time_unit(std::string_view text) {
  return !text.empty() && kTimeUnits.find(text.back()) != std::string_view::npos;
}

// Of a time, without a unit in seconds; nothing if it is none.
std::optional<double> seconds_in(std::string_view text) {
  double unit = 1;
  if (has_time_unit(text)) {
    unit = text.back() == 'h' ? 3600 : text.back() == 'm' ? 60 : 1;
    text.remove_suffix(1);
  }
  double count = 0;
  if (!read_number(text, count) || !(count >= 0 && count < 1e9)) return std::nullopt;
  return count * unit;
}

}  // namespace

void read(std::string_view text, std::string& value) { value = text; }

void read(std::string_view text, double& value) {
  if (!read_number(text, value) || !std::isfinite(value)) throw UsageError("expected a number");
}

void read(std::string_view text, std::size_t& value) {
  if (!read_number(text, value)) throw UsageError("expected a whole number, 0 or more");
}

void read(std::string_view text, int& value) {
  if (!read_number(text, value)) throw UsageError("expected a whole number");
}

void read(std::string_view text, BatchSize& value) {
  value.rows = BatchSize::kAll;
  if (text == "all") return;
  if (!read_number(text, value.rows) || value.rows == 0) throw UsageError("expected a whole number above 0, or all");
  value.rows = std::min(value.rows, BatchSize::kAll);
}

void read(std::string_view text, Duration& value) {
  const std::optional<double> seconds = seconds_in(text);
  if (!seconds) throw UsageError("expected a time such as 60s, 5m or 1h");
  value.seconds = *seconds;
}

void read(std::string_view text, ByteSize& value) {
  const std::size_t unit = text.empty() ? std::string_view::npos : kSizeUnits.find(text.back());
  const bool has_unit = unit != std::string_view::npos;
  const unsigned shift = has_unit ? 10 * (static_cast<unsigned>(unit) + 1) : 0;
  std::uint64_t count = 0;
  if (!read_number(text.substr(0, text.size() - (has_unit ? 1 : 0)), count) || count > UINT64_MAX >> shift) {
    throw UsageError("expected a number of bytes such as 500M or 16G, or 0 for no limit");
  }
  value.bytes = count << shift;
}

void read(std::string_view text, CheckpointEvery& value) {
  value = {.seconds = 0};
  if (read_number(text, value.steps)) return;
  const std::optional<double> seconds = has_time_unit(text) ? seconds_in(text) : std::nullopt;
  if (!seconds) throw UsageError("expected a number of updates such as 500, a time such as 30s, or 0 for never");
  value.seconds = *seconds;
}

void read(std::string_view text, Share& value) {
  value = {};
  if (!read_number(text, value.fraction)) {
    value.path = text;
  } else if (!(value.fraction >= 0 && value.fraction < 1)) {
    throw UsageError("expected a share of the rows, from 0 to below 1, or a file");
  }
}

void read(std::string_view text, Keep& value) {
  if (text != "best" && text != "last") throw UsageError("expected best or last");
  value.best = text == "best";
}

void read(std::string_view text, CalibrationChoice& value) {
  if (text != "temperature" && text != "none") throw UsageError("expected temperature or none");
  value.temperature = text == "temperature";
}

void read(std::string_view text, Character& value) {
  if (text == "tab" || text == "\\t") text = "\t";
  if (text.size() != 1) throw UsageError("expected one character, or tab");
  value.value = text[0];
}

void read(std::string_view text, Task& value) { value = task_named(text); }
void read(std::string_view text, Loss& value) { value = loss_named(text); }
void read(std::string_view text, Reduction& value) { value = reduction_named(text); }
void read(std::string_view text, Initializer& value) { value = initializer_named(text); }
void read(std::string_view text, Optimizer& value) { value = optimizer_named(text); }
void read(std::string_view text, Schedule::Kind& value) { value = schedule_named(text); }
void read(std::string_view text, Arithmetic& value) { value = arithmetic_named(text); }
void read(std::string_view text, Preset& value) { value = preset_named(text); }
void read(std::string_view text, std::vector<Preset>& value) {
  value.clear();
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    value.push_back(preset_named(text.substr(begin, end - begin)));
    begin = end + 1;
  }
}
void read(std::string_view text, Ties& value) { value = ties_named(text); }
void read(std::string_view text, Parametrization& value) { value = parametrization_named(text); }
void read(std::string_view text, Fade& value) { value = fade_named(text); }
void read(std::string_view text, BiasInitializer& value) { value = bias_initializer_named(text); }
void read(std::string_view text, Scaling& value) { value = scaling_named(text); }
void read(std::string_view text, Choice& value) {
  value.on = text == "on" || text == "true";
  if (!value.on && text != "off" && text != "false") throw UsageError("expected on or off");
}
void read(std::string_view text, Notation& value) { value = notation_named(text); }
void read(std::string_view text, Metric& value) { value = metric_named(text); }

// A comma without "=" behind it belongs to a label.
void read(std::string_view text, ClassWeights& value) {
  value = {.balanced = text == "balanced"};
  for (std::size_t begin = 0; !value.balanced && begin <= text.size();) {
    const std::size_t sign = text.find('=', begin);
    const std::size_t end = std::min(text.find(',', std::min(sign, text.size())), text.size());
    double weight = 0;
    if (sign == std::string_view::npos || !read_number(text.substr(sign + 1, end - sign - 1), weight)) {
      throw UsageError("expected balanced, or weights of classes such as yes=2,no=0.5");
    }
    value.given.emplace_back(text.substr(begin, sign - begin), weight);
    begin = end + 1;
  }
}

void read(std::string_view text, std::vector<double>& value) {
  value.clear();
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (!read_number(text.substr(begin, end - begin), value.emplace_back())) {
      throw UsageError("expected numbers with commas between them, such as 0.1,0.5,0.9");
    }
    begin = end + 1;
  }
}

std::string text_of(const std::string& value) { return value; }
std::string text_of(double value) { return fmt::format("{}", value); }
std::string text_of(std::size_t value) { return fmt::format("{}", value); }
std::string text_of(int value) { return fmt::format("{}", value); }
std::string text_of(BatchSize value) { return value.rows == BatchSize::kAll ? "all" : text_of(value.rows); }
std::string text_of(Duration value) { return value.seconds == 0 ? "0" : fmt::format("{}s", value.seconds); }
std::string text_of(ByteSize value) {
  std::uint64_t count = value.bytes;
  std::size_t units = 0;
  for (; units < kSizeUnits.size() && count > 0 && count % 1024 == 0; ++units) count /= 1024;
  return fmt::format("{}{}", count, units == 0 ? "" : std::string(1, kSizeUnits[units - 1]));
}
std::string text_of(const CheckpointEvery& value) {
  return value.steps > 0 ? text_of(value.steps) : text_of(Duration{value.seconds});
}
std::string text_of(const Share& value) { return value.path.empty() ? text_of(value.fraction) : value.path; }
std::string text_of(Keep value) { return value.best ? "best" : "last"; }
std::string text_of(CalibrationChoice value) { return value.temperature ? "temperature" : ""; }
std::string text_of(Character value) {
  if (value.value == 0) return {};
  return value.value == '\t' ? "tab" : std::string(1, value.value);
}
std::string text_of(Task value) { return std::string(name(value)); }
std::string text_of(Loss value) { return std::string(rule(value).name); }
std::string text_of(Reduction value) { return std::string(name(value)); }
std::string text_of(Initializer value) {
  for (const auto& rule : initializer_rules()) {
    if (rule.id == value) return std::string(rule.name);
  }
  return {};
}
std::string text_of(const Optimizer& value) { return std::string(rule(value).name); }
std::string text_of(Schedule::Kind value) { return std::string(name(value)); }
std::string text_of(Arithmetic value) { return std::string(name(value)); }
std::string text_of(Metric value) { return std::string(name(value)); }
std::string text_of(const ClassWeights& value) {
  std::string text = value.balanced ? "balanced" : "";
  for (const auto& [label, weight] : value.given)
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", label, weight);
  return text;
}
std::string text_of(const std::vector<double>& value) { return fmt::format("{}", fmt::join(value, ",")); }
std::string text_of(Preset value) { return std::string(name(value)); }
std::string text_of(const std::vector<Preset>& value) {
  std::string text;
  for (const Preset preset : value) text += fmt::format("{}{}", text.empty() ? "" : ",", name(preset));
  return text;
}
std::string text_of(Ties value) { return std::string(name(value)); }
std::string text_of(Parametrization value) { return std::string(name(value)); }
std::string text_of(Fade value) { return std::string(name(value)); }
std::string text_of(BiasInitializer value) { return std::string(name(value)); }
std::string text_of(Scaling value) { return std::string(name(value)); }
std::string text_of(Choice value) { return value.on ? "on" : "off"; }
std::string text_of(Notation value) { return std::string(notation_names()[static_cast<std::size_t>(value)]); }

}  // namespace bprop::cli
