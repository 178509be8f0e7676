// SPDX-License-Identifier: Apache-2.0
//
// Every sickness is planted in a network and found; what only looks like one is not.
#include "bprop/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "check/doctor_sample.h"

namespace bprop {
namespace {

using Kind = Finding::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(DoctorFindings, FindsDeltaThatVanishesBelowManySigmoids) {
  constexpr const char* kSigmoids =
      "12 -> 20 sigmoid -> 20 sigmoid -> 20 sigmoid -> 20 sigmoid -> 20 sigmoid -> 20 sigmoid -> 20 sigmoid -> "
      "20 sigmoid -> 4";
  const Diagnosis diagnosis = Sample<float>(kSigmoids).diagnosis();
  ASSERT_THAT(kinds(diagnosis), ElementsAre(Kind::kVanishing)) << diagnosis;
  EXPECT_EQ(diagnosis.findings[0].layer, 0);
  EXPECT_THAT(sentence(diagnosis.findings[0]),
              testing::MatchesRegex("delta shrinks from .* in layer 9 to .*e-.* in layer 1 \\(rms\\): the first layers "
                                    "hardly learn; relu in place of sigmoid .* may help"));
}

TEST(DoctorFindings, FindsDeltaThatVanishesByWeightsThatAreTooSmall) {
  Sample<double> sample("12 -> 20 relu -> 20 relu -> 20 relu -> 20 relu -> 20 relu -> 4");
  for (std::size_t k = 1; k < 6; ++k) sample.scale_weights(k, 0.05);
  EXPECT_THAT(kinds(sample.diagnosis()), ElementsAre(Kind::kVanishing));
  EXPECT_THAT(sentence(sample.diagnosis().findings[0]), HasSubstr("larger first weights"));
}

TEST(DoctorFindings, ASingleSmallLayerIsNotVanishing) {
  Sample<double> sample("12 -> 20 tanh -> 20 tanh -> 20 tanh -> 20 tanh -> 4");
  sample.scale_weights(4, 1e-6);
  EXPECT_THAT(kinds(sample.diagnosis()), IsEmpty()) << sample.diagnosis();
}

TEST(DoctorFindings, FindsDeltaThatExplodesOnItsWayDown) {
  Sample<float> sample("12 -> 20 relu -> 20 relu -> 20 relu -> 20 relu -> 20 relu -> 20 relu -> 4");
  for (std::size_t k = 1; k < 7; ++k) sample.scale_weights(k, 20);
  sample.scale_weights(0, 1e-8);  // so that z and the loss stay small
  const Diagnosis diagnosis = sample.diagnosis();
  ASSERT_FALSE(diagnosis.findings.empty()) << diagnosis;
  EXPECT_EQ(diagnosis.findings[0].kind, Kind::kExploding);
  EXPECT_THAT(diagnosis.findings[0].found, HasSubstr("delta grows from"));
  EXPECT_EQ(diagnosis.findings[0].layer, 0);
}

TEST(DoctorFindings, FindsAGradientThatDwarfsItsWeights) {
  Sample<float> sample("12 -> 20 relu -> 1");
  for (float& y : sample.target) y = 1e5F + 1e5F * y;
  const Diagnosis diagnosis = sample.diagnosis();
  ASSERT_FALSE(diagnosis.findings.empty()) << diagnosis;
  for (const Finding& finding : diagnosis.findings) {
    EXPECT_EQ(finding.kind, Kind::kExploding);
    EXPECT_THAT(sentence(finding), HasSubstr("times its weights"));
    EXPECT_THAT(sentence(finding), HasSubstr("scaled columns and target"));
  }
}

TEST(DoctorFindings, ASumOverManyRowsIsNotExploding) {
  Sample<float> sample("3 -> 8 relu -> 1");
  sample.loss.reduction = Reduction::kSum;
  sample.input = random_matrix<float>(1, 10'000, 3);
  sample.target = random_matrix<float>(2, 10'000, 1);
  EXPECT_THAT(kinds(sample.diagnosis()), IsEmpty()) << sample.diagnosis();
}

TEST(DoctorFindings, WeightsThatStartAtZeroAreNotExploding) {
  Sample<double> sample("3 -> 1");
  sample.scale_weights(0, 0);
  EXPECT_THAT(kinds(sample.diagnosis()), IsEmpty());
}

TEST(DoctorFindings, FindsDeadUnitsByTheirNumbers) {
  Sample<float> sample("12 -> 10 relu -> 8 relu -> 2");
  sample.set_biases(1, 7, -100);
  const Diagnosis diagnosis = sample.diagnosis();
  ASSERT_THAT(kinds(diagnosis), ElementsAre(Kind::kDeadUnits)) << diagnosis;
  EXPECT_EQ(diagnosis.findings[0].layer, 1);
  EXPECT_THAT(diagnosis.findings[0].units, ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_EQ(diagnosis.layers[1].dead, diagnosis.findings[0].units);
  EXPECT_EQ(diagnosis.findings[0].found,
            "7 of 8 relu units of layer 2 are dead, with slope 0 on all 300 rows (units 1, 2, 3, 4, 5, 6, 7)");
}

TEST(DoctorFindings, AUnitThatFiresForASingleRowIsNotDead) {
  Sample<float> sample("1 -> 1 relu -> 1");
  sample.network.set_weights(0, std::vector<float>{1});
  sample.input.assign(kSampleRows, -1);
  EXPECT_THAT(sample.diagnosis().layers[0].dead, ElementsAre(0));
  sample.input[kSampleRows - 1] = 1;
  EXPECT_THAT(sample.diagnosis().layers[0].dead, IsEmpty());
}

TEST(DoctorFindings, CountsDeadUnitsOnAFewRowsButDoesNotJudgeThem) {
  Sample<float> sample("12 -> 10 relu -> 2");
  sample.set_biases(0, 10, -100);
  sample.input.resize(20 * 12);
  sample.target.resize(20 * 2);
  EXPECT_EQ(sample.diagnosis().layers[0].dead.size(), 10);
  EXPECT_THAT(kinds(sample.diagnosis()), IsEmpty());
}

TEST(DoctorFindings, FindsSaturatedUnitsOfEveryActivationThatCanSaturate) {
  for (const char* name : {"sigmoid", "tanh", "softsign"}) {
    Sample<float> sample(("12 -> 10 " + std::string(name) + " -> 2").c_str());
    sample.set_biases(0, 4, 1e3F);
    sample.set_biases(0, 2, -1e3F);
    EXPECT_THAT(kinds(sample.diagnosis()), IsEmpty()) << "four of ten";
    EXPECT_THAT(sample.diagnosis().layers[0].saturated, ElementsAre(0, 1, 2, 3)) << name;
    sample.scale_weights(0, 1e4);
    const Diagnosis diagnosis = sample.diagnosis();
    ASSERT_THAT(kinds(diagnosis), ElementsAre(Kind::kSaturatedUnits)) << name << '\n' << diagnosis;
    EXPECT_EQ(diagnosis.findings[0].layer, 0);
    EXPECT_GE(diagnosis.findings[0].units.size(), 8);
    EXPECT_THAT(diagnosis.layers[0].dead, IsEmpty()) << name;
  }
}

TEST(DoctorFindings, AnOutputThatIsSureOfItsRowsIsNotSaturated) {
  Sample<float> sample("12 -> 4 sigmoid");  // a pair with its loss: φ' is never computed
  sample.loss.loss = Loss::kBinaryCrossEntropy;
  sample.set_biases(0, 4, 50);
  sample.target.assign(kSampleRows * 4, 1);
  EXPECT_THAT(kinds(sample.diagnosis()), IsEmpty());
  EXPECT_FALSE(sample.diagnosis().layers[0].slopes);
  sample.loss.loss = Loss::kHalfSquaredError;  // not a pair: the famous slow start
  EXPECT_THAT(kinds(sample.diagnosis()), ElementsAre(Kind::kSaturatedUnits));
}

TEST(DoctorFindings, FindsUnscaledColumnsByTheirNames) {
  Sample<float> sample("4 -> 10 tanh -> 1");
  sample.options.column_names = {"age", "year", "weight", "height"};
  for (std::size_t n = 0; n < kSampleRows; ++n) sample.input[4 * n + 1] = 2000 + sample.input[4 * n + 1];
  const Diagnosis diagnosis = sample.diagnosis();
  ASSERT_FALSE(diagnosis.findings.empty());
  EXPECT_EQ(diagnosis.findings[0].kind, Kind::kUnscaledColumn);
  EXPECT_THAT(diagnosis.findings[0].columns, ElementsAre(1));
  EXPECT_EQ(diagnosis.findings[0].found,
            "1 of 4 inputs is unscaled: 'year' 2000 (root mean square; a standardised column has 1)");
  EXPECT_EQ(kinds(diagnosis).back(), Kind::kSaturatedUnits) << "which is what comes of it";
}

TEST(DoctorFindings, ARareFeatureThatIsStandardisedIsNotUnscaled) {
  Sample<float> sample("4 -> 10 tanh -> 1");
  const std::size_t rows = 20'000;  // one row in as many has the feature
  sample.input = random_matrix<float>(1, rows, 4);
  sample.target = random_matrix<float>(2, rows, 1);
  for (std::size_t n = 0; n < rows; ++n) sample.input[4 * n] = n == 7 ? 141.0F : -0.007F;
  EXPECT_THAT(kinds(sample.diagnosis()), IsEmpty());
}

TEST(DoctorFindings, FindsANumberThatIsNotFiniteAndWhereItIs) {
  const float infinity = std::numeric_limits<float>::infinity();
  Sample<float> sample("4 -> 10 relu -> 1");
  sample.options.column_names = {"age", "year", "weight", "height"};
  sample.options.where = [](std::size_t row) { return "people.csv, line " + std::to_string(row + 2); };
  sample.input[4 * 280 + 2] = infinity;
  Finding found = sample.diagnosis().findings.at(0);
  EXPECT_EQ(found.kind, Kind::kNotFinite);
  EXPECT_EQ(found.row, 280);
  EXPECT_THAT(found.columns, ElementsAre(2));
  EXPECT_EQ(sentence(found),
            "the input 'weight' is inf (people.csv, line 282), probably since the cell is no number, or too large for "
            "this precision; mending the cell, or double precision if it is right may help");
  sample.input[4 * 280 + 2] = 1e38F;
  found = sample.diagnosis().findings.at(0);
  EXPECT_EQ(found.kind, Kind::kNotFinite);
  EXPECT_EQ(found.row, 280);
  EXPECT_THAT(sentence(found), HasSubstr("(people.csv, line 282), probably since input 'weight' is 1e+38 in that row"));
}

TEST(DoctorFindings, FindsAWeightThatIsNotFinite) {
  Sample<double> sample("4 -> 10 relu -> 1");
  sample.set_biases(1, 1, std::numeric_limits<double>::quiet_NaN());
  const Diagnosis diagnosis = sample.diagnosis();
  ASSERT_THAT(kinds(diagnosis), ElementsAre(Kind::kNotFinite)) << diagnosis;
  EXPECT_EQ(diagnosis.findings[0].layer, 1);
  EXPECT_THAT(diagnosis.findings[0].units, ElementsAre(0));
  EXPECT_THAT(diagnosis.findings[0].found, HasSubstr("the bias of unit 1 of layer 2 is nan"));
}

TEST(DoctorFindings, FindsZThatOverflowsByWeightsThatAreTooLarge) {
  Sample<float> sample("4 -> 10 tanh -> 3 softmax");
  sample.loss.loss = Loss::kCrossEntropy;
  sample.scale_weights(1, 3e38);
  const Finding found = sample.diagnosis().findings.at(0);
  EXPECT_EQ(found.kind, Kind::kNotFinite);
  EXPECT_EQ(found.layer, 1);
  EXPECT_TRUE(found.row);
  EXPECT_THAT(found.found, HasSubstr("probably since there are weights as large as"));
}

}  // namespace
}  // namespace bprop
