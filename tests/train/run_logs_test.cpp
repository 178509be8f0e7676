// SPDX-License-Identifier: Apache-2.0
//
// The CSV log and TensorBoard's event file, read by a reader that shares nothing with the writer: a bit-by-bit CRC, its
// own wire format.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <sstream>

#include "checkpoint/temporary_folder.h"
#include "train/tables.h"

namespace bprop {
namespace {

std::uint32_t slow_crc(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? (crc >> 1) ^ 0x82F63B78U : crc >> 1;
  }
  return ~crc;
}

// The inverse of the mask.
std::uint32_t unmasked(std::uint32_t masked) {
  const std::uint32_t rotated = masked - 0xa282ead8U;
  return (rotated >> 17) | (rotated << 15);
}

template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
  Number number{};
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

std::vector<std::string> records(const std::string& file) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < file.size();) {
    const auto length = number_at<std::uint64_t>(file, at);
    EXPECT_EQ(unmasked(number_at<std::uint32_t>(file, at + 8)), slow_crc(std::string_view(file).substr(at, 8)));
    all.push_back(file.substr(at + 12, length));
    EXPECT_EQ(unmasked(number_at<std::uint32_t>(file, at + 12 + length)), slow_crc(all.back()));
    at += 16 + length;
  }
  return all;
}

// Fields of a message by number: what stands there as bytes, or a varint as a number.
struct Message {
  std::map<std::uint64_t, std::string> bytes;
  std::map<std::uint64_t, std::uint64_t> varints;

  explicit Message(std::string_view text) {
    std::size_t at = 0;
    const auto varint = [&] {
      std::uint64_t value = 0;
      for (int shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(text.at(at++));
        value |= std::uint64_t{byte & 0x7FU} << shift;
        if (byte < 0x80) return value;
      }
    };
    while (at < text.size()) {
      const std::uint64_t key = varint();
      if ((key & 7U) == 0) {
        varints[key >> 3] = varint();
        continue;
      }
      const std::size_t size = (key & 7U) == 1 ? 8 : (key & 7U) == 5 ? 4 : varint();
      bytes[key >> 3] = text.substr(at, size);
      at += size;
    }
  }
};

struct Scalar {
  std::uint64_t step;
  float value;
};

std::map<std::string, std::vector<Scalar>> scalars(const std::string& file) {
  const std::vector<std::string> all = records(file);
  EXPECT_EQ(Message(all.at(0)).bytes.at(3), "brain.Event:2");
  std::map<std::string, std::vector<Scalar>> found;
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Message event(all[i]);
    EXPECT_GT(number_at<double>(event.bytes.at(1), 0), 1.6e9);  // seconds since 1970
    const Message value(Message(event.bytes.at(5)).bytes.at(1));
    found[value.bytes.at(1)].push_back({event.varints.at(2), number_at<float>(value.bytes.at(2), 0)});
  }
  return found;
}

class RunLogs : public TemporaryFolder {
 protected:
  TrainResult run(const Dataset& data, double validation = 0.2) const {
    TrainOptions options = small_options();
    options.log = at("log.csv");
    options.tensorboard = at("deep/tb");
    options.doctor_every = 10;
    options.validation = validation;
    return train(data, options);
  }
  std::string events() const { return get(at("deep/tb/events.out.tfevents.bprop")); }
};

TEST_F(RunLogs, TheEventFileHasEveryEpochsScalarsAtTheirUpdates) {
  const TrainResult result = run(sectors(100));
  const auto found = scalars(events());
  for (const auto& [tag, value] : {std::pair{"loss/train", &EpochReport::train_loss},
                                   {"loss/validation", &EpochReport::validation_loss},
                                   {"accuracy/train", &EpochReport::train_score},
                                   {"accuracy/validation", &EpochReport::validation_score},
                                   {"learning_rate", &EpochReport::learning_rate}}) {
    ASSERT_EQ(found.at(tag).size(), 5) << tag;
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_EQ(found.at(tag)[i].step, result.history[i].step) << tag;
      EXPECT_EQ(found.at(tag)[i].value, static_cast<float>(result.history[i].*value)) << tag;
    }
  }
}

