// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/chart_html.h"
#include "report/sections.h"

namespace bprop::report {
namespace {

constexpr std::size_t kMostLines = 60;   // of a table
constexpr std::size_t kMostLayers = 12;  // of a chart

template <class Value>
Series by_epoch(const RunFiles& run, std::string name, const Value& value) {
  Series series{.name = std::move(name)};
  for (const EpochLine& line : run.epochs) {
    series.x.push_back(static_cast<double>(line.epoch));
    series.y.push_back(value(line));
  }
  return series;
}

bool any_number(const Series& series) {
  return std::ranges::any_of(series.y, [](double y) { return std::isfinite(y); });
}

// A curve without a single number is none.
Chart chart_of(std::string y_label, std::vector<Series> all) {
  Chart chart{.x_label = "epoch", .y_label = std::move(y_label)};
  for (Series& series : all) {
    if (any_number(series)) chart.series.push_back(std::move(series));
  }
  return chart;
}

// The epoch whose weights are kept, as a mark on a curve of validation.
void mark_kept(const RunFiles& run, double EpochLine::* value, double unit, Chart& chart) {
  if (!run.ended()) return;
  for (const EpochLine& line : run.epochs) {
    if (line.epoch != count_of(run.summary.at("end").at("best_epoch"))) continue;
    if (!std::isfinite(line.*value)) return;
    chart.series.push_back(
        {.name = "kept", .x = {static_cast<double>(line.epoch)}, .y = {unit * line.*value}, .points = true});
  }
}

std::string epochs_table(const RunFiles& run) {
  const auto score = [&](double x) { return run.score_in_percent() ? percent_html(x) : number_html(x); };
  const std::size_t every = (run.epochs.size() + kMostLines - 1) / kMostLines;
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < run.epochs.size(); ++i) {
    const EpochLine& line = run.epochs[i];
    if (i % every != 0 && i + 1 != run.epochs.size()) continue;
    rows.push_back({count_html(line.epoch), count_html(line.step), number_html(line.train_loss),
                    number_html(line.validation_loss), score(line.train_score), score(line.validation_score),
                    number_html(line.learning_rate)});
  }
  const std::string name = run.score_name();
  return "<details><summary>Numbers of the epochs</summary>\n" +
         table_html(every > 1 ? fmt::format("Every {}th epoch that was written down, and the last", every) : "",
                    {{"epoch"},
                     {"updates"},
                     {"training loss"},
                     {"validation loss"},
                     {"training " + name},
                     {"validation " + name},
                     {"learning rate"}},
                    rows) +
         "</details>\n";
}

// One curve a layer; of a deep network evenly chosen ones, the first and the last among them.
template <class Value>
Chart by_layer(const RunFiles& run, std::string y_label, const Value& value) {
  Chart chart{.x_label = "updates", .y_label = std::move(y_label), .log_y = true};
  const std::size_t layers = run.doctor.front().layers.size();
  const std::size_t shown = std::min(layers, kMostLayers);
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t k = shown == 1 ? 0 : i * (layers - 1) / (shown - 1);
    Series series{.name = fmt::format("layer {}", k + 1)};
    for (const DoctorLine& line : run.doctor) {
      if (k >= line.layers.size()) continue;
      series.x.push_back(static_cast<double>(line.step));
      series.y.push_back(value(line.layers[k]));
    }
    if (any_number(series)) chart.series.push_back(std::move(series));
  }
  return chart;
}

double ratio(const LayerLine& layer) { return layer.gradient_norm / layer.weight_norm; }

std::string last_look(const DoctorLine& line) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t k = 0; k < line.layers.size(); ++k) {
    const LayerLine& layer = line.layers[k];
    rows.push_back({count_html(k + 1), number_html(layer.delta_rms), number_html(layer.gradient_norm),
                    number_html(layer.weight_norm), number_html(ratio(layer)), count_html(layer.dead),
                    count_html(layer.saturated)});
  }
  return table_html(
      fmt::format("The last look, at update {}", count_html(line.step)),
      {{"layer"}, {"rms δ"}, {"‖∂L/∂W‖"}, {"‖W‖"}, {"gradient / weight"}, {"dead units"}, {"saturated units"}}, rows);
}

}  // namespace

std::string curves(const RunFiles& run) {
  if (run.epochs.empty()) return "<p>No epoch was finished.</p>\n";
  const double unit = run.score_in_percent() ? 100 : 1;
  Chart loss = chart_of("loss, mean of a row",
                        {by_epoch(run, "training", [](const EpochLine& e) { return e.train_loss; }),
                         by_epoch(run, "validation", [](const EpochLine& e) { return e.validation_loss; })});
  mark_kept(run, &EpochLine::validation_loss, 1, loss);
  Chart score = chart_of(run.score_name() + (run.score_in_percent() ? ", % of rows" : ""),
                         {by_epoch(run, "training", [&](const EpochLine& e) { return unit * e.train_score; }),
                          by_epoch(run, "validation", [&](const EpochLine& e) { return unit * e.validation_score; })});
  mark_kept(run, &EpochLine::validation_score, unit, score);
  const Chart rate =
      chart_of("learning rate η", {by_epoch(run, "learning rate", [](const EpochLine& e) { return e.learning_rate; })});
  std::string html = "<div class=\"charts\">\n";
  html += chart_html(
      "loss", loss,
      fmt::format("<b>Loss.</b> Training: each row before its update{}; validation: after the epoch{}.",
                  run.of_classes() ? ", labels smoothed if they are" : "", run.of_classes() ? ", never smoothed" : ""),
      {.may_be_log = true, .over_time = true});
  if (!score.series.empty()) {
    html +=
        chart_html("score", score,
                   fmt::format("<b>Score: {}.</b> After the epoch, of validation rows and of at most 1,000 training "
                               "rows.",
                               run.score_name()),
                   {.may_be_log = !run.score_in_percent(), .over_time = true});
  }
  html += chart_html("rate", rate, "<b>Learning rate</b> of the epoch’s last update.",
                     {.may_be_log = true, .over_time = true});
  return html + "</div>\n" + epochs_table(run);
}

std::string layer_curves(const RunFiles& run) {
  if (run.doctor.empty()) return "";
  const Chart delta = by_layer(run, "rms of δ = ∂L/∂z", [](const LayerLine& layer) { return layer.delta_rms; });
  const Chart gradient = by_layer(run, "‖∂L/∂W‖ / ‖W‖", ratio);
  const std::size_t layers = run.doctor.front().layers.size();
  const std::string some = layers > kMostLayers ? fmt::format(" {} of the {} layers.", kMostLayers, layers) : "";
  std::string html =
      "<p>What the doctor saw in the updates that it looked at (<code class=\"option\">--doctor N</code>). Curves that "
      "part by powers "
      "of "
      "ten say that the first layers learn nothing, or everything at once.</p>\n<div class=\"charts\">\n";
  html += chart_html("delta", delta,
                     "<b>Size of δ</b> by layer, root of the mean square over rows and units, no unit." + some,
                     {.may_be_log = true, .over_time = true});
  html += chart_html("gradient", gradient, "<b>Gradient over weight</b> by layer, Euclidean norms, no unit." + some,
                     {.may_be_log = true, .over_time = true});
  return html + "</div>\n" + last_look(run.doctor.back());
}

}  // namespace bprop::report
