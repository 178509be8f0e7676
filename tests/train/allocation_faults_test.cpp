// SPDX-License-Identifier: Apache-2.0
//
// Every allocation of training, loading and saving fails in turn, once or from then on for ever: std::bad_alloc comes
// out and nothing else, files are as they were, and (under the address sanitizer) no memory is lost.
#include <gtest/gtest.h>

#include <filesystem>
#include <new>

#include "bprop/model.h"
#include "bprop/thread_pool.h"
#include "bprop/train.h"
#include "checkpoint/folder_list.h"
#include "checkpoint/temporary_folder.h"
#include "nn/allocation_count.h"
#include "train/tables.h"

namespace bprop {
namespace {

// Calls until no allocation is left that could fail; after each call that failed, check(). Returns how many did. With a
// stride, only each allocation of such a number fails.
template <class Call, class Check>
std::uint64_t fail_each_allocation(Failing how, Call call, Check check, std::uint64_t stride = 1) {
  for (std::uint64_t number = 1;; number += stride) {
    fail_allocation(number, how);
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
  EXPECT_GT(fail_each_allocation(GetParam(), load, [] {}), 100U);
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
  EXPECT_GT(fail_each_allocation(GetParam(), replace, check), 50U);
}

TrainOptions short_training(ThreadPool& pool) {
  TrainOptions options = small_options();
  options.layers = "3 tanh, dropout 0.1";
  options.optimizer = Adam{};
  options.epochs = 2;
  options.batch = 4;
  options.pool = &pool;
  return options;
}

TEST_P(AllocationFaults, TrainingEndsWithBadAlloc) {
  const Dataset data = curve(12);
  ThreadPool pool({.threads = 1});
  const TrainOptions options = short_training(pool);
  EXPECT_GT(fail_each_allocation(GetParam(), [&] { (void)train(data, options); }, [] {}), 100U);
}

// Before the first checkpoint there is nothing to go on from: the run is begun anew.
TEST_P(AllocationFaults, ATrainingWithCheckpointsGoesOnToTheSameBits) {
  const Dataset data = curve(12);
  ThreadPool pool({.threads = 1});
  TrainOptions options = short_training(pool);
  const std::vector<float> expected = all_weights(train(data, options).model);
  options.run_directory = at("run");
  options.checkpoint_every = {.seconds = 0, .steps = 1};
  std::size_t resumed = 0;
  const auto begin = [&] {
    options.resume = false;
    (void)train(data, options);
  };
  const auto go_on = [&] {
    const auto checkpoints = checkpoint::names_in(at("run/checkpoints"));
    options.resume = checkpoints && !checkpoints->empty();
    resumed += options.resume ? 1 : 0;
    EXPECT_EQ(all_weights(train(data, options).model), expected);
    std::filesystem::remove_all(at("run"));
  };
  EXPECT_GT(fail_each_allocation(GetParam(), begin, go_on, 997), 1000U);
  EXPECT_GT(resumed, 10U);
}

INSTANTIATE_TEST_SUITE_P(Failing, AllocationFaults, testing::Values(Failing::kOnce, Failing::kForEver),
                         [](const auto& test) { return test.param == Failing::kOnce ? "Once" : "ForEver"; });

}  // namespace
}  // namespace bprop
