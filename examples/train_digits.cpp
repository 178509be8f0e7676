// SPDX-License-Identifier: Apache-2.0
//
// From a table to a saved model: train_digits data/digits.csv digits.safetensors
#include <bprop/bprop.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: train_digits TABLE.csv MODEL.safetensors\n", 2;
  try {
    const auto data = bprop::load_csv(argv[1], {.target = "digit"});
    const auto [train, test] = bprop::split(data, {.test = 0.2, .seed = 1});
    const auto result = bprop::train(train, {.preset = bprop::Preset::kFast});
    std::cout << "stopped because " << bprop::sentence(result.stop_reason) << '\n'
              << "held out: " << bprop::evaluate(result.model, test) << '\n';
    bprop::save(result.model, argv[2]);

    const auto model = bprop::load_model(argv[2]);
    const auto answer = bprop::predict(model, test.select({0}));
    std::cout << test.where(0) << " is a " << answer.classes[answer.chosen[0]] << '\n';
  } catch (const bprop::Error& error) {
    return std::cerr << error.what() << '\n', 1;
  }
}
