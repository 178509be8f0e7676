// SPDX-License-Identifier: Apache-2.0
//
// MpiRanks: the processes that mpirun or srun started, as ranks.
//
//   bprop::MpiRanks ranks(bprop::Mpi::kOpenMpi);
//   const auto result = bprop::train(table, {.communicator = &ranks});
//   if (ranks.rank() == 0) bprop::save(result.model, "model.safetensors");
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "bprop/communicator.h"

namespace bprop {

namespace comm {
struct MpiCalls;
enum class MpiOutcome : int;
}  // namespace comm

enum class Mpi { kOpenMpi, kMpich };

struct MpiRanksOptions {
  // Seconds that send() and receive() wait for the other side before they give it up; infinity: for ever. Time to work,
  // such as to read a table, is waiting for the others.
  double timeout = std::numeric_limits<double>::infinity();
};

// One in a process. All calls come from the thread that made it.
class MpiRanks final : public Communicator {
 public:
  // Joins the others. Loads libbprop-openmpi.so or libbprop-mpich.so, from the folder of the program, ../lib/bprop
  // beside that, or where the system looks for libraries. Throws IoError when there is none, or it cannot be loaded or
  // begun.
  explicit MpiRanks(Mpi mpi, const MpiRanksOptions& options = {});
  // Waits for the others' end.
  ~MpiRanks() override;
  MpiRanks(const MpiRanks&) = delete;
  MpiRanks& operator=(const MpiRanks&) = delete;

  std::size_t rank() const override;
  std::size_t ranks() const override;
  // Of them, on this machine; at least 1.
  std::size_t ranks_here() const;
  // What MPI calls itself: "Open MPI v4.1.4, …".
  std::string_view library() const;

  // Throw IoError when the other side does not answer in time, or cannot be reached.
  void send(std::size_t to, std::span<const std::byte> message) override;
  void receive(std::size_t from, std::span<std::byte> message) override;

  void set_timeout(double seconds) { timeout_ = seconds; }
  // One of the two has waited for so long.
  bool timed_out() const { return timed_out_; }

  // For the end, whether good or bad, and called once: are all ranks in this call before so many seconds are over? When
  // they are not – they may wait for a message of this one – only abort() is left.
  struct Meeting {
    bool all_here = false;
    std::optional<std::size_t> missing = std::nullopt;  // the first of those that are; only rank 0 may know
  };
  Meeting meet(double seconds = std::numeric_limits<double>::infinity());
  // The least of all ranks' numbers; waits for all.
  int least(int number);
  // Ends all processes, at once. The launcher says so.
  [[noreturn]] void abort(int exit_code);

 private:
  void check(comm::MpiOutcome outcome, std::size_t other);

  const comm::MpiCalls* calls_;
  double timeout_;
  bool timed_out_ = false;
};

}  // namespace bprop
