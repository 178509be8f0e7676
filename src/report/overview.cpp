// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "base/html_text.h"
#include "bprop/figure.h"
#include "bprop/network.h"
#include "bprop/network_diagram.h"
#include "report/chart_html.h"
#include "report/sections.h"

namespace bprop::report {
namespace {

std::string card(std::string_view name, const std::string& value, const std::string& remark) {
  return fmt::format("<dl class=\"card\"><dt>{}</dt><dd class=\"value\">{}</dd><dd>{}</dd></dl>\n", name, value,
                     remark);
}

std::string rows_phrase(const RunFiles& run) {
  const Json& held = run.held_out();
  return fmt::format("{} {} rows", count_html(count_of(held.at("rows"))),
                     run.summary.at("held_out_rows").get<std::string>());
}

// Of several targets.
std::string mean_cards(const RunFiles& run) {
  const Json& held = run.held_out();
  const std::size_t targets = held.at("targets").size();
  if (held.at("task") != "labels") {
    return card("Mean R²", fmt::format("<span id=\"held-out-r2\">{}</span>", number_html(number_of(held.at("r2")))),
                fmt::format("over {} targets, on {}: share of the variance that the model explains", targets,
                            rows_phrase(run)));
  }
  return card("Mean accuracy",
              fmt::format("<span id=\"held-out-accuracy\">{}</span>", percent_html(held.at("accuracy"))),
              fmt::format("over {} labels, on {}; 95 % interval {} to {}", targets, rows_phrase(run),
                          percent_html(held.at("accuracy_low")), percent_html(held.at("accuracy_high")))) +
         card("All labels right", percent_html(held.at("subset_accuracy")), "rows without a mistake") +
         card("Always the more frequent value", percent_html(held.at("trivial_accuracy")), "what any model must beat");
}

// What only the loss of the run has to say: a card a score.
std::string loss_cards(const Json& held) {
  std::string cards;
  for (const Json& score : held.value("loss_scores", Json::array())) {
    cards += card(html_text(score.at("name").get<std::string>()), number_html(number_of(score.at("value"))),
                  fmt::format("95 % interval {} to {}", number_html(number_of(score.at("low"))),
                              number_html(number_of(score.at("high")))));
  }
  return cards;
}

std::string quality_cards(const RunFiles& run) {
  const Json& held = run.held_out();
  if (!held.is_object()) return "";
  if (held.contains("targets")) return mean_cards(run);
  if (held.at("task") == "classes") {
    return card("Accuracy", fmt::format("<span id=\"held-out-accuracy\">{}</span>", percent_html(held.at("accuracy"))),
                fmt::format("on {}; 95 % interval {} to {}", rows_phrase(run), percent_html(held.at("accuracy_low")),
                            percent_html(held.at("accuracy_high")))) +
           card("Always the most frequent class", percent_html(held.at("trivial_accuracy")),
                fmt::format("class {}: what any model must beat",
                            html_text(held.at("trivial_class").get<std::string>())));
  }
  return card("RMSE", fmt::format("<span id=\"held-out-rmse\">{}</span>", number_html(number_of(held.at("rmse")))),
              fmt::format("on {}, in units of the target; mean |error| {}", rows_phrase(run),
                          number_html(number_of(held.at("mae"))))) +
         card("R²", number_html(number_of(held.at("r2"))), "share of the variance that the model explains") +
         card("Always the mean", number_html(number_of(held.at("trivial_rmse"))), "RMSE that any model must beat") +
         loss_cards(held);
}

std::string epoch_card(const RunFiles& run) {
  if (!run.ended() || run.epochs.empty()) return "";
  const Json& end = run.summary.at("end");
  const auto kept = count_of(end.at("best_epoch"));
  std::string remark = "no good weights";
  for (const EpochLine& line : run.epochs) {
    if (line.epoch != kept) continue;
    remark = std::isfinite(line.validation_score)
                 ? fmt::format("validation {} {}", run.score_name(),
                               run.score_in_percent() ? percent_html(line.validation_score)
                                                      : number_html(line.validation_score))
                 : "its weights are kept";
  }
  return card("Epoch kept", fmt::format("{} of {}", kept, count_of(end.at("epochs"))), remark);
}

}  // namespace

std::string overview(const RunFiles& run) {
  std::string html;
  if (!run.ended()) {
    return "<p><strong>This run has not ended, or was broken off</strong>: only its curves are known.</p>\n";
  }
  const Json& end = run.summary.at("end");
  html += "<div class=\"cards\">\n" + quality_cards(run) + epoch_card(run);
  if (run.held_out().is_object()) {
    html += card("Loss", number_html(number_of(run.held_out().at("loss"))),
                 fmt::format("{}, mean of {}", html_text(run.summary.at("network").at("loss").get<std::string>()),
                             rows_phrase(run)));
  }
  html += "</div>\n";
  html += fmt::format("<p>Training ended after {} epochs, {} updates{}: {}.</p>\n",
                      count_html(count_of(end.at("epochs"))), count_html(count_of(end.at("updates"))),
                      run.seconds > 0 ? fmt::format(" and {:.3g} s", run.seconds) : "",
                      html_text(end.at("sentence").get<std::string>()));
  if (!run.held_out().is_object()) {
    html +=
        "<p><strong>No rows were held out</strong>, so nothing is known of how good the model is on new rows.</p>\n";
  } else if (run.summary.at("held_out_rows") == "validation") {
    html +=
        "<p><strong>There were no test rows</strong>: these numbers are of the validation rows, which chose the epoch "
        "that was kept, so they flatter the model.</p>\n";
  }
  return html;
}

std::string network_section(const RunFiles& run) {
  if (!run.ended()) return "";
  const Json& network = run.summary.at("network");
  const auto layers = network.at("layers").get<std::string>();
  const Diagram drawing = network_diagram(Architecture::parse(layers), {.simplified = true});
  return fmt::format(
      "<p><code>{}</code></p>\n<p class=\"soft\">{} parameters in {}</p>\n<div class=\"drawing\">{}</div>\n",
      html_text(layers), count_html(count_of(network.at("parameters"))),
      html_text(network.at("precision").get<std::string>()), render_svg(drawing));
}

}  // namespace bprop::report
