// SPDX-License-Identifier: Apache-2.0
//
// Peer: our side of the conversation with a program of peers/ (peers/README.md), a child process.
#pragma once

#include <string>

#include "harness.h"

namespace bprop::bench {

class Peer {
 public:
  // Starts the program with the number of threads as its argument and the settings that OpenMP does best with.
  // Throws std::runtime_error when it does not start.
  Peer(const std::string& program, int threads);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  const std::string& name() const { return name_; }  // "libtorch 1.13.0 with …"

  // Sends a line, gives back the answer.
  std::string ask(const std::string& request);

  // Runs what was last prepared; the peer must outlive it.
  Contestant contestant();

 private:
  int process_ = 0;
  int to_ = -1;
  int from_ = -1;
  std::string name_;
};

}  // namespace bprop::bench
