// SPDX-License-Identifier: Apache-2.0
//
// The plugin library: comm/mpi_plugin.h in the words of mpi.h. Nothing else of bprop is linked into it.
#include <mpi.h>
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <vector>

#include "comm/mpi_plugin.h"

namespace bprop::comm {
namespace {

using Clock = std::chrono::steady_clock;

enum Tag : int { kMessage = 1, kHere = 2, kAllHere = 3 };
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;  // bytes; MPI counts in int
MpiCalls calls;
MPI_Comm messages = MPI_COMM_NULL;  // of bprop alone
std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> library;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Between two looks at what is waited for: at first not at all, for a message takes microseconds; then other processes
// get the processor; who waits for long looks seldom.
void pause(int looks, double waited) {
  constexpr int kLooksAtOnce = 1000;
  constexpr double kLong = 0.02;  // seconds
  constexpr timespec kSeldom = {.tv_sec = 0, .tv_nsec = 100'000};
  if (waited > kLong) {
    nanosleep(&kSeldom, nullptr);
  } else if (looks > kLooksAtOnce) {
    sched_yield();
  }
}

MpiOutcome wait(MPI_Request& request, MPI_Status& status, double seconds) {
  const auto start = Clock::now();
  for (int looks = 0;; looks = std::min(looks + 1, INT_MAX - 1)) {
    int done = 0;
    const int error = MPI_Test(&request, &done, &status);
    if (error != MPI_SUCCESS) {
      int kind = 0;
      MPI_Error_class(error, &kind);
      return kind == MPI_ERR_TRUNCATE ? MpiOutcome::kOtherLength : MpiOutcome::kFailed;
    }
    if (done != 0) return MpiOutcome::kDone;
    const double waited = seconds_since(start);
    if (waited > seconds) return MpiOutcome::kTimeIsOver;
    pause(looks, waited);
  }
}

// Calls part(offset, size) for parts that MPI can count, one of no bytes for none; until one is not kDone.
template <class Part>
MpiOutcome in_parts(std::size_t size, const Part& part) {
  std::size_t offset = 0;
  do {
    const std::size_t now = std::min(size - offset, kMostAtOnce);
    const MpiOutcome outcome = part(offset, static_cast<int>(now));
    if (outcome != MpiOutcome::kDone) return outcome;
    offset += now;
  } while (offset < size);
  return MpiOutcome::kDone;
}

MpiOutcome send(int to, const void* bytes, std::size_t size, double seconds) {
  return in_parts(size, [&](std::size_t offset, int count) {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Status status;
    const char* const from = static_cast<const char*>(bytes) + offset;
    if (MPI_Isend(from, count, MPI_BYTE, to, kMessage, messages, &request) != MPI_SUCCESS) return MpiOutcome::kFailed;
    return wait(request, status, seconds);
  });
}

MpiOutcome receive(int from, void* bytes, std::size_t size, double seconds) {
  return in_parts(size, [&](std::size_t offset, int count) {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Status status;
    char* const place = static_cast<char*>(bytes) + offset;
    if (MPI_Irecv(place, count, MPI_BYTE, from, kMessage, messages, &request) != MPI_SUCCESS)
      return MpiOutcome::kFailed;
    const MpiOutcome outcome = wait(request, status, seconds);
    if (outcome != MpiOutcome::kDone) return outcome;
    int length = 0;
    MPI_Get_count(&status, MPI_BYTE, &length);
    return length == count ? MpiOutcome::kDone : MpiOutcome::kOtherLength;
  });
}

// An empty message to rank 0, which answers when it has all of them.
MpiOutcome meet_the_first(double seconds) {
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Status status;
  MPI_Isend(nullptr, 0, MPI_BYTE, 0, kHere, messages, &request);
  MPI_Request answer = MPI_REQUEST_NULL;
  MPI_Irecv(nullptr, 0, MPI_BYTE, 0, kAllHere, messages, &answer);
  const MpiOutcome outcome = wait(answer, status, seconds);
  return outcome == MpiOutcome::kDone ? wait(request, status, seconds) : outcome;
}

MpiOutcome meet(double seconds, int* missing) {
  *missing = -1;
  if (calls.rank != 0) return meet_the_first(seconds);
  const auto start = Clock::now();
  std::vector<MPI_Request> requests(static_cast<std::size_t>(calls.ranks), MPI_REQUEST_NULL);
  MPI_Status status;
  for (int rank = 1; rank < calls.ranks; ++rank) {
    MPI_Irecv(nullptr, 0, MPI_BYTE, rank, kHere, messages, &requests[static_cast<std::size_t>(rank)]);
  }
  for (int rank = 1; rank < calls.ranks; ++rank) {
    const double left = std::max(0.0, seconds - seconds_since(start));
    const MpiOutcome outcome = wait(requests[static_cast<std::size_t>(rank)], status, left);
    if (outcome == MpiOutcome::kDone) continue;
    *missing = rank;
    return outcome;
  }
  for (int rank = 1; rank < calls.ranks; ++rank) MPI_Send(nullptr, 0, MPI_BYTE, rank, kAllHere, messages);
  return MpiOutcome::kDone;
}

int least(int number) {
  int result = number;
  MPI_Allreduce(&number, &result, 1, MPI_INT, MPI_MIN, messages);
  return result;
}

void end() { MPI_Finalize(); }

void abort(int exit_code) { MPI_Abort(MPI_COMM_WORLD, exit_code); }

int ranks_on_this_machine() {
  MPI_Comm here = MPI_COMM_NULL;
  int count = 1;
  MPI_Comm_split_type(messages, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
  MPI_Comm_size(here, &count);
  MPI_Comm_free(&here);
  return count;
}

}  // namespace
}  // namespace bprop::comm

extern "C" __attribute__((visibility("default"))) const bprop::comm::MpiCalls* bprop_mpi_begin() {
  using namespace bprop::comm;
  int provided = 0;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) return nullptr;
  MPI_Comm_dup(MPI_COMM_WORLD, &messages);
  MPI_Comm_set_errhandler(messages, MPI_ERRORS_RETURN);
  int length = 0;
  MPI_Get_library_version(library.data(), &length);
  calls = {.version = kMpiPluginVersion,
           .library = library.data(),
           .rank = 0,
           .ranks = 1,
           .ranks_here = ranks_on_this_machine(),
           .send = send,
           .receive = receive,
           .meet = meet,
           .least = least,
           .end = end,
           .abort = abort};
  MPI_Comm_rank(messages, &calls.rank);
  MPI_Comm_size(messages, &calls.ranks);
  return &calls;
}
