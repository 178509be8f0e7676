// SPDX-License-Identifier: Apache-2.0
//
// What mpi_ranks.cpp asks of an MPI. Each implementation has its own binary interface, so a plugin library is built for
// each (mpi_plugin.cpp), and loaded where the program is one of its processes; the program itself needs no MPI.
#pragma once

#include <cstddef>

namespace bprop::comm {

enum class MpiOutcome : int { kDone, kTimeIsOver, kOtherLength, kFailed };

struct MpiCalls {
  int version;          // kMpiPluginVersion
  const char* library;  // "Open MPI v4.1.4, ..."
  int rank;
  int ranks;
  int ranks_here;  // on this machine

  // Messages, of which the next one between two ranks must have the length that is expected. Each call gives up after
  // `seconds`; infinity: never.
  MpiOutcome (*send)(int to, const void* bytes, std::size_t size, double seconds);
  MpiOutcome (*receive)(int from, void* bytes, std::size_t size, double seconds);
  // kDone when all ranks are in this call, which each makes once, at its end. Where it gives up, rank 0 knows the first
  // one that is missing; others have −1.
  MpiOutcome (*meet)(double seconds, int* missing);
  // The least of all ranks' numbers; waits for all.
  int (*least)(int number);
  // Ends MPI in this process; waits for all.
  void (*end)();
  // Ends all processes.
  void (*abort)(int exit_code);
};

inline constexpr int kMpiPluginVersion = 1;

// The only name that a plugin shows. Joins the ranks; null if MPI refuses. Called once in a process.
using MpiBegin = const MpiCalls*();
inline constexpr char kMpiBegin[] = "bprop_mpi_begin";

}  // namespace bprop::comm
