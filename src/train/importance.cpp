// SPDX-License-Identifier: Apache-2.0
#include "bprop/importance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "base/random.h"
#include "bprop/evaluate.h"
#include "train/prediction_gradient.h"
#include "train/prediction_pass.h"
#include "train/setup.h"
#include "train/validation.h"

namespace bprop {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kGradientRows = 256;  // at a time

// The inputs of one source column.
struct InputBlock {
  std::size_t first = 0;
  std::size_t count = 0;
};

// Encoded rows, one block of whose inputs may come from other rows.
template <class T>
class PermutedRows : public training::RowSource<T> {
 public:
  explicit PermutedRows(const EncodedRows<T>& rows)
      : rows_(rows), inputs_(rows.input.size() / rows.rows), outputs_(rows.target.size() / rows.rows) {}

  void permute(InputBlock block, const std::vector<std::uint32_t>& order) {
    block_ = block;
    order_ = &order;
  }
  std::size_t rows() const override { return rows_.rows; }
  std::size_t source_row(std::uint32_t position) const override { return position; }
  std::string where(std::uint32_t position) const override { return fmt::format("row {}", position + 1); }
  void fill(std::span<const std::uint32_t> positions, T* inputs, T* targets) const override {
    for (std::size_t n = 0; n < positions.size(); ++n) {
      std::copy_n(rows_.input.data() + positions[n] * inputs_, inputs_, inputs + n * inputs_);
      if (order_ != nullptr) {
        const T* const other = rows_.input.data() + (*order_)[positions[n]] * inputs_;
        std::copy_n(other + block_.first, block_.count, inputs + n * inputs_ + block_.first);
      }
      if (targets != nullptr) {
        std::copy_n(rows_.target.data() + positions[n] * outputs_, outputs_, targets + n * outputs_);
      }
    }
  }

