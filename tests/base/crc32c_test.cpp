// SPDX-License-Identifier: Apache-2.0
#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace bprop {
namespace {

std::string bytes(int count, int first, int step) {
  std::string text;
  for (int i = 0; i < count; ++i) text += static_cast<char>(first + i * step);
  return text;
}

// RFC 3720, B.4: there the bytes of the sum stand in the order of transmission, lowest first.
TEST(Crc32c, IsThatOfTheVectorsInRfc3720) {
  EXPECT_EQ(crc32c(bytes(32, 0x00, 0)), 0x8A9136AAU);
  EXPECT_EQ(crc32c(bytes(32, 0xFF, 0)), 0x62A8AB43U);
  EXPECT_EQ(crc32c(bytes(32, 0x00, 1)), 0x46DD794EU);
  EXPECT_EQ(crc32c(bytes(32, 0x1F, -1)), 0x113FDB5CU);
  constexpr unsigned char kReadPdu[48] = {0x01, 0xC0, 0, 0, 0, 0, 0,    0, 0,    0, 0, 0,    0, 0, 0, 0,
                                          0x14, 0,    0, 0, 0, 0, 0x04, 0, 0,    0, 0, 0x14, 0, 0, 0, 0x18,
                                          0x28, 0,    0, 0, 0, 0, 0,    0, 0x02, 0, 0, 0,    0, 0, 0, 0};
  EXPECT_EQ(crc32c({reinterpret_cast<const char*>(kReadPdu), sizeof kReadPdu}), 0xD9963A56U);
}

// The check value of CRC-32/ISCSI in the catalogue of parametrised CRC algorithms.
TEST(Crc32c, OfTheDigitsOneToNineIsTheCatalogues) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(""), 0U);
}

}  // namespace
}  // namespace bprop
