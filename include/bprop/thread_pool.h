// SPDX-License-Identifier: Apache-2.0
//
// ThreadPool: fork and join over a fixed number of parts. The caller owns it and passes it on; nothing in bprop makes
// threads behind one's back. Which thread computes what never changes a result: work is cut by output elements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

namespace bprop {

struct ThreadPoolOptions {
  // Changes only speed.
  int threads = 1;  // the caller's included; 0: as many processors as this process may use
  // A fork takes part only with at least this much arithmetic a thread (floating-point operations); waking a thread
  // costs about 2 µs, in which one core does about 10^5 of them. 0 is for tests: every thread does its own parts.
  double minimal_work = 2e5;
};

// Processors that this process may use (affinity mask and cgroup quota, rounded up); at least 1.
int usable_processors();

class ThreadPool {
 public:
  explicit ThreadPool(const ThreadPoolOptions& options = {});
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;

  // How many parts `work` floating-point operations deserve: 1 … threads().
  int parts(double work) const;

  // Calls task(part) once for each part in [0, parts); returns when all are done. Part p belongs to thread p mod
  // threads(), the caller being thread 0; a thread that has done its own takes over what nobody has begun, so that one
  // that the system keeps waiting holds up only the part it is at. The first exception of a part is thrown here, after
  // the others have ended. One run at a time; a task must not call run. Allocates nothing.
  template <class Task>
  void run(int parts, Task&& task) {
    using Plain = std::remove_reference_t<Task>;
    run_erased(
        parts, [](void* context, int part) { (*static_cast<Plain*>(context))(part); },
        const_cast<std::remove_const_t<Plain>*>(&task));
  }

  // Number of parts that each thread has run since the pool was made (for tests and diagnostics).
  std::vector<std::uint64_t> parts_run() const;

 private:
  using Call = void (*)(void* context, int part);
  void run_erased(int parts, Call call, void* context);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bprop
