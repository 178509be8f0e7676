// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "quantity.h"
#include "terminal.h"
#include "train_report.h"

namespace bprop::cli {
namespace {

constexpr std::size_t kSmallestBar = 8;  // columns
constexpr std::size_t kLargestBar = 30;

// Half a column more than half done is drawn as a half bar.
std::string bar(double share, std::size_t width, bool colours) {
  const auto halves = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * 2 * static_cast<double>(width));
  std::string done;
  for (std::size_t i = 0; i < halves / 2; ++i) done += "━";
  if (halves % 2 == 1) done += "╸";
  const std::string rest(width - (halves + 1) / 2, ' ');
  return colours ? "\x1b[32m" + done + "\x1b[0m" + rest : done + rest;
}

}  // namespace

Progress::Progress(bool wanted, const TrainOptions& options)
    : options_(options),
      wanted_(wanted),
      shown_(wanted && progress_is_seen()),
      colours_(colours_are_seen()),
      batch_(std::holds_alternative<GradientDescent>(*options.optimizer) ? SIZE_MAX : *options.batch),
      whole_batches_(*options.drop_last_batch) {}

Progress::~Progress() { end(); }

void Progress::begin(const Model& model, std::size_t rows) {
  metric_ = options_.metric.value_or(default_metric(model));
  rows_ = rows;
  start_ = std::chrono::steady_clock::now();
}

void Progress::step(std::size_t step, std::size_t total_steps, double loss) {
  if (options_.resume && step_ == 0) {  // what was done before says nothing of the speed now
    resumed_at_ = step;
    start_ = std::chrono::steady_clock::now();
  }
  step_ = step;
  total_steps_ = total_steps;
  if (last_.epoch == 0) loss_ = loss;
  draw();
}

void Progress::epoch(const EpochReport& report) {
  last_ = report;
  loss_ = report.train_loss;
  recent_.add(std::isfinite(report.validation_score) ? report.validation_score : report.train_loss);
  if (report.epoch != 1 || !wanted_) return;
  end();
  say_expected_end(report);
}

std::string Progress::text(std::size_t width) const {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double made = static_cast<double>(step_ - resumed_at_);
  const double to_make = static_cast<double>(std::max<std::size_t>(total_steps_, 1)) - static_cast<double>(step_);
  double share = static_cast<double>(step_) / static_cast<double>(std::max<std::size_t>(total_steps_, 1));
  double left = made > 0 ? seconds * to_make / made : 0;
  if (options_.time_limit > 0) {
    share = std::max(share, seconds / options_.time_limit);
    left = std::min(left, std::max(options_.time_limit - seconds, 0.0));
  }
  const std::size_t batch = std::clamp<std::size_t>(batch_, 1, std::max<std::size_t>(rows_, 1));
  const std::size_t steps_per_epoch = (rows_ + (whole_batches_ ? 0 : batch - 1)) / batch;
  const double rate = last_.epoch > 0 ? last_.rows_per_second : made * static_cast<double>(batch) / seconds;

  const auto epoch_of = [&](std::size_t step) { return (step - 1) / std::max<std::size_t>(steps_per_epoch, 1) + 1; };
  std::string line =
      fmt::format("epoch {}/{}  loss {:.3g}", epoch_of(step_), epoch_of(std::max<std::size_t>(total_steps_, 1)), loss_);
  if (last_.epoch > 0 && std::isfinite(last_.validation_score)) {
    line += "  validation " + score_text(metric_, last_.validation_score, 3);
  }
  std::string pace = fmt::format("  {} rows/s", short_count(rate));
  if (made > 0) pace += fmt::format("  {} left", duration_text(left));

  // On a narrow terminal the title goes first, then the sparkline, then the bar; the numbers are ASCII and can be cut
  // anywhere.
  constexpr std::string_view kTitle = "training      ";
  constexpr std::size_t kGap = 3;  // two spaces, and one column that stays free
  const std::size_t numbers = line.size() + pace.size();
  if (numbers + kGap + kSmallestBar > width) return (line + pace).substr(0, width - 1);
  std::size_t space = width - numbers - kGap;
  if (last_.epoch > 1 && space >= recent_.width() + 1 + kSmallestBar) {
    line += fmt::format(" {}", recent_.text());
    space -= recent_.width() + 1;
  }
  line += pace;
  if (space < kTitle.size() + kSmallestBar) return bar(share, std::min(space, kLargestBar), colours_) + "  " + line;
  return std::string(kTitle) + bar(share, std::min(space - kTitle.size(), kLargestBar), colours_) + "  " + line;
}

// The first epoch's time has its validation in it, and so has what is made of it.
void Progress::say_expected_end(const EpochReport& first) const {
  constexpr double kLong = 10;  // seconds
  const double whole = first.seconds * static_cast<double>(total_steps(options_, rows_)) /
                       static_cast<double>(std::max<std::size_t>(first.step, 1));
  const double limit = options_.time_limit;
  if (whole < kLong || (limit > 0 && first.seconds >= limit)) return;
  const std::string_view kept = options_.keep_best && std::isfinite(first.validation_score) ? "best" : "last weights";
  const std::string end = limit == 0      ? fmt::format("--time-limit 60s keeps the {} so far", kept)
                          : limit < whole ? fmt::format("the time limit of {} ends it before and keeps the {} so far",
                                                        duration_text(limit), kept)
                                          : fmt::format("the time limit is {}", duration_text(limit));
  fmt::print(
      stderr, "{}",
      titled("training", fmt::format("{} {} for {}; {}", options_.patience > 0 ? "at most" : "about",
                                     duration_text(whole), counted(total_epochs(options_, rows_), "epoch"), end)));
}

void Progress::draw() {
  if (!shown_) return;
  fmt::print(stderr, "\r{}\x1b[K", text(terminal_width()));
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::end() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
  drawn_ = false;
}

}  // namespace bprop::cli
