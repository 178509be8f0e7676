// SPDX-License-Identifier: Apache-2.0
//
// Values of options: for each type a pair, text → value and value → text, so that a default is shown as it would be
// typed. read() throws UsageError with what was expected; text_of() of what is not set is "".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/arithmetic.h"
#include "bprop/loss.h"
#include "bprop/metrics.h"
#include "bprop/network.h"
#include "bprop/optimizer.h"
#include "bprop/preprocessing.h"
#include "bprop/preset.h"
#include "bprop/selector.h"
#include "bprop/train.h"
#include "bprop/weights.h"

namespace bprop::cli {

// Rows an update: a number, or "all".
struct BatchSize {
  static constexpr std::size_t kAll = UINT32_MAX;  // more rows than a table can have
  std::size_t rows = kAll;
};

// Seconds: "90", "90s", "1.5m", "2h".
struct Duration {
  double seconds = 0;
};

// Where rows to be laid aside come from: a share of the table, or a file of its own.
struct Share {
  double fraction = 0;
  std::string path = {};  // "": the fraction counts
};

// Bytes: "500", "20M", "16G", in powers of 1,024.
struct ByteSize {
  std::uint64_t bytes = 0;
};

// Whose weights the model has at the end: the epoch's with the best validation score, or the last ones.
struct Keep {
  bool best = true;
};

// What is done to probabilities after training: "temperature", or "none", which is not worth a word.
struct CalibrationChoice {
  bool temperature = false;
};

// On or off: a switch that a preset may have on.
struct Choice {
  bool on = false;
};

// A single character, or "tab".
struct Character {
  char value = 0;
};

void read(std::string_view text, std::string& value);
void read(std::string_view text, double& value);
void read(std::string_view text, std::size_t& value);  // also the seed: std::uint64_t is the same type
void read(std::string_view text, int& value);
void read(std::string_view text, BatchSize& value);
void read(std::string_view text, Duration& value);
void read(std::string_view text, ByteSize& value);
void read(std::string_view text, CheckpointEvery& value);  // "30s", or a number of updates
void read(std::string_view text, Share& value);
void read(std::string_view text, Keep& value);
void read(std::string_view text, CalibrationChoice& value);
void read(std::string_view text, Character& value);
void read(std::string_view text, Task& value);
void read(std::string_view text, Loss& value);
void read(std::string_view text, Reduction& value);
void read(std::string_view text, Initializer& value);
void read(std::string_view text, Optimizer& value);
void read(std::string_view text, Schedule::Kind& value);
void read(std::string_view text, Arithmetic& value);
void read(std::string_view text, Preset& value);
void read(std::string_view text, std::vector<Preset>& value);  // "plain,linear"
void read(std::string_view text, Ties& value);
void read(std::string_view text, Parametrization& value);
void read(std::string_view text, Fade& value);
void read(std::string_view text, BiasInitializer& value);
void read(std::string_view text, Scaling& value);
void read(std::string_view text, Choice& value);
void read(std::string_view text, Notation& value);
void read(std::string_view text, Metric& value);
void read(std::string_view text, ClassWeights& value);         // "balanced", "yes=2,no=0.5"
void read(std::string_view text, std::vector<double>& value);  // "0.1,0.5,0.9"

std::string text_of(const std::string& value);
std::string text_of(double value);
std::string text_of(std::size_t value);
std::string text_of(int value);
std::string text_of(BatchSize value);
std::string text_of(Duration value);
std::string text_of(ByteSize value);
std::string text_of(const CheckpointEvery& value);
std::string text_of(const Share& value);
std::string text_of(Keep value);
std::string text_of(CalibrationChoice value);
std::string text_of(Character value);
std::string text_of(Task value);
std::string text_of(Loss value);
std::string text_of(Reduction value);
std::string text_of(Initializer value);
std::string text_of(const Optimizer& value);
std::string text_of(Schedule::Kind value);
std::string text_of(Arithmetic value);
std::string text_of(Preset value);
std::string text_of(const std::vector<Preset>& value);
std::string text_of(Ties value);
std::string text_of(Parametrization value);
std::string text_of(Fade value);
std::string text_of(BiasInitializer value);
std::string text_of(Scaling value);
std::string text_of(Choice value);
std::string text_of(Notation value);
std::string text_of(Metric value);
std::string text_of(const ClassWeights& value);
std::string text_of(const std::vector<double>& value);

template <class T>
void read(std::string_view text, std::optional<T>& value) {
  read(text, value.emplace());
}
template <class T>
std::string text_of(const std::optional<T>& value) {
  return value ? text_of(*value) : std::string();
}

}  // namespace bprop::cli
