// SPDX-License-Identifier: Apache-2.0
//
// Every allocation of a training, and every larger one of loading and saving, fails in turn, once or from then on for
// ever: std::bad_alloc comes out and nothing else, files are as they were, and (under the address sanitizer) no memory
// is lost.
#include <gtest/gtest.h>

#include <new>

#include "bprop/model.h"
#include "bprop/thread_pool.h"
#include "bprop/train.h"
#include "checkpoint/temporary_folder.h"
#include "nn/allocation_count.h"
#include "train/tables.h"

namespace bprop {
namespace {

// In a model file of few layers, JSON takes less than that. The destructor of nlohmann-json's values allocates, too:
// who has no memory left for them ends there, which no caller can mend.
constexpr std::size_t kMoreThanJson = 512;

// Calls until no allocation is left that could fail; after each call that failed, check(). Returns how many did.
template <class Call, class Check>
std::uint64_t fail_each_allocation(Failing how, std::size_t least_bytes, Call call, Check check) {
  for (std::uint64_t number = 1;; ++number) {
    fail_allocation(number, how, least_bytes);
    try {
      call();
      if (fail_allocation(0) < number) return number - 1;
    } catch (const std::bad_alloc&) {
      fail_allocation(0);
    }
    check();
    if (testing::Test::HasFailure()) return number;
  }
}

class AllocationFaults : public TemporaryFolder, public testing::WithParamInterface<Failing> {
 protected:
  AllocationFaults() { save(model_, at("model")); }

  Model model_{.network = Network("8 -> 24 tanh -> batch-norm -> 16", {.seed = 1})};
};

TEST_P(AllocationFaults, LoadingAModelEndsWithBadAlloc) {
  const auto load = [path = at("model")] { (void)load_model(path); };
  EXPECT_GT(fail_each_allocation(GetParam(), kMoreThanJson, load, [] {}), 5U);
}

TEST_P(AllocationFaults, SavingAModelKeepsTheOldFileAndLeavesNoOther) {
  const std::string old = get(at("model"));
  std::get<Network>(model_.network).set_bias(0, std::vector<float>(24, 1));
  const auto replace = [this, path = at("model")] { save(model_, path); };
  const auto check = [&] {
    const std::string now = get(at("model"));
    EXPECT_TRUE(now == old || load_model(at("model")).architecture() == model_.architecture());
    EXPECT_EQ(files(), 1U);
  };
  EXPECT_GT(fail_each_allocation(GetParam(), kMoreThanJson, replace, check), 3U);
}

TEST_P(AllocationFaults, TrainingEndsWithBadAlloc) {
  const Dataset data = curve(12);
  ThreadPool pool({.threads = 1});
  TrainOptions options = small_options();
  options.layers = "3 tanh, dropout 0.1";
  options.optimizer = Adam{};
  options.epochs = 2;
  options.batch = 4;
  options.pool = &pool;
  EXPECT_GT(fail_each_allocation(GetParam(), 1, [&] { (void)train(data, options); }, [] {}), 100U);
}

INSTANTIATE_TEST_SUITE_P(Failing, AllocationFaults, testing::Values(Failing::kOnce, Failing::kForEver),
                         [](const auto& test) { return test.param == Failing::kOnce ? "Once" : "ForEver"; });

}  // namespace
}  // namespace bprop
