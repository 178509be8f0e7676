// SPDX-License-Identifier: Apache-2.0
//
// Inside somebody's program: rows come from memory, a step takes microseconds and, after the first, allocates nothing.
// Here a network learns the double pendulum's energy from its two angles and two angular velocities.
#include <bprop/network.h>
#include <bprop/trainer.h>

#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

int main() {
  bprop::Network net("4 -> 32 tanh -> 32 tanh -> 1", {.seed = 7});
  bprop::Trainer trainer(net, {.batch = 64, .optimizer = bprop::Adam{.learning_rate = 3e-3}});

  std::mt19937 random(1);
  const auto draw = [&] { return static_cast<float>(random()) / static_cast<float>(std::mt19937::max()) * 2 - 1; };
  const auto energy = [](const float* s) {
    return 0.5F * (2 * s[2] * s[2] + s[3] * s[3] + 2 * s[2] * s[3] * std::cos(s[0] - s[1])) - 2 * std::cos(s[0]) -
           std::cos(s[1]);
  };
  std::vector<float> states(64 * 4);
  std::vector<float> energies(64);
  for (int step = 0; step < 2000; ++step) {
    for (float& s : states) s = draw();
    for (std::size_t n = 0; n < 64; ++n) energies[n] = energy(&states[4 * n]);
    const double loss = trainer.step(std::span<const float>(states), std::span<const float>(energies));
    if (step % 500 == 0) std::printf("step %4d  loss %.5f\n", step, loss);
  }

  const std::vector<float> state = {0.3F, -0.2F, 0.5F, 0.1F};
  std::vector<float> predicted(1);
  net.predict(state, predicted);
  std::printf("energy %.3f, predicted %.3f\n", static_cast<double>(energy(state.data())),
              static_cast<double>(predicted[0]));
  return std::fabs(energy(state.data()) - predicted[0]) < 0.1F ? 0 : 1;
}
