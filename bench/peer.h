// SPDX-License-Identifier: Apache-2.0
//
// Peer: our side of the conversation with a program of peers/ (peers/README.md), a child process, which is stopped
// while it has nothing to do: threads of OpenMP and of BLAS spin for a while after their work, in other contestants'
// samples.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness.h"

namespace bprop::bench {

class Peer {
 public:
  // Starts a command, words with spaces between, with the number of threads as its last argument and the settings that
  // OpenMP does best with. Throws std::runtime_error when it does not start.
  Peer(const std::string& command, int threads);
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

// All that stand behind `--peer` among a program's arguments.
class Peers {
 public:
  // Starts them and puts their names into the report.
  Peers(int argc, char** argv, int threads, Report& report);

  // Adds those that can do what is requested.
  void join(const std::string& request, std::vector<Contestant>& contestants);

 private:
  std::vector<std::unique_ptr<Peer>> peers_;
};

}  // namespace bprop::bench
