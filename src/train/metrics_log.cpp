// SPDX-License-Identifier: Apache-2.0
#include "train/metrics_log.h"

#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/check.h"
#include "bprop/whole_file.h"

namespace bprop {
namespace {

constexpr std::string_view kLogHeader =
    "epoch,step,train_loss,validation_loss,train_score,validation_score,learning_rate,best,seconds,rows_per_second";

std::string csv_number(double x) { return std::isfinite(x) ? fmt::format("{}", x) : ""; }

}  // namespace

namespace training {

MetricsLog::MetricsLog(const std::string& path, LogFile::Begin begin) {
  if (path.empty()) return;
  check_log(path);
  file_.open(path, begin);
  if (begin == LogFile::Begin::kAnew) write_header();
}

void MetricsLog::write_header() {
  file_.append(fmt::format("{}\n", kLogHeader));
  file_.flush();
}

void MetricsLog::go_on() {
  file_.go_on();
  if (file_.length() == 0) write_header();
}

void MetricsLog::epoch(const EpochReport& r) {
  if (!file_.exists()) return;
  file_.append(fmt::format("{},{},{},{},{},{},{},{},{:.3f},{:.1f}\n", r.epoch, r.step, csv_number(r.train_loss),
                           csv_number(r.validation_loss), csv_number(r.train_score), csv_number(r.validation_score),
                           csv_number(r.learning_rate), r.best ? 1 : 0, r.seconds, r.rows_per_second));
  file_.flush();
}

}  // namespace training

void check_log(const std::string& path) {
  if (path.empty()) return;
  check_whole_file(path);
  std::error_code absent;
  if (!std::filesystem::exists(path, absent)) return;
  std::ifstream file(path);
  std::string first(kLogHeader.size(), ' ');
  file.read(first.data(), static_cast<std::streamsize>(first.size()));
  const bool empty = std::filesystem::file_size(path, absent) == 0;
  BPROP_CHECK(empty || first == kLogHeader, UsageError,
              "{}: is no log of bprop (it does not begin with \"epoch,step,train_loss,…\"), expected a new file or an "
              "earlier log",
              path);
}

}  // namespace bprop
