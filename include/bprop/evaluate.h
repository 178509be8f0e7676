// SPDX-License-Identifier: Apache-2.0
//
// What a model says about rows, and how often it is right. A model from train() takes any table with its columns; a
// network without preprocessing (imported, typed by hand) takes the table's columns in order, as they are, pixels /
// 255.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "bprop/dataset.h"
#include "bprop/gradients.h"
#include "bprop/metrics.h"
#include "bprop/model.h"
#include "bprop/thread_pool.h"

namespace bprop {

// Rows as a network reads them, row-major.
template <class T>
struct EncodedRows {
  std::size_t rows = 0;
  std::vector<T> input;   // (rows × inputs)
  std::vector<T> target;  // (rows × outputs); empty if the table has no target
  std::vector<std::string> warnings;
};

// These rows of the table (positions from 0; empty: all), or the model's own exercise rows.
template <class T>
EncodedRows<T> encoded_rows(const Model& model, const Dataset& data, std::span<const std::uint32_t> rows = {});
template <class T>
EncodedRows<T> exercise_rows(const Model& model);

// Of a loss with several outputs a target `values` has these columns instead: the quantiles, in ascending order row by
// row (where the network's cross they are sorted: Chernozhukov, Fernández-Val & Galichon 2010), or mean and standard
// deviation.
struct Predictions {
  std::size_t rows = 0;
  std::size_t outputs = 0;
  std::vector<double> values;  // (rows × outputs): probabilities, or numbers in the targets' own units
  Task task = Task::kNumbers;
  std::vector<TargetColumn> targets;  // one without a name where the network knows no table
  std::vector<std::string> classes;   // of one target: labels of the values' columns; empty for numbers and labels
  std::vector<std::string> parts;     // of several outputs a target: "q0.1", or "mean" and "sd"; else empty
  std::vector<std::size_t> chosen;    // (rows × targets) of classes and labels: arg max, or ≥ ½ for a sigmoid output
  bool probabilities = false;         // softmax, or a sigmoid for two classes or a label
  std::vector<std::string> warnings;
};

// One output of two classes gives two columns, 1 − p and p; a label one, p of its second value.
Predictions predict(const Model& model, const Dataset& data, ThreadPool* pool = nullptr);
Predictions predict(const Model& model);  // its exercise rows

struct EvaluateOptions {
  // Changes the result.
  std::string positive_class{};  // whose F1 it is, of two classes; "": the second's
  std::vector<double>
      quantiles{};  // of a target of numbers: the pinball losses to be worked out, each above 0, below 1
  // Changes only speed.
  ThreadPool* pool = nullptr;
};

// What only a model's loss has to say, with its interval as metrics.h has them; in the target's own units.
//   poisson_deviance   mean of 2 (y log(y/λ) − y + λ)
//   pinball_loss_0.1   of each quantile's own output; coverage_0.1_0.9: share of targets from the first to the last
//   gaussian_nll       mean of ½ (log 2πσ² + (y − μ)²/σ²); coverage_95: share of targets within 1.96 σ of μ
struct LossScore {
  std::string name;
  double value = 0;
  double low = 0;
  double high = 0;
};

struct Evaluation {
  static constexpr std::size_t kMostConfused = 1000;  // classes that have a confusion matrix

  Task task = Task::kNumbers;
  std::string target;  // whose it is; "" of several targets together, and where no table is known
  std::size_t rows = 0;
  double loss = 0;  // the model's loss, mean per row, label smoothing left out; NaN of one of several targets
  // Of several targets, each by itself: of numbers, or of the two classes of a label. This one then holds the means
  // over them that bprop/metrics.h says, and neither quantiles nor classes. Empty of one target.
  std::vector<Evaluation> targets;
  // Classes, and labels but for the class.
  double accuracy = 0;           // share of rows whose class is right
  double accuracy_low = 0;       // Wilson's interval at 95 % (E. B. Wilson 1927): from here
  double accuracy_high = 0;      // … to here
  double accuracy_interval = 0;  // half its width
  double trivial_accuracy = 0;   // always trivial_class
  std::string trivial_class;     // the most frequent one
  // Numbers, in the target's own units. With quantiles the prediction is the one nearest the median, with variances the
  // mean.
  double rmse = 0;          // √ mean (ŷ − y)²
  double mae = 0;           // mean |ŷ − y|
  double r2 = 0;            // 1 − Σ(ŷ − y)² / Σ(y − ȳ)²; NaN where all y are equal
  double trivial_rmse = 0;  // always the mean
  // Most frequent class and mean are those of the training rows, as the model knows them; false: it does not (imported,
  // typed by hand), and they are those of the rows evaluated.
  bool trivial_of_training = false;
  std::vector<Score> scores;             // every metric of the task with its interval, in the order of metrics_of()
  std::vector<QuantileScore> quantiles;  // as asked for
  std::vector<LossScore> loss_scores;    // empty for most losses
  std::vector<std::string> classes;      // empty for numbers
  std::string positive_class;            // whose F1 it is; "" unless there are two classes
  std::vector<std::size_t> confusion;    // (classes × classes): rows of a class, said to be of a class
  std::vector<std::string> warnings;

  const Score& score(Metric metric) const;  // throws UsageError for a metric of the other task
};

// Throws FormatError when the table does not fit or has no target, UsageError when there are no rows.
Evaluation evaluate(const Model& model, const Dataset& data, ThreadPool* pool = nullptr);
Evaluation evaluate(const Model& model);  // on its exercise rows
// UsageError, too, for a positive class or a quantile that cannot be. Cost beside predicting: a sort of the rows for
// each class; memory: the scores of all rows.
Evaluation evaluate(const Model& model, const Dataset& data, const EvaluateOptions& options);
Evaluation evaluate(const Model& model, const EvaluateOptions& options);

// R² as people read it: four decimals, or four digits where it is below −10; "undefined" for NaN.
std::string r2_text(double r2);

// "accuracy 98.1 % (± 1.4) on 360 rows, loss 0.0713; most frequent class '3': 10.3 %"
std::ostream& operator<<(std::ostream& out, const Evaluation& evaluation);

// All gradients of these rows as a safetensors file: loss, input, target, prediction, d_input, and per layer
// layers.K.d_weights (out × in), .d_bias, .delta, .d_output, .z, .a; F32 or F64 by T.
template <class T>
void write_gradients(const std::string& path, const EncodedRows<T>& rows, const BasicNetwork<T>& network,
                     const BasicGradients<T>& gradients);

}  // namespace bprop
