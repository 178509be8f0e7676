// SPDX-License-Identifier: Apache-2.0
#include <bprop/bprop.h>

#include <array>
#include <cstdio>

int main() {
  bprop::Network net("2 -> 1");
  net.set_weights(0, std::array{3.0F, 4.0F});
  net.set_bias(0, std::array{0.5F});
  std::array<float, 1> output{};
  net.predict(std::array{1.0F, 2.0F}, output);
  std::printf("bprop %s, installed: 1 * 3 + 2 * 4 + 0.5 = %g\n", bprop::kVersion, static_cast<double>(output[0]));
  return output[0] == 11.5F ? 0 : 1;
}
