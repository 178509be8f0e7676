// SPDX-License-Identifier: Apache-2.0
//
// Models saved and loaded. What a damaged or lying file is refused with: model_refusal_test.cpp.
#include "bprop/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "checkpoint/model_reader.h"
#include "checkpoint/sample_models.h"
#include "checkpoint/temporary_folder.h"
#include "checkpoint/textbook.h"

namespace bprop::checkpoint {
namespace {

using testing::HasSubstr;

class ModelFile : public TemporaryFolder {
 protected:
  Model saved_and_loaded(const Model& model) {
    save(model, at("model"));
    return load_model(at("model"));
  }
};

template <class T>
void expect_equal(const BasicNetwork<T>& found, const BasicNetwork<T>& expected) {
  ASSERT_EQ(found.architecture(), expected.architecture());
  EXPECT_EQ(found.arithmetic(), expected.arithmetic());
  for (std::size_t layer = 0; layer < expected.architecture().layers.size(); ++layer) {
    EXPECT_EQ(found.weights(layer), expected.weights(layer)) << "layer " << layer;
    EXPECT_EQ(found.bias(layer), expected.bias(layer)) << "layer " << layer;
  }
}

TEST_F(ModelFile, AFloatNetworkComesBackToTheLastBit) {
  const Model model{.network = Network("5 -> 17 relu -> 33 tanh no-bias -> 3 softmax", {.seed = 3}),
                    .loss = {Loss::kCrossEntropy, Reduction::kSum, 0.1, 1.0 / 3}};
  const Model loaded = saved_and_loaded(model);
  expect_equal(std::get<Network>(loaded.network), std::get<Network>(model.network));
  EXPECT_EQ(loaded.loss.loss, Loss::kCrossEntropy);
  EXPECT_EQ(loaded.loss.reduction, Reduction::kSum);
  EXPECT_EQ(loaded.loss.label_smoothing, 0.1);
  EXPECT_EQ(loaded.loss.huber_delta, 1.0 / 3);
  EXPECT_FALSE(loaded.preprocessing);
  EXPECT_FALSE(loaded.exercise);
}

TEST_F(ModelFile, TheNumbersOfALossComeBackWithIt) {
  for (const Loss loss : {Loss::kBinaryFocal, Loss::kFocal, Loss::kQuantile}) {
    const Model model{.network = Network("2 -> 2"),
                      .loss = {.loss = loss, .focal_gamma = 3.5, .quantiles = {0.25, 0.5}}};
    const LossOptions loaded = saved_and_loaded(model).loss;
    const bool is_focal = loss != Loss::kQuantile;
    EXPECT_EQ(loaded.focal_gamma, is_focal ? 3.5 : LossOptions().focal_gamma);
    EXPECT_EQ(loaded.quantiles, is_focal ? std::vector<double>() : model.loss.quantiles);
  }
  const Model median{.network = Network("2 -> 1"), .loss = {.loss = Loss::kQuantile}};
  EXPECT_EQ(saved_and_loaded(median).loss.quantiles, std::vector<double>());
}

TEST_F(ModelFile, ADoubleNetworkComesBackToTheLastBit) {
  for (const Arithmetic arithmetic : {Arithmetic::kFma, Arithmetic::kPortable}) {
    const Model model{.network = DoubleNetwork("3 -> 2 gelu -> 1", {.seed = 9, .arithmetic = arithmetic})};
    const Model loaded = saved_and_loaded(model);
    expect_equal(std::get<DoubleNetwork>(loaded.network), std::get<DoubleNetwork>(model.network));
  }
}

TEST_F(ModelFile, FactorsOfScaleLayersComeBackToTheLastBitAndHaveOneDimension) {
  const Model model = sample_scaled();
  expect_equal(std::get<Network>(saved_and_loaded(model).network), std::get<Network>(model.network));
  EXPECT_THAT(get(at("model")), HasSubstr(R"("layers.0.weight":{"dtype":"F32","shape":[6],)"));
  EXPECT_THAT(get(at("model")), HasSubstr("6 -> scale -> 3 tanh -> scale -> 3 softmax"));
}

TEST_F(ModelFile, PreprocessingComesBackWhole) {
  for (const Model& model : {sample_classes(), sample_pair(), sample_numbers(), sample_scaled()}) {
    EXPECT_EQ(saved_and_loaded(model).preprocessing, model.preprocessing) << model.preprocessing->target.name;
  }
}

TEST_F(ModelFile, ATargetOfUnknownMeanComesBackWithoutOne) {
  Model model = sample_numbers();
  model.preprocessing->target.mean.reset();
  EXPECT_EQ(saved_and_loaded(model).preprocessing, model.preprocessing);
}

TEST_F(ModelFile, RobustScalesPairsAndClippingComeBackWhole) {
  Model model = sample_classes();
  Preprocessing& preprocessing = *model.preprocessing;
  preprocessing.smooth_clip = true;
  preprocessing.inputs[0].scales = {{0.5, 0.25}};
  InputColumn& colour = preprocessing.inputs[1];
  colour.scales = {{1, 2}, {0, std::numeric_limits<double>::max()}, {0, 3}};
  EXPECT_EQ(saved_and_loaded(model).preprocessing, preprocessing);
  colour.signed_pair = true;
  colour.scales = {{-1, 2}, {0, 3}};
  model.network = Network("5 -> 3 softmax");
  EXPECT_EQ(saved_and_loaded(model).preprocessing, preprocessing);
  colour.missing_seen = false;
  colour.missing_zero = true;
  colour.scales = {{-1, 2}};
  model.network = Network("4 -> 3 softmax");
  EXPECT_EQ(saved_and_loaded(model).preprocessing, preprocessing);
  colour.scales.clear();
  EXPECT_THAT(thrown([&] { save(model, at("model")); }),
              HasSubstr("ShapeError: [save] column \"colour\" has 0 scales, expected 1"));
}

TEST_F(ModelFile, ATextbookNetworkKeepsItsExercise) {
  for (const char* text : {kMazur, kMacLeod}) {
    const Model model = model_from_toml(text);
    const Model loaded = saved_and_loaded(model);
    EXPECT_EQ(loaded.exercise, model.exercise);
    expect_equal(std::get<DoubleNetwork>(loaded.network), std::get<DoubleNetwork>(model.network));
  }
  Model untold = model_from_toml(kMazur);
  untold.exercise->target.clear();
  EXPECT_EQ(saved_and_loaded(untold).exercise, untold.exercise);
}

TEST_F(ModelFile, NamesThatAreNotUtf8ComeBackAsTheyWere) {
  Model model = sample_classes();
  model.preprocessing->inputs[1].name =
      "Gr\xf6\xdf"
      "e";  // Latin-1
  model.preprocessing->inputs[1].categories = {"\"\\\n", "gro\xdf"};
  model.preprocessing->target.classes[0] = "\xff";
  EXPECT_EQ(saved_and_loaded(model).preprocessing, model.preprocessing);
}

TEST_F(ModelFile, EqualModelsGiveEqualFiles) {
  for (const Model& model :
       {sample_classes(), sample_pair(), sample_numbers(), sample_scaled(), model_from_toml(kMazur)}) {
    save(model, at("a"));
    save(load_model(at("a")), at("b"));
    EXPECT_EQ(get(at("a")), get(at("b")));
  }
}

// The file in the repository was written by format 1; a change of a byte is a new format.
TEST_F(ModelFile, FormatOneIsAsItWas) {
  save(model_from_toml(kMazur), at("mazur"));
  EXPECT_EQ(get(at("mazur")), get(BPROP_SOURCE_DIR "/tests/checkpoint/mazur.golden"));
}

TEST_F(ModelFile, IsAModelFileOnlyIfSaveWroteIt) {
  save(sample_numbers(), at("model"));
  put(at("text"), "text");
  EXPECT_TRUE(is_model_file(at("model")));
  EXPECT_FALSE(is_model_file(at("text")));
  EXPECT_FALSE(is_model_file(at("nothing")));
  EXPECT_FALSE(is_model_file(folder_.string()));
}

TEST_F(ModelFile, ReplacesAModelAndNothingElse) {
  save(sample_numbers(), at("model"));
  save(sample_classes(), at("model"));
  EXPECT_EQ(load_model(at("model")).preprocessing, sample_classes().preprocessing);

  put(at("thesis.txt"), "years of work");
  const std::string expected =
      "UsageError: " + at("thesis.txt") + ": exists and is not a model of bprop; it stays as it is";
  EXPECT_EQ(thrown([&] { save(sample_numbers(), at("thesis.txt")); }), expected);
  EXPECT_EQ(thrown([&] { check_save_path(at("thesis.txt")); }), expected);
  EXPECT_EQ(get(at("thesis.txt")), "years of work");
}

TEST_F(ModelFile, ASymbolicLinkToAModelIsReadButNotWritten) {
  save(sample_numbers(), at("model"));
  ASSERT_EQ(::symlink("model", at("link").c_str()), 0);
  EXPECT_EQ(load_model(at("link")).preprocessing, sample_numbers().preprocessing);
  EXPECT_EQ(thrown([&] { save(sample_classes(), at("link")); }),
            "UsageError: " + at("link") + ": is a symbolic link, which would be replaced; name the file itself");
}

TEST_F(ModelFile, SaysWhyAPathCannotBeUsed) {
  EXPECT_EQ(thrown([&] { save(sample_numbers(), at("no/model")); }),
            "IoError: " + at("no/model") + ": cannot be written: No such file or directory");
  EXPECT_EQ(thrown([&] { save(sample_numbers(), folder_.string()); }),
            "IoError: " + folder_.string() + ": is a folder, expected a file");
  EXPECT_EQ(thrown([&] { load_model(at("model")); }), "IoError: " + at("model") + ": no such file");
  EXPECT_EQ(thrown([&] { load_model(folder_.string()); }),
            "FormatError: " + folder_.string() + ": is a folder, expected a file");
  EXPECT_EQ(thrown([&] { check_save_path(at("model")); }), "");
}

TEST_F(ModelFile, ANumberThatIsNotFiniteIsNotSavedAndTheOldModelStays) {
  save(sample_numbers(), at("model"));
  const std::string before = get(at("model"));
  Model model = sample_numbers();
  auto& network = std::get<Network>(model.network);
  std::vector<float> weights = network.weights(1);
  weights[2] = std::numeric_limits<float>::quiet_NaN();
  network.set_weights(1, weights);
  EXPECT_EQ(thrown([&] { save(model, at("model")); }),
            "UsageError: a model with number 3 of \"layers.1.weight\" being nan is not saved");
  EXPECT_EQ(get(at("model")), before);
  EXPECT_EQ(files(), 1U);
}

TEST_F(ModelFile, AProcessKilledWhileSavingLeavesAWholeModel) {
  const Model a = sample_numbers(), b = sample_classes();
  save(a, at("model"));
  for (int round = 0; round < 20; ++round) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (;;) {
        save(b, at("model"));
        save(a, at("model"));
      }
    }
    ::usleep(static_cast<useconds_t>(1000 + 700 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(load_model(at("model")).preprocessing) << "round " << round;
  }
}

TEST_F(ModelFile, PartsThatDoNotFitTogetherAreNotSaved) {
  Model model = sample_numbers();
  model.preprocessing->inputs.pop_back();
  EXPECT_THAT(thrown([&] { save(model, at("model")); }),
              HasSubstr("ShapeError: [save] the preprocessing gives 5 inputs and 1 targets, expected 6 and 1"));
  model = sample_classes();
  model.preprocessing->target.counts.pop_back();
  EXPECT_EQ(thrown([&] { save(model, at("model")); }),
            "ShapeError: [save] the target has 2 counts, expected one for each of 3 classes");
  model = model_from_toml(kMazur);
  model.exercise->target.pop_back();
  EXPECT_EQ(thrown([&] { save(model, at("model")); }),
            "ShapeError: [save] \"exercise.target\" has 1 numbers, expected 1 rows of 2");
  model = sample_numbers();
  model.preprocessing->target.mean = std::numeric_limits<double>::infinity();
  EXPECT_EQ(thrown([&] { save(model, at("model")); }),
            "UsageError: a model with the target's mean being inf is not saved");
  model = model_from_toml(kMazur);
  model.loss.label_smoothing = 1;
  EXPECT_EQ(thrown([&] { save(model, at("model")); }),
            "UsageError: [save] label_smoothing is 1, expected a number from 0 to below 1");
  const double infinity = std::numeric_limits<double>::infinity();
  model.loss = {.huber_delta = infinity};
  EXPECT_EQ(thrown([&] { save(model, at("model")); }),
            "UsageError: [save] huber_delta is inf, expected a number above 0");
  model.loss = {.focal_gamma = infinity};
  EXPECT_EQ(thrown([&] { save(model, at("model")); }),
            "UsageError: [save] focal_gamma is inf, expected a number above 0");
  EXPECT_EQ(files(), 0U);
}

}  // namespace
}  // namespace bprop::checkpoint