TEST_F(RunLogs, TheEventFileHasWhatTheDoctorSaw) {
  run(curve(100));
  const auto found = scalars(events());
  ASSERT_EQ(found.at("layer_1/delta_rms").size(), 3);  // 25 updates, the first, 11th and 21st looked at
  for (std::size_t i = 0; i < 3; ++i) {
    const float norm = found.at("layer_2/gradient_norm")[i].value;
    EXPECT_FLOAT_EQ(found.at("layer_2/gradient_over_weight")[i].value, norm / found.at("layer_2/weight_norm")[i].value);
    EXPECT_EQ(found.at("layer_1/saturated")[i].value, 0);
  }
  EXPECT_EQ(found.count("layer_2/dead"), 0);  // identity: slopes say nothing
}

TEST_F(RunLogs, WithoutValidationRowsTheirScalarsAndFieldsAreLeftOut) {
  run(curve(100), 0);
  EXPECT_EQ(scalars(events()).count("rmse/validation"), 0);
  EXPECT_EQ(scalars(events()).at("rmse/train").size(), 5);
  EXPECT_THAT(get(at("log.csv")), testing::ContainsRegex("\n1,7,[0-9.]+,,[0-9.]+,,0"));
}

TEST_F(RunLogs, TheLogHasAHeaderAndALineAnEpoch) {
  const TrainResult result = run(sectors(100));
  std::istringstream text(get(at("log.csv")));
  std::string line;
  std::getline(text, line);
  EXPECT_EQ(line,
            "epoch,step,train_loss,validation_loss,train_score,validation_score,learning_rate,best,seconds,"
            "rows_per_second");
  for (const EpochReport& report : result.history) {
    ASSERT_TRUE(std::getline(text, line));
    EXPECT_THAT(
        line, testing::StartsWith(fmt::format("{},{},{},{},{},{},{},{},", report.epoch, report.step, report.train_loss,
                                              report.validation_loss, report.train_score, report.validation_score,
                                              report.learning_rate, report.best ? 1 : 0)));
  }
  EXPECT_FALSE(std::getline(text, line));
}

// The last weights, on all training rows, since there are no more than those of validation.
TEST_F(RunLogs, TheTrainingScoreIsThatOfEvaluate) {
  TrainOptions options = small_options();
  options.log = at("log.csv");
  options.keep_best = false;
  const Dataset data = sectors(90);
  const TrainResult result = train(data, sectors(100, 3), options);
  EXPECT_EQ(result.history.back().train_score, evaluate(result.model, data).accuracy);
}

TEST_F(RunLogs, ChangeNoBitOfTheModelAndCostNothingWithoutThem) {
  const TrainResult logged = run(curve(100));
  const TrainResult plain = train(curve(100), small_options());
  EXPECT_EQ(all_weights(logged.model), all_weights(plain.model));
  EXPECT_TRUE(std::isnan(plain.history[0].train_score));
}

TEST_F(RunLogs, ReplaceTheirLikeAndNothingElse) {
  run(curve(100));
  run(curve(100));
  EXPECT_EQ(scalars(events()).at("loss/train").size(), 5);
  put(at("log.csv"), "epoch,loss\n1,2\n");
  EXPECT_EQ(thrown([&] { run(curve(100)); }),
            "UsageError: " + at("log.csv") +
                ": is no log of bprop (it does not begin with \"epoch,step,train_loss,…\"), expected a new file or an "
                "earlier log");
  EXPECT_EQ(get(at("log.csv")), "epoch,loss\n1,2\n");
  std::filesystem::remove(at("log.csv"));
  put(at("deep/tb/events.out.tfevents.bprop"), "something else");
  EXPECT_EQ(thrown([&] { run(curve(100)); }), "UsageError: " + at("deep/tb/events.out.tfevents.bprop") +
                                                  ": is no event file of TensorBoard, expected a new or empty folder");
  EXPECT_EQ(thrown([&] { check_tensorboard(at("deep/tb/events.out.tfevents.bprop")); }),
            "UsageError: " + at("deep/tb/events.out.tfevents.bprop") +
                ": is not a folder, expected one for files of TensorBoard");
}

}  // namespace
}  // namespace bprop
