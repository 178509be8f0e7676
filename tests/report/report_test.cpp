// SPDX-License-Identifier: Apache-2.0
#include "bprop/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <regex>

#include "base/without_root.h"
#include "bprop/run_summary.h"
#include "checkpoint/temporary_folder.h"
#include "train/tables.h"

namespace bprop {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class Report : public TemporaryFolder {
 protected:
  TrainResult run(const Dataset& data) const {
    TrainOptions options = small_options();
    options.run_directory = at("run");
    options.configuration = "layers = \"</pre><script>\"\n";
    options.doctor_every = 10;
    TrainResult result = train(data, options);
    RunSummary summary{.command = "bprop train 'a<b'", .options = options, .result = result, .train = &data};
    summary.held_out_name = "test";
    summary.held_out = held_out(result.model, data);
    write_run_summary(summary);
    return result;
  }
  // A chart's plan, as report.js reads it.
  static json chart(const std::string& html, const std::string& id) {
    const std::size_t figure = html.find("id=\"chart-" + id + "\"");
    const std::string begin = "<script type=\"application/json\">";
    const std::size_t from = html.find(begin, figure) + begin.size();
    return json::parse(html.substr(from, html.find("</script>", from) - from));
  }
};

TEST_F(Report, DrawsTheNumbersOfTheRun) {
  const TrainResult result = run(sectors(100));
  const std::string html = report_html(at("run"));
  const json loss = chart(html, "loss");
  EXPECT_EQ(loss["series"][0]["name"], "training");
  ASSERT_EQ(loss["series"][0]["y"].size(), 5);
  EXPECT_EQ(loss["series"][0]["y"][4].get<double>(), result.history[4].train_loss);
  EXPECT_EQ(loss["series"][1]["y"][4].get<double>(), result.history[4].validation_loss);
  EXPECT_EQ(chart(html, "score")["series"][1]["y"][4].get<double>(), 100 * result.history[4].validation_score);
  EXPECT_EQ(chart(html, "rate")["series"][0]["x"], json({1, 2, 3, 4, 5}));
  EXPECT_EQ(chart(html, "delta")["series"].size(), 2);  // layers
  EXPECT_THAT(html, HasSubstr("<td class=\"right\" style=\"--heat:"));
}

TEST_F(Report, ARunOfHereIsCalledByItsFolder) {
  run(curve(100));
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(at("run"));
  const std::string html = report_html(".");
  std::filesystem::current_path(before);
  EXPECT_EQ(html, report_html(at("run")));
  EXPECT_EQ(html, report_html(at("run/")));
  std::filesystem::create_symlink("run", at("newest"));
  EXPECT_THAT(report_html(at("newest")), HasSubstr("<title>Training run newest:"));
}

TEST_F(Report, SharesAreInPercent) {
  for (const Metric metric : {Metric::kAccuracy, Metric::kBalancedAccuracy, Metric::kAuc}) {
    TrainOptions options = small_options();
    options.run_directory = at("run");
    options.metric = metric;
    const Dataset data = sectors(100);
    const TrainResult result = train(data, options);
    write_run_summary({.command = "bprop train", .options = options, .result = result, .train = &data});
    const double shown = chart(report_html(at("run")), "score")["series"][1]["y"][4].get<double>();
    EXPECT_EQ(shown, result.history[4].validation_score * (metric == Metric::kAuc ? 1 : 100));
  }
}

TEST_F(Report, WhatCannotBeReadIsSaid) {
  run(curve(100));
  std::filesystem::permissions(at("run/metrics.jsonl"), std::filesystem::perms::none);
  {
    const WithoutRoot nobody(folder_);
    EXPECT_EQ(thrown([&] { report_html(at("run")); }), "IoError: " + at("run/metrics.jsonl") + ": cannot be read");
  }
  std::filesystem::remove(at("run/metrics.jsonl"));
  std::filesystem::create_directory(at("run/metrics.jsonl"));
  EXPECT_EQ(thrown([&] { report_html(at("run")); }), "IoError: " + at("run/metrics.jsonl") + ": cannot be read");
}

TEST_F(Report, ASummaryThatLiesIsRefusedOrLeftOut) {
  const std::string summary = at("run/report.json");
  const auto with = [&](const std::function<void(json&)>& change) {
    json changed = json::parse(get(summary));
    change(changed["held_out"]);
    put(summary, changed.dump());
    return thrown([&] { report_html(at("run")); });
  };
  run(sectors(100));
  EXPECT_THAT(with([](json& held) { held["confusion"] = {{0, 3, 5}}; }), HasSubstr("report.json: is not what bprop"));
  run(curve(100));
  EXPECT_EQ(with([](json& held) {
              for (json& bin : held["bins"]) bin["rows"] = 0;
            }),
            "");
  EXPECT_THAT(report_html(at("run")), Not(HasSubstr("id=\"chart-calibration\"")));
}

TEST_F(Report, CarriesChartJsWithItsLicenceAndAsksForNothing) {
  run(curve(100));
  const std::string html = report_html(at("run"));
  EXPECT_THAT(html, HasSubstr("Chart.js v3"));
  EXPECT_THAT(html, HasSubstr("The above copyright notice and this permission notice shall be included in all copies"));
  EXPECT_THAT(html, HasSubstr("Content-Security-Policy"));
  EXPECT_FALSE(std::regex_search(html, std::regex("<(link|img|iframe|object)\\b")));
  EXPECT_THAT(html, Not(HasSubstr(" src=")));
}

TEST_F(Report, TextsOutOfDataCannotBecomeMarkup) {
  const Dataset data = make_dataset({"</script><b>a", "y<i>"}, random_matrix<double>(1, 100, 2), "y<i>");
  run(data);
  const std::string html = report_html(at("run"));
  EXPECT_THAT(html, Not(HasSubstr("<b>a")));
  EXPECT_THAT(html, Not(HasSubstr("y<i>")));
  EXPECT_THAT(html, Not(HasSubstr("</pre><script>")));
  EXPECT_THAT(html, HasSubstr("&lt;/script&gt;&lt;b&gt;a"));
  EXPECT_THAT(html, HasSubstr("bprop train 'a&lt;b'"));
}

TEST_F(Report, OfSeveralTargetsHasALineAndPicturesOfEach) {
  std::vector<double> cells;
  const std::vector<double> uv = random_matrix<double>(3, 100, 2);
  for (std::size_t n = 0; n < 100; ++n) {
    const double u = uv[2 * n];
    const double v = uv[2 * n + 1];
    for (const double cell : {u, v, 3 * u + v, u - v}) cells.push_back(cell);
  }
  run(make_dataset({"u", "v", "first<1>", "second"}, cells, {"first<1>", "second"}));
  const json held = json::parse(get(at("run/report.json")))["held_out"];
  ASSERT_EQ(held["targets"].size(), 2);
  EXPECT_EQ(held["targets"][1]["name"], "second");
  const std::string html = report_html(at("run"));
  EXPECT_THAT(html, HasSubstr("predicting first&lt;1&gt;, second"));
  EXPECT_THAT(html, HasSubstr("Each target by itself"));
  EXPECT_EQ(chart(html, "predicted-1")["series"][0]["y"].size(), 100);
  EXPECT_EQ(chart(html, "predicted-2")["series"][0]["x"][7].get<double>(), held["targets"][1]["points"][7][0]);
  EXPECT_THAT(html, HasSubstr("id=\"chart-calibration-2\""));
  EXPECT_THAT(html, Not(HasSubstr("id=\"chart-predicted\"")));
}

TEST_F(Report, OfManyLabelsNamesTheFirstAndCountsTheOthers) {
  std::vector<double> cells;
  for (const double u : random_matrix<double>(3, 100, 1)) {
    cells.push_back(u);
    for (const double bound : {-0.5, -0.3, 0.0, 0.2, 0.4, 0.6}) cells.push_back(u > bound ? 1 : 0);
  }
  const Dataset data = make_dataset({"u", "a", "b", "c", "d", "e", "f"}, cells, {"a", "b", "c", "d", "e", "f"});
  TrainOptions options = small_options();
  options.run_directory = at("run");
  options.metric = Metric::kSubsetAccuracy;
  const TrainResult result = train(data, options);
  write_run_summary({.command = "bprop train", .options = options, .result = result, .train = &data});
  const std::string html = report_html(at("run"));
  EXPECT_THAT(html, HasSubstr("predicting a, b, c, d and 2 more"));
  EXPECT_EQ(chart(html, "score")["series"][1]["y"][4].get<double>(), 100 * result.history[4].validation_score);
}

// The summary of the run again, with what is known of its columns.
std::string with_importance(const std::string& folder, const Importance* importance, const std::string& skipped) {
  const Dataset data = sectors(100);
  TrainOptions options = small_options();
  options.run_directory = folder;
  const TrainResult result = train(data, options);
  RunSummary summary{.options = options, .result = result, .train = &data};
  if (importance != nullptr) summary.importance = *importance;
  summary.importance_rows = "validation";
  summary.importance_skipped = skipped;
  write_run_summary(summary);
  return report_html(folder);
}

TEST_F(Report, ListsColumnsByTheirImportanceWithBars) {
  const Importance importance{.rows = 20,
                              .repeats = 5,
                              .columns = {{.name = "less<", .drop = 0.125, .deviation = 0.5, .gradient = 0.75},
                                          {.name = "more", .drop = 0.25, .deviation = 0.0625, .gradient = 1.5}}};
  const std::string html = with_importance(at("run"), &importance, "");
  EXPECT_THAT(html, HasSubstr("on 20 validation rows"));
  const std::size_t more = html.find(">more</td>");
  ASSERT_NE(more, std::string::npos);
  EXPECT_LT(more, html.find(">less&lt;</td>"));
  EXPECT_THAT(html.substr(more, 700),
              testing::AllOf(HasSubstr("width:100.0%"), HasSubstr(">0.25<"), HasSubstr("width:50.0%"),
                             HasSubstr(">0.125<"), HasSubstr(">0.75<")));
}

TEST_F(Report, SaysWhyImportanceWasNotMeasured) {
  EXPECT_THAT(with_importance(at("run"), nullptr, "Not measured: a & b."),
              HasSubstr("<p>Not measured: a &amp; b.</p>"));
  EXPECT_THAT(with_importance(at("run"), nullptr, ""), Not(HasSubstr("id=\"importance\"")));
}

TEST_F(Report, EqualRunsLeaveEqualSummaries) {
  run(sectors(100));
  const std::string summary = get(at("run/report.json"));
  run(sectors(100));
  EXPECT_EQ(get(at("run/report.json")), summary);
}

TEST_F(Report, OfARunThatHasNotEndedHasTheCurves) {
  run(sectors(100));
  std::filesystem::remove(at("run/report.json"));
  put(at("run/metrics.jsonl"), get(at("run/metrics.jsonl")) + "{\"epoch\":6,\"st");  // being written
  const std::string html = report_html(at("run"));
  EXPECT_THAT(html, HasSubstr("This run has not ended"));
  EXPECT_EQ(chart(html, "loss")["series"][0]["y"].size(), 5);
}

TEST_F(Report, FilesThatAreNoneOfItAreOneSentence) {
  EXPECT_EQ(thrown([&] { report_html(at("none")); }),
            "IoError: " + at("none") + ": is no folder, expected that of a run (bprop train --run " + at("none") + ")");
  std::filesystem::create_directory(at("empty"));
  EXPECT_EQ(thrown([&] { report_html(at("empty")); }),
            "IoError: " + at("empty") + ": config.toml is not there, expected the folder of a run of bprop");
  run(sectors(100));
  put(at("run/report.json"), "{}\n");
  EXPECT_THAT(thrown([&] { report_html(at("run")); }), HasSubstr("report.json: is not what bprop"));
  put(at("run/report.json"), "{");
  EXPECT_THAT(thrown([&] { report_html(at("run")); }), HasSubstr("FormatError: " + at("run/report.json")));
  put(at("run/metrics.jsonl"), "{\"epoch\":1}\n");
  EXPECT_EQ(thrown([&] { report_html(at("run")); }),
            "FormatError: " + at("run/metrics.jsonl") + ", line 1: is no line that bprop train writes there");
  put(at("run/metrics.jsonl"), R"({"epoch":1e82,"step":1,"train_loss":1,"validation_loss":1,"validation_score":1,)"
                               R"("learning_rate":1,"best":true})"
                               "\n");
  EXPECT_EQ(thrown([&] { report_html(at("run")); }),
            "FormatError: " + at("run/metrics.jsonl") + ", line 1: is no line that bprop train writes there");
}

}  // namespace
}  // namespace bprop
