// SPDX-License-Identifier: Apache-2.0
//
// What is not gone on with, and the sentence that says why.
#include <gmock/gmock.h>

#include "bprop/resume.h"
#include "checkpoint/checkpoint_file.h"
#include "checkpoint/textbook.h"
#include "train/choice_state.h"
#include "train/epoch_state.h"
#include "train/resumed_runs.h"

namespace bprop {
namespace {

using testing::StartsWith;

class ResumeRefused : public Resumed {};

TEST_F(ResumeRefused, WithoutCheckpointsThereIsNothingToGoOnFrom) {
  const Kind kind{"", [](TrainOptions& o) { o.checkpoint_every = {.seconds = 0}; }};
  run(options("run", kind), sectors(100));
  EXPECT_FALSE(std::filesystem::exists(at("run/checkpoints")));
  TrainOptions again = options("run", kind);
  again.resume = true;
  EXPECT_EQ(refusal(again, sectors(100)),
            at("run") + ": holds no checkpoint of a run to go on from, expected one in its folder checkpoints");
}

TEST_F(ResumeRefused, OnlyDamagedCheckpointsAreRefused) {
  run_and_kill({}, 4);
  for (const std::string& name : checkpoints("killed")) put(at("killed/checkpoints/" + name), "{}");
  TrainOptions again = options("killed");
  again.resume = true;
  EXPECT_THAT(refusal(again, sectors(100)), StartsWith(at("killed/checkpoints/step-18.safetensors: ")));
  EXPECT_NE(get(at("killed/metrics.jsonl")), "");
}

TEST_F(ResumeRefused, ByOtherOptionsIsRefusedAndSaysWhatDiffers) {
  run_and_kill({}, 3);
  const auto with = [&](const std::function<void(TrainOptions&)>& change) {
    TrainOptions again = options("killed");
    again.resume = true;
    change(again);
    return refusal(again, sectors(100));
  };
  const std::string before = get(at("killed/metrics.jsonl"));
  EXPECT_EQ(with([](TrainOptions& o) { o.epochs = 7; }), "epochs is 7, the run was begun with 6, expected the same");
  EXPECT_EQ(with([](TrainOptions& o) { o.metric = Metric::kBalancedAccuracy; }),
            "metric is balanced_accuracy, the run was begun with accuracy, expected the same");
  EXPECT_EQ(with([](TrainOptions& o) { o.learning_rate = 0.5; }),
            "learning_rate is 0.5, the run was begun with 0.003, expected the same");
  EXPECT_EQ(with([](TrainOptions& o) { o.layers = "9 tanh"; }),
            "network is 2 -> 9 tanh -> 3 softmax, the run was begun with 2 -> 8 tanh -> 3 softmax, expected the same");
  EXPECT_EQ(with([](TrainOptions& o) { o.arithmetic = Arithmetic::kPortable; }).substr(0, 22),
            "arithmetic is portable");
  EXPECT_EQ(with([](TrainOptions& o) { o.seed = 2; }), "seed is 2, the run was begun with 1, expected the same");
  EXPECT_EQ(get(at("killed/metrics.jsonl")), before);
}

TEST_F(ResumeRefused, OnOtherRowsIsRefusedAndSaysWhatDiffers) {
  const auto trained = [&](double changed, std::size_t rows, bool resume) {
    std::vector<double> cells;
    for (std::size_t n = 0; n < rows; ++n) {
      const double u = static_cast<double>(n * 37 % 100) / 50 - 1;
      const double v = static_cast<double>(n * 61 % 100) / 50 - 1;
      for (const double cell : {u, v + (n == 5 ? changed : 0), u * v}) cells.push_back(cell);
    }
    TrainOptions again = options("run");
    again.scaling = Scaling::kNone;
    again.validation = 0;
    again.resume = resume;
    return refusal(again, make_dataset({"u", "v", "y"}, cells, "y"));
  };
  EXPECT_EQ(trained(0, 100, false), "");
  EXPECT_EQ(trained(1, 100, true),
            "column \"v\" of the training rows has other values than when the run was begun, expected the same");
  EXPECT_EQ(trained(0, 99, true), "number of training rows is 99, the run was begun with 100, expected the same");
  EXPECT_EQ(trained(0, 100, true), "");
}

TEST_F(ResumeRefused, OnAnotherTargetEncodingOrWeightsIsRefusedAndSaysWhatDiffers) {
  const auto trained = [&](double target, const char* name, double weight, bool resume) {
    std::vector<double> cells;
    for (std::size_t n = 0; n < 100; ++n) {
      const double u = static_cast<double>(n * 37 % 100) / 50 - 1;
      for (const double cell : {u, n == 5 ? target : u > 0 ? 1.0 : 0.0}) cells.push_back(cell);
    }
    TrainOptions again = options("run");
    again.scaling = Scaling::kNone;
    again.task = Task::kClasses;
    again.class_weights = {.given = {{"0", weight}}};
    again.validation = 0;
    again.resume = resume;
    return refusal(again, make_dataset({name, "y"}, cells, "y"));
  };
  EXPECT_EQ(trained(0, "u", 2, false), "");
  EXPECT_EQ(trained(1, "u", 2, true),
            "the target of the training rows has other values than when the run was begun, expected the same");
  EXPECT_EQ(trained(0, "v", 2, true), "the columns' encoding is not as when the run was begun, expected the same");
  EXPECT_EQ(trained(0, "v", 3, true), "the columns' encoding is not as when the run was begun, expected the same");
  EXPECT_EQ(trained(0, "u", 3, true), "the rows' weights are not as when the run was begun, expected the same");
  EXPECT_EQ(trained(0, "u", 2, true), "");
}

TEST_F(ResumeRefused, OnOtherRowsOfAnExerciseIsRefused) {
  Model start = model_from_toml(kMazur);
  const auto trained = [&](bool resume) {
    TrainOptions options = exercise_options(start);
    options.run_directory = at("run");
    options.epochs = 3;
    options.resume = resume;
    return thrown([&] { train_from(start, options); });
  };
  EXPECT_EQ(trained(false), "");
  start.exercise->input[1] = 0.2;
  EXPECT_EQ(trained(true),
            "UsageError: input 2 of the training rows has other values than when the run was begun, expected the same");
}

TEST_F(ResumeRefused, ACheckpointThatSaysNothingOfItsArithmeticIsRefused) {
  std::filesystem::create_directories(at("run/checkpoints"));
  const std::string path = at("run/checkpoints/step-0.safetensors");
  checkpoint::write_checkpoint(path, checkpoint::StateList(), {{"rows", "12"}});
  EXPECT_EQ(thrown([&] { begun_run(at("run")); }), "FormatError: " + path + ": says nothing of its arithmetic");
}

TEST_F(ResumeRefused, AReportOfNoRowsIsRefused) {
  const std::string path = at("x");
  checkpoint::write_safetensors(path, {checkpoint::owned_tensor<double>("last", {0, 10}, {})});
  const checkpoint::FileBytes bytes = checkpoint::read_file(path).value_or_throw();
  const checkpoint::SafetensorsFile file = checkpoint::parse_safetensors(bytes.bytes.span(), path).value_or_throw();
  checkpoint::TensorShelf shelf(file, path);
  EpochReport report;
  checkpoint::StateList state;
  training::list_report(state, "last", report);
  EXPECT_EQ(thrown([&] { state.set_from(shelf); }), "FormatError: [checkpoint] last has 0 rows, expected 1");
}

TEST_F(ResumeRefused, WithAShorterLogThanTheCheckpointKnowsIsRefused) {
  run_and_kill({}, 3);
  put(at("killed/metrics.jsonl"), "");
  put(at("killed/report.json"), "{}");
  TrainOptions again = options("killed");
  again.resume = true;
  EXPECT_EQ(refusal(again, sectors(100)),
            at("killed/metrics.jsonl") + ": is shorter than when the checkpoint was written");
  EXPECT_EQ(get(at("killed/report.json")), "{}") << "a refusal touches nothing";
}

TEST_F(ResumeRefused, ADoctorWhoNeverWritesIsRefused) {
  run_and_kill({}, 3);
  const std::string newest = at("killed/checkpoints/" + checkpoints("killed").back());
  const checkpoint::CheckpointFile file = checkpoint::read_checkpoint(newest).value_or_throw();
  const std::vector<std::uint64_t> never = {0};
  std::vector<checkpoint::TensorSource> tensors;
  for (const checkpoint::Tensor& tensor : file.file.tensors) {
    const auto bytes = tensor.name == "doctor.every" ? std::as_bytes(std::span(never)) : tensor.bytes;
    tensors.push_back(
        {tensor.name, tensor.dtype, tensor.shape, [bytes](const checkpoint::ByteSink& sink) { sink(bytes); }});
  }
  checkpoint::Metadata origin = file.file.metadata;
  std::erase_if(origin, [](const auto& item) { return item.first.starts_with(checkpoint::kChecksumKey); });
  checkpoint::write_safetensors(newest, std::move(tensors), std::move(origin));
  TrainOptions again = options("killed");
  again.resume = true;
  EXPECT_EQ(refusal(again, sectors(100)), "[checkpoint] doctor.every is 0, expected 1, 2, 4, ...");
}

TEST_F(ResumeRefused, ACheckpointIsNoModel) {
  run(options("run"), sectors(100));
  const std::string path = at("run/checkpoints/step-28.safetensors");
  EXPECT_FALSE(is_model_file(path));
  try {
    load_model(path);
    ADD_FAILURE();
  } catch (const FormatError& error) {
    EXPECT_EQ(error.what(), path +
                                ": is a checkpoint of a run but no model; go on from it with train --resume, or read "
                                "best.safetensors");
  }
}

TEST_F(ResumeRefused, AChoiceThatNoFoldsCouldMakeIsRefused) {
  RecipeChoice choice{.folds = 5, .candidates = {{.preset = Preset::kPlain, .epoch = 3, .epochs = 60}}};
  const auto begun = [&] {
    checkpoint::StateList state;
    training::list(state, choice);
    std::filesystem::create_directories(at("run/checkpoints"));
    checkpoint::write_checkpoint(at("run/checkpoints/step-0.safetensors"), state, {{"arithmetic", "portable"}});
    return thrown([&] { begun_run(at("run")); });
  };
  EXPECT_EQ(begun(), "");
  EXPECT_EQ(begun_run(at("run")).choice->best().epoch, 3);
  choice.candidates[0].epochs = 2;
  EXPECT_EQ(begun(), "FormatError: [checkpoint] what counts something is 3, expected a whole number from 0 to 2");
  choice.candidates[0].epoch = 1;
  choice.chosen = 1;
  EXPECT_EQ(begun(), "FormatError: [checkpoint] what counts something is 1, expected a whole number from 0 to 0");
  choice.candidates.clear();
  EXPECT_EQ(begun(), "FormatError: [checkpoint] the choice of a recipe is empty");
}

TEST_F(ResumeRefused, WithoutAFolderMeansNothing) {
  TrainOptions options = small_options();
  options.resume = true;
  EXPECT_EQ(refusal(options, sectors(100)), "resume is given without a run_directory, expected the folder of the run");
}

}  // namespace
}  // namespace bprop