 private:
  const EncodedRows<T>& rows_;
  std::size_t inputs_;
  std::size_t outputs_;
  InputBlock block_{};
  const std::vector<std::uint32_t>* order_ = nullptr;
};

std::vector<InputBlock> blocks_of(const Preprocessing& preprocessing) {
  std::vector<InputBlock> blocks;
  std::size_t first = 0;
  for (const InputColumn& column : preprocessing.inputs) {
    blocks.push_back({first, column.features()});
    first += column.features();
  }
  return blocks;
}

// How much worse `permuted` is than the score of the rows as they are.
double drop(const Importance& result, double permuted) {
  return larger_is_better(result.metric) ? result.score - permuted : permuted - result.score;
}

// Mean and standard deviation of the drops.
void sum_up(const std::vector<double>& drops, ColumnImportance& column) {
  const auto count = static_cast<double>(drops.size());
  column.drop = std::accumulate(drops.begin(), drops.end(), 0.0) / count;
  double squares = 0;
  double largest = 0;
  for (const double d : drops) largest = std::max(largest, std::fabs(d));
  if (std::fabs(column.drop) < 1e-13 * largest) column.drop = 0;  // what rounding leaves of drops that cancel
  for (const double d : drops) squares += (d - column.drop) * (d - column.drop);
  column.deviation = drops.size() > 1 ? std::sqrt(squares / (count - 1)) : kUnknown;
}

template <class T>
void by_permutation(const Model& model, const EncodedRows<T>& rows, const ImportanceOptions& options,
                    Importance& result) {
  PermutedRows<T> source(rows);
  training::Validation<T> score(model, source, result.metric, options.pool);
  const auto scored = [&] {
    EpochReport report;
    score.fill(report, {});
    return report.validation_score;
  };
  result.score = scored();
  BPROP_CHECK(std::isfinite(result.score), UsageError, "metric {} is undefined on these rows, expected another one",
              name(result.metric));
  const std::vector<InputBlock> blocks = blocks_of(*model.preprocessing);
  std::vector<std::vector<double>> drops(blocks.size());
  std::vector<std::uint32_t> order(rows.rows);
  for (std::size_t repeat = 0; repeat < options.repeats; ++repeat) {
    const Permutation permutation(
        {.seed = options.seed, .purpose = Purpose::kImportance, .epoch = static_cast<std::uint32_t>(repeat)},
        rows.rows);
    for (std::size_t n = 0; n < order.size(); ++n) order[n] = static_cast<std::uint32_t>(permutation(n));
    for (std::size_t c = 0; c < blocks.size(); ++c) {
      source.permute(blocks[c], order);
      drops[c].push_back(drop(result, scored()));
    }
  }
  for (std::size_t c = 0; c < blocks.size(); ++c) sum_up(drops[c], result.columns[c]);
}

// Population standard deviation of every input.
template <class T>
std::vector<double> spreads(const EncodedRows<T>& rows, std::size_t inputs) {
  const auto count = static_cast<double>(rows.rows);
  std::vector<double> mean(inputs);
  std::vector<double> squares(inputs);
  for (std::size_t i = 0; i < rows.input.size(); ++i) mean[i % inputs] += static_cast<double>(rows.input[i]) / count;
  for (std::size_t i = 0; i < rows.input.size(); ++i) {
    const double distance = static_cast<double>(rows.input[i]) - mean[i % inputs];
    squares[i % inputs] += distance * distance / count;
  }
  for (double& square : squares) square = std::sqrt(square);
  return squares;
}

// What a step of 1 of an output's prediction counts.
double unit_of(const Model& model) {
  const TargetColumn& target = model.preprocessing->target;
  if (target.task == Task::kNumbers) return model.preprocessing->targets().size() == 1 ? std::fabs(target.divisor) : 1;
  if (model.preprocessing->task() == Task::kLabels) return 1;
  const bool several = training::gives_probabilities(model, target) && model.architecture().outputs() > 1;
  return several ? 0.5 : 1;
}

template <class T>
void by_gradient(const Model& model, const EncodedRows<T>& rows, const ImportanceOptions& options, Importance& result) {
  const std::size_t inputs = model.architecture().inputs();
  training::PredictionGradient<T> gradient(model, options.pool);
  std::vector<double> sums(inputs);  // of |∂prediction/∂x|, over rows and outputs
  for (std::size_t first = 0; first < rows.rows; first += kGradientRows) {
    const std::size_t count = std::min(kGradientRows, rows.rows - first);
    gradient(std::span(rows.input).subspan(first * inputs, count * inputs),
             [&](std::size_t, std::size_t, std::span<const double> d) {
               for (std::size_t i = 0; i < inputs; ++i) sums[i] += std::fabs(d[i]);
             });
  }
  const std::vector<double> spread = spreads(rows, inputs);
  const std::vector<InputBlock> blocks = blocks_of(*model.preprocessing);
  const double unit = unit_of(model) / static_cast<double>(rows.rows);
  for (std::size_t c = 0; c < blocks.size(); ++c) {
    double sum = 0;
    for (std::size_t i = blocks[c].first; i < blocks[c].first + blocks[c].count; ++i) sum += sums[i] * spread[i];
    result.columns[c].gradient = sum * unit;
  }
}

Dataset some_rows(const Dataset& data, std::size_t most) {
  if (most == 0 || data.rows() <= most) return data;
  std::vector<std::uint32_t> rows;
  for (std::size_t n = 0; n < most; ++n) rows.push_back(static_cast<std::uint32_t>(n * data.rows() / most));
  return data.select(std::move(rows));
}

Metric metric_of(const Model& model, const ImportanceOptions& options, std::size_t rows) {
  TrainOptions asked;
  asked.metric = options.metric;
  return training::chosen_metric(asked, model, rows);
}

}  // namespace

Importance importance(const Model& given, const Dataset& data, const ImportanceOptions& options) {
  BPROP_CHECK(options.repeats > 0, UsageError, "repeats is 0, expected at least 1");
  Model model = given;
  model.preprocessing = training::preprocessing_for(given, data);
  const Dataset rows = some_rows(data, options.most_rows);
  BPROP_CHECK(data.target().has_value(), FormatError, "{}: the table has no target, expected the model's",
              data.source());
  BPROP_CHECK(rows.rows() > 1, UsageError, "there are {} rows, expected at least 2 to tell columns apart", rows.rows());
  Importance result{.rows = rows.rows(), .metric = metric_of(model, options, rows.rows())};
  result.repeats = options.permutation ? options.repeats : 0;
  result.score = kUnknown;
  for (const InputColumn& column : model.preprocessing->inputs) {
    result.columns.push_back({column.name, column.features(), kUnknown, kUnknown, kUnknown});
  }
  std::visit(
      [&]<class T>(const BasicNetwork<T>&) {
        const EncodedRows<T> encoded = encoded_rows<T>(model, rows);
        result.warnings = encoded.warnings;
        if (options.permutation) by_permutation<T>(model, encoded, options, result);
        if (options.gradient) by_gradient<T>(model, encoded, options, result);
      },
      model.network);
  return result;
}

std::vector<std::size_t> by_importance(const Importance& importance) {
  std::vector<std::size_t> order(importance.columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto weight = [&](std::size_t c) {
    const ColumnImportance& column = importance.columns[c];
    return std::isnan(column.drop) ? column.gradient : column.drop;
  };
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return weight(a) != weight(b) ? weight(a) > weight(b) : a < b; });
  return order;
}

}  // namespace bprop
