// SPDX-License-Identifier: Apache-2.0
#include "bprop/arithmetic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bprop/error.h"

namespace bprop {
namespace {

TEST(Arithmetic, NamesParseBack) {
  for (const Arithmetic arithmetic : {Arithmetic::kFma, Arithmetic::kPortable}) {
    EXPECT_EQ(arithmetic_named(name(arithmetic)), arithmetic);
  }
  EXPECT_EQ(name(Arithmetic::kFma), "fma");
  EXPECT_EQ(name(Arithmetic::kPortable), "portable");
}

TEST(Arithmetic, AnUnknownNameIsRefusedWithTheKnownOnes) {
  for (const char* wrong : {"", "FMA", "fma ", "fast"}) {
    EXPECT_THAT(
        [&] { (void)arithmetic_named(wrong); },
        testing::ThrowsMessage<UsageError>(std::string("unknown arithmetic '") + wrong + "'; known: fma, portable"));
  }
}

TEST(Arithmetic, OfThisProcessorIsAlwaysTheSame) { EXPECT_EQ(native_arithmetic(), native_arithmetic()); }

}  // namespace
}  // namespace bprop
