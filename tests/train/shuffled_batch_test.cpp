// SPDX-License-Identifier: Apache-2.0
#include "train/shuffled_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <numeric>

namespace bprop::training {
namespace {

// Rows whose only number is their position; notes what is to be brought.
struct Positions : RowSource<float> {
  std::size_t count;
  mutable std::vector<std::uint32_t> brought;
  explicit Positions(std::size_t rows) : count(rows) {}
  std::size_t rows() const override { return count; }
  std::size_t source_row(std::uint32_t position) const override { return position; }
  std::string where(std::uint32_t position) const override { return std::to_string(position); }
  void prefetch(std::uint32_t position) const override { brought.push_back(position); }
  void fill(std::span<const std::uint32_t> positions, float* inputs, float*) const override {
    std::copy(positions.begin(), positions.end(), inputs);
  }
};

// The rows of an epoch in their order, read three at a time.
std::vector<float> epoch_of(ShuffledBatch<float>& batch, std::size_t epoch, std::size_t rows, std::size_t size) {
  std::vector<float> all;
  batch.begin_epoch(epoch);
  for (std::size_t done = 0; done < rows; done += size) {
    const std::size_t count = std::min(size, rows - done);
    batch.begin_batch(count);
    std::vector<float> read(count);
    for (std::size_t first = 0; first < count; first += 3) {
      batch.fill(first, std::min<std::size_t>(3, count - first), read.data() + first, nullptr);
    }
    EXPECT_THAT(batch.rows(), testing::ElementsAreArray(read));
    all.insert(all.end(), read.begin(), read.end());
  }
  return all;
}

TEST(ShuffledBatch, GivesEachRowOnceAnEpochInAnOrderOfItsOwn) {
  const Positions source(10);
  ShuffledBatch<float> batch(source, 4, 1, true);
  const std::vector<float> first = epoch_of(batch, 1, 10, 4);
  const std::vector<float> second = epoch_of(batch, 2, 10, 4);
  std::vector<float> rows(10);
  std::iota(rows.begin(), rows.end(), 0.0F);
  EXPECT_THAT(first, testing::UnorderedElementsAreArray(rows));
  EXPECT_THAT(second, testing::UnorderedElementsAreArray(rows));
  EXPECT_NE(first, second);
}

TEST(ShuffledBatch, BeginsAnEpochAnewFromItsMiddle) {
  const Positions source(10);
  ShuffledBatch<float> batch(source, 4, 1, true);
  const std::vector<float> whole = epoch_of(batch, 1, 10, 4);
  batch.begin_epoch(1);
  batch.begin_batch(4);  // and no further, as when a step fails
  EXPECT_EQ(epoch_of(batch, 1, 10, 4), whole);
}

TEST(ShuffledBatch, UnshuffledKeepsTheOrder) {
  const Positions source(7);
  ShuffledBatch<float> batch(source, 3, 1, false);
  EXPECT_THAT(epoch_of(batch, 1, 7, 3), testing::ElementsAre(0, 1, 2, 3, 4, 5, 6));
}

TEST(ShuffledBatch, HasTheNextBatchBroughtAndOfLargeOnesTheNextLeaf) {
  for (const std::size_t size : {64U, 700U}) {
    const Positions source(1000);
    ShuffledBatch<float> batch(source, size, 1, true);
    const std::vector<float> order = epoch_of(batch, 1, 1000, size);
    const std::size_t ahead = std::min<std::size_t>(size, nn::kLeafRows);
    EXPECT_THAT(source.brought,
                testing::ElementsAreArray(order.begin() + static_cast<std::ptrdiff_t>(ahead), order.end()));
  }
}

}  // namespace
}  // namespace bprop::training
