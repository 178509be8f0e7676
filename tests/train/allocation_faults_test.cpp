// SPDX-License-Identifier: Apache-2.0
//
// Every allocation of a call fails in turn, once or from then on for ever: std::bad_alloc comes out and nothing else,
// files are as they were, and (under the address sanitizer) nothing is lost.
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

// Calls until no allocation is left that could fail; after each call that failed, check(). Returns how many did.
template <class Call, class Check>
std::uint64_t fail_each_allocation(Failing how, Call call, Check check) {
  for (std::uint64_t number = 1;; ++number) {
    const std::uint64_t before = allocations();
    fail_allocation(number, how);
    try {
      call();
      fail_allocation(0);
      if (allocations() - before < number) return number - 1;
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

  Model model_{.network = Network("2 -> 3 tanh -> batch-norm -> 1", {.seed = 1})};
};

TEST_P(AllocationFaults, LoadingAModelEndsWithBadAlloc) {
  const auto load = [path = at("model")] { (void)load_model(path); };
  EXPECT_GT(fail_each_allocation(GetParam(), load, [] {}), 20U);
}

TEST_P(AllocationFaults, SavingAModelKeepsTheOldFileAndLeavesNoOther) {
  const std::string old = get(at("model"));
  std::get<Network>(model_.network).set_bias(0, std::vector<float>{1, 2, 3});
  const auto replace = [this, path = at("model")] { save(model_, path); };
  const auto check = [&] {
    const std::string now = get(at("model"));
    EXPECT_TRUE(now == old || load_model(at("model")).architecture() == model_.architecture());
    EXPECT_EQ(files(), 1U);
  };
  EXPECT_GT(fail_each_allocation(GetParam(), replace, check), 20U);
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
  EXPECT_GT(fail_each_allocation(GetParam(), [&] { (void)train(data, options); }, [] {}), 100U);
}

INSTANTIATE_TEST_SUITE_P(Failing, AllocationFaults, testing::Values(Failing::kOnce, Failing::kForEver),
                         [](const auto& test) { return test.param == Failing::kOnce ? "Once" : "ForEver"; });

}  // namespace
}  // namespace bprop
