// SPDX-License-Identifier: Apache-2.0
#include "bprop/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <thread>

#include "base/check.h"

namespace bprop {
namespace {

// A worker that finds no work spins this long (one training step of a small network), then sleeps.
constexpr auto kSpin = std::chrono::microseconds(50);
constexpr int kSpinsBetweenYields = 64;  // about a microsecond

inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

// Processors that the cgroup's quota allows, or a very large number (cgroup v2: "max 100000" or "150000 100000").
double cgroup_processors() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return 1e9;
  double value = 0;
  for (const char digit : quota) {
    if (digit < '0' || digit > '9') return 1e9;
    value = value * 10 + (digit - '0');
  }
  return value / period;
}

// Waits until `value` differs from `old`: spins, letting others run now and then, and at last sleeps in the kernel.
std::uint32_t wait_for_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  const auto deadline = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < kSpinsBetweenYields; ++i) {
      const std::uint32_t now = value.load(std::memory_order_acquire);
      if (now != old) return now;
      pause();
    }
    sched_yield();
  } while (std::chrono::steady_clock::now() < deadline);
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

// A number of a fork and a count, read and written as one.
struct Stamp {
  std::uint32_t fork = 0;
  std::uint32_t count = 0;
};
static_assert(std::atomic<Stamp>::is_always_lock_free);

}  // namespace

int usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int allowed = static_cast<int>(std::thread::hardware_concurrency());
  if (sched_getaffinity(0, sizeof(set), &set) == 0) allowed = CPU_COUNT(&set);
  return std::max(1, static_cast<int>(std::min<double>(allowed, std::ceil(cgroup_processors()))));
}

// A fork is published as a Stamp (its number, its parts). Part p belongs to thread p mod threads; who takes the next
// part of a thread's queue counts it up in that thread's stamp, so each part is taken once, and a worker that wakes
// after its fork has ended finds every queue of that fork used up, or already stamped by a later fork.
struct ThreadPool::State {
  struct alignas(64) Worker {
    std::thread thread;
    std::atomic<Stamp> taken{};   // of its queue, in that fork
    std::uint64_t parts_run = 0;  // written by its own thread while a fork has parts unfinished
    std::exception_ptr error;
  };

  double minimal_work = 0;
  std::vector<Worker> workers;  // workers[0] is the caller
  Call call = nullptr;          // of the current fork; read by who has taken one of its parts
  void* context = nullptr;
  std::atomic<bool> stopping{false};
  std::atomic<Stamp> current{};
  alignas(64) std::atomic<std::uint32_t> forks{0};
  alignas(64) std::atomic<std::uint32_t> unfinished{0};

  bool takes_over() const { return minimal_work > 0; }

  // The next part of the queue of worker `owner`, or −1.
  int take(const Stamp& fork, std::size_t owner) {
    std::atomic<Stamp>& taken = workers[owner].taken;
    Stamp seen = taken.load(std::memory_order_acquire);
    for (;;) {
      const auto newer = static_cast<std::int32_t>(seen.fork - fork.fork);  // numbers of forks wrap around
      if (newer > 0) return -1;
      const std::uint32_t next = newer == 0 ? seen.count : 0;
      const std::size_t part = owner + next * workers.size();
      if (part >= fork.count) return -1;
      if (taken.compare_exchange_weak(seen, {fork.fork, next + 1}, std::memory_order_acq_rel)) {
        return static_cast<int>(part);
      }
    }
  }

  void run_queue(const Stamp& fork, Worker& self, std::size_t owner) {
    for (int part = take(fork, owner); part >= 0; part = take(fork, owner)) {
      ++self.parts_run;
      try {
        call(context, part);
      } catch (...) {
        if (!self.error) self.error = std::current_exception();
      }
      if (unfinished.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished.notify_one();
    }
  }

  // Its own parts first, then those that nobody has begun.
  void run_share(const Stamp& fork, std::size_t worker) {
    const std::size_t queues = takes_over() ? workers.size() : 1;
    for (std::size_t i = 0; i < queues; ++i) run_queue(fork, workers[worker], (worker + i) % workers.size());
  }

  void worker_loop(std::size_t worker) {
    std::uint32_t seen = 0;
    for (;;) {
      seen = wait_for_change(forks, seen);
      if (stopping) return;
      run_share(current.load(std::memory_order_acquire), worker);
    }
  }

  // Wakes as many sleepers as there are parts for them.
  void wake(std::uint32_t parts) {
    forks.fetch_add(1, std::memory_order_release);
    if (parts >= workers.size() || !takes_over()) return forks.notify_all();
    for (std::uint32_t i = 1; i < parts; ++i) forks.notify_one();
  }

  void stop() {
    stopping = true;
    forks.fetch_add(1, std::memory_order_release);
    forks.notify_all();
    for (Worker& worker : workers) {
      if (worker.thread.joinable()) worker.thread.join();
    }
  }
};

ThreadPool::ThreadPool(const ThreadPoolOptions& options) : state_(std::make_unique<State>()) {
  BPROP_CHECK(options.threads >= 0 && options.threads <= 1024, UsageError,
              "[thread_pool] {} threads asked for, expected 0 to 1024", options.threads);
  const int threads = options.threads == 0 ? usable_processors() : options.threads;
  state_->minimal_work = options.minimal_work;
  state_->workers = std::vector<State::Worker>(static_cast<std::size_t>(threads));
  int worker = 1;
  try {
    for (; worker < threads; ++worker) {
      state_->workers[static_cast<std::size_t>(worker)].thread =
          std::thread([state = state_.get(), worker] { state->worker_loop(static_cast<std::size_t>(worker)); });
    }
  } catch (const std::system_error& error) {
    state_->stop();
    throw IoError(
        fmt::format("[thread_pool] the system refused thread {} of {}: {}", worker + 1, threads, error.what()));
  }
}

ThreadPool::~ThreadPool() { state_->stop(); }

int ThreadPool::threads() const { return static_cast<int>(state_->workers.size()); }

int ThreadPool::parts(double work) const {
  if (state_->minimal_work <= 0) return threads();
  return static_cast<int>(std::clamp(work / state_->minimal_work, 1.0, static_cast<double>(threads())));
}

void ThreadPool::run_erased(int parts, Call call, void* context) {
  if (parts <= 0) return;
  State& state = *state_;
  state.call = call;
  state.context = context;
  const auto count = static_cast<std::uint32_t>(parts);
  const Stamp fork{state.current.load(std::memory_order_relaxed).fork + 1, count};
  state.unfinished.store(count, std::memory_order_relaxed);
  state.current.store(fork, std::memory_order_release);
  if (parts > 1 && threads() > 1) state.wake(count);
  state.run_share(fork, 0);
  for (std::uint32_t left = state.unfinished.load(std::memory_order_acquire); left != 0;) {
    left = wait_for_change(state.unfinished, left);
  }
  std::exception_ptr first;
  for (State::Worker& worker : state.workers) {
    if (worker.error && !first) first = worker.error;
    worker.error = nullptr;
  }
  if (first) std::rethrow_exception(first);
}

std::vector<std::uint64_t> ThreadPool::parts_run() const {
  std::vector<std::uint64_t> counts;
  for (const State::Worker& worker : state_->workers) counts.push_back(worker.parts_run);
  return counts;
}

}  // namespace bprop
