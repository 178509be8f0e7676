// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/trace_settings.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_writer.h"
#include "base/strict_json.h"
#include "checkpoint/json_fields.h"
#include "checkpoint/trace_format.h"

namespace bprop::checkpoint {
namespace {

using nlohmann::json;

constexpr JsonLimits kSettingsLimits = {.depth = 2, .items = 64};

// Shows every number of an optimiser to `see`, by the name that C++ and the command line give it.
template <class Chosen, class See>
void numbers_of(Chosen& o, const See& see) {
  see("learning_rate", o.learning_rate);
  if constexpr (requires { o.momentum; }) see("momentum", o.momentum);
  if constexpr (requires { o.decay; }) see("decay", o.decay);
  if constexpr (requires { o.beta1; }) see("beta1", o.beta1);
  if constexpr (requires { o.beta2; }) see("beta2", o.beta2);
  if constexpr (requires { o.epsilon; }) see("epsilon", o.epsilon);
  if constexpr (requires { o.weight_decay; }) see("weight_decay", o.weight_decay);
}

void write_optimizer(JsonWriter& out, const Optimizer& optimizer) {
  out.object([&] {
    out.member("name", rule(optimizer).name);
    std::visit([&](const auto& o) { numbers_of(o, [&](const char* key, double number) { out.member(key, number); }); },
               optimizer);
  });
}

Optimizer read_optimizer(const json& value, const std::string& where) {
  JsonFields fields(value, where + ": optimizer");
  Optimizer optimizer = optimizer_named(fields.text("name"));
  std::visit([&](auto& o) { numbers_of(o, [&](const char* key, double& number) { number = fields.number(key); }); },
             optimizer);
  fields.finish();
  return optimizer;
}

TraceSettings read_settings(const json& value, const std::string& where) {
  JsonFields fields(value, where);
  if (const double version = fields.number("format"); version != kTraceVersion) {
    fields.fail(
        fmt::format("has the format {}, expected {}: written by another version of bprop", version, kTraceVersion));
  }
  TraceSettings settings;
  settings.optimizer = read_optimizer(fields.any("optimizer"), where);
  settings.l2 = fields.number("l2");
  settings.weight_decay = fields.number("weight_decay");
  settings.clip = fields.number("clip");
  settings.freeze_biases = fields.flag("freeze_biases");
  if (fields.has("parametrization"))
    settings.rates.parametrization = parametrization_named(fields.text("parametrization"));
  if (fields.has("bias_rate")) settings.rates.biases = fields.number("bias_rate");
  if (fields.has("scale_rate")) settings.rates.scales = fields.number("scale_rate");
  if (fields.has("embedding_rate")) settings.rates.embeddings = fields.number("embedding_rate");
  if (fields.has("weight_decay_schedule")) {
    settings.weight_decay_schedule = fade_named(fields.text("weight_decay_schedule"));
    const double steps = fields.number("total_steps");
    if (!(steps >= 0 && steps <= 0x1p53)) fields.fail(fmt::format("has {} total_steps, expected 0 to 2^53", steps));
    settings.total_steps = static_cast<std::size_t>(steps);
  }
  fields.finish();
  return settings;
}

}  // namespace

std::string settings_text(const TraceSettings& settings) {
  const Rates plain;
  const Rates& rates = settings.rates;
  JsonWriter out;
  out.object([&] {
    out.member("format", kTraceVersion);
    out.key("optimizer");
    write_optimizer(out, settings.optimizer);
    out.member("l2", settings.l2);
    out.member("weight_decay", settings.weight_decay);
    out.member("clip", settings.clip);
    out.member("freeze_biases", settings.freeze_biases);
    if (rates.parametrization != plain.parametrization) out.member("parametrization", name(rates.parametrization));
    if (rates.biases != plain.biases) out.member("bias_rate", rates.biases);
    if (rates.scales != plain.scales) out.member("scale_rate", rates.scales);
    if (rates.embeddings != plain.embeddings) out.member("embedding_rate", rates.embeddings);
    if (settings.weight_decay_schedule != Fade::kConstant) {
      out.member("weight_decay_schedule", name(settings.weight_decay_schedule));
      out.member("total_steps", settings.total_steps);
    }
  });
  return std::move(out).text();
}

Result<TraceSettings> parse_settings(std::string_view text, std::string_view path) {
  const std::string where = fmt::format("{}: settings", path);
  const auto parsed = parse_strict_json(text, kSettingsLimits, where);
  if (!parsed) return parsed.failure();
  try {
    return read_settings(parsed->root(), where);
  } catch (const FormatError& error) {
    return format_failure(error.what());
  } catch (const Error& error) {  // an unknown optimizer
    return format_failure(fmt::format("{}: {}", where, error.what()));
  }
}

}  // namespace bprop::checkpoint
