// SPDX-License-Identifier: Apache-2.0
//
// Must show 5: 784-512-512-10, two epochs on 2,000 generated IDX images, minimal work per thread 0. The bytes of the
// whole model file depend on the class of arithmetic only – not on threads, run, compiler or kernels.
#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "bprop/train.h"
#include "checkpoint/checksum.h"
#include "checkpoint/temporary_folder.h"
#include "linalg/kernels.h"

namespace bprop {
namespace {

constexpr std::uint32_t kImages = 2000;
constexpr std::uint32_t kPixels = 28 * 28;

// Checksums of the model files as g++ 12 made them on x86-64 (this test prints what it finds when they differ). The
// same test built by clang proves that both compilers give the same bits. They change with the numerics only: a commit
// that changes them says why.
constexpr const char* kStored[] = {"b11dd83e496a8e4a", "a23edab5806f1e74"};  // fma, portable

std::string big_endian(std::uint32_t number) {
  return {static_cast<char>(number >> 24), static_cast<char>(number >> 16), static_cast<char>(number >> 8),
          static_cast<char>(number)};
}

class SameBits : public TemporaryFolder, public testing::WithParamInterface<Arithmetic> {
 protected:
  SameBits() {
    std::string images = big_endian(0x803) + big_endian(kImages) + big_endian(28) + big_endian(28);
    for (std::uint32_t i = 0; i < kImages * kPixels; i += 4) {
      images += big_endian(random_bits({1}, i));
    }
    std::string labels = big_endian(0x801) + big_endian(kImages);
    for (std::uint32_t i = 0; i < kImages; ++i) labels += static_cast<char>(random_bits({2}, i) % 10);
    put(at("images"), images);
    put(at("labels"), labels);
  }

  // The saved model's bytes.
  std::string trained(ThreadPool* pool, std::uint64_t seed = 1) const {
    TrainOptions options{.preset = Preset::kPlain,
                         .layers = "512 relu, 512 relu",
                         .loss = Loss::kCrossEntropy,
                         .label_smoothing = 0,
                         .optimizer = Adam{.learning_rate = 1e-3},
                         .schedule = Schedule{},
                         .epochs = 2,
                         .batch = 96,
                         .seed = seed,
                         .validation = 0.2,
                         .pool = pool};
    options.arithmetic = GetParam();
    save(train(load_idx(at("images"), at("labels")), options).model, at("model.safetensors"));
    return get(at("model.safetensors"));
  }

  // By one thread and the fastest kernels; worked out once.
  const std::string& expected() const {
    static std::map<Arithmetic, std::string> files;
    std::string& file = files[GetParam()];
    if (file.empty()) file = trained(nullptr);
    return file;
  }
};

TEST_P(SameBits, ForOneTwoThreeFourAndSevenThreadsWhichAllWorked) {
  ASSERT_GT(expected().size(), 4U * 669'000);
  for (const int threads : {1, 2, 3, 4, 7}) {
    ThreadPool pool({.threads = threads, .minimal_work = 0});
    EXPECT_TRUE(trained(&pool) == expected()) << threads << " threads";
    EXPECT_EQ(pool.parts_run().size(), static_cast<std::size_t>(threads));
    for (const std::uint64_t parts : pool.parts_run()) EXPECT_TRUE(parts > 0 || threads == 1) << threads << " threads";
  }
}

TEST_P(SameBits, ForTwoRunsWithOneSeedButNotWithAnother) {
  EXPECT_TRUE(trained(nullptr) == expected());
  EXPECT_FALSE(trained(nullptr, 2) == expected());
}

TEST_P(SameBits, ForEveryCompiler) {
  const std::string found = checkpoint::checksum(bytes_of(expected()));
  EXPECT_EQ(found, kStored[static_cast<int>(GetParam())]);
}

TEST_P(SameBits, ForReferenceAndSimdKernels) {
  linalg::use_reference_kernels(true);
  const std::string reference = trained(nullptr);
  linalg::use_reference_kernels(false);
  EXPECT_TRUE(reference == expected());
}

INSTANTIATE_TEST_SUITE_P(Class, SameBits, testing::Values(Arithmetic::kFma, Arithmetic::kPortable),
                         [](const auto& arithmetic) { return std::string(name(arithmetic.param)); });

}  // namespace
}  // namespace bprop
