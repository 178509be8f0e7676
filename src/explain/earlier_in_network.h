// SPDX-License-Identifier: Apache-2.0
//
// EarlierInNetwork: what follows from the answers about a network that a sheet has had so far.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "explain/carried_pass.h"

namespace bprop::explaining {

class EarlierInNetwork : public EarlierAnswers {
 public:
  EarlierInNetwork(const CarriedTask& task, const std::vector<Answer>& answers);

  std::vector<CarriedNumber> give(std::size_t answer) override;
  // Of a gradient, or of what an update makes of it.
  std::vector<Slip> slips(std::size_t answer) override;
  void add(std::size_t answer, std::size_t source) override;

 private:
  struct Way {
    std::string slip = {};  // "": none
    CarriedRule rule = {};
  };
  // Numbers to go on from, and the pass of each way that was made from them.
  struct Basis {
    GivenNumbers given = {};
    std::vector<std::optional<CarriedPass>> passes = {};
  };

  void add_missing_paths();
  const CarriedPass& pass(Basis& from, std::size_t way);
  void put(Basis& into, const Answer& answer, const CarriedNumber& number);

  const CarriedTask& task_;
  const std::vector<Answer>& answers_;
  std::vector<Way> ways_;
  Basis wrong_;  // the wrong answers alone
  Basis all_;
};

}  // namespace bprop::explaining
