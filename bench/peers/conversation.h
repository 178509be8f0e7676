// SPDX-License-Identifier: Apache-2.0
//
// The peer's side of the conversation that README.md describes.
#pragma once

#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "stopwatch.h"

namespace bprop::bench {

using Step = std::function<void()>;
// By the first word of a request: what to do for one repetition, from the words after it.
using Preparations = std::map<std::string, std::function<Step(std::istream& words)>>;

// What is done once, there and then; the result is the answer.
using Answers = std::map<std::string, std::function<std::string(std::istream& words)>>;

// Answers until the other side closes.
inline void converse(const std::string& name, int threads, const Preparations& preparations,
                     const Answers& answers = {}) {
  std::cout << name << std::endl;
  Step step;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word == "run") {
      long repetitions = 0;
      words >> repetitions;
      for (long i = 0; i <= repetitions / 4; ++i) step();
      const Timing timing = timing_of(threads, [&] {
        for (long i = 0; i < repetitions; ++i) step();
      });
      std::cout << timing.seconds << ' ' << timing.interruptions << std::endl;
    } else if (const auto found = preparations.find(word); found != preparations.end()) {
      step = found->second(words);
      std::cout << "ok" << std::endl;
    } else if (const auto answer = answers.find(word); answer != answers.end()) {
      std::cout << answer->second(words) << std::endl;
    } else {
      std::cout << "no" << std::endl;
    }
  }
}

// "784,128,10"
inline std::vector<long> sizes_of(const std::string& text) {
  std::vector<long> sizes;
  std::istringstream numbers(text);
  for (std::string number; std::getline(numbers, number, ',');) sizes.push_back(std::stol(number));
  return sizes;
}

}  // namespace bprop::bench
