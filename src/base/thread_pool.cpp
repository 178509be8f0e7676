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
constexpr int kSpinsBetweenClockReads = 64;

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

// Waits until `value` differs from `old`: spins, then sleeps in the kernel.
std::uint32_t wait_for_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  const auto deadline = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < kSpinsBetweenClockReads; ++i) {
      const std::uint32_t now = value.load(std::memory_order_acquire);
      if (now != old) return now;
      pause();
    }
  } while (std::chrono::steady_clock::now() < deadline);
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

}  // namespace

int usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int allowed = static_cast<int>(std::thread::hardware_concurrency());
  if (sched_getaffinity(0, sizeof(set), &set) == 0) allowed = CPU_COUNT(&set);
  return std::max(1, static_cast<int>(std::min<double>(allowed, std::ceil(cgroup_processors()))));
}

struct ThreadPool::State {
  struct alignas(64) Worker {
    std::thread thread;
    std::uint64_t parts_run = 0;  // written by its own thread between a fork and its join
    std::exception_ptr error;
  };

  double minimal_work = 0;
  std::vector<Worker> workers;  // workers[0] is the caller
  Call call = nullptr;          // the current fork; published by `forks`
  void* context = nullptr;
  int parts = 0;
  bool stopping = false;
  alignas(64) std::atomic<std::uint32_t> forks{0};
  alignas(64) std::atomic<std::uint32_t> still_running{0};

  void run_share(int worker) {
    Worker& self = workers[static_cast<std::size_t>(worker)];
    for (int part = worker; part < parts; part += static_cast<int>(workers.size())) {
      ++self.parts_run;
      try {
        call(context, part);
      } catch (...) {
        if (!self.error) self.error = std::current_exception();
      }
    }
  }

  void worker_loop(int worker) {
    std::uint32_t seen = 0;
    for (;;) {
      seen = wait_for_change(forks, seen);
      if (stopping) return;
      run_share(worker);
      if (still_running.fetch_sub(1, std::memory_order_acq_rel) == 1) still_running.notify_one();
    }
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
          std::thread([state = state_.get(), worker] { state->worker_loop(worker); });
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
  State& state = *state_;
  state.call = call;
  state.context = context;
  state.parts = parts;
  if (parts > 1 && threads() > 1) {
    state.still_running.store(static_cast<std::uint32_t>(threads() - 1), std::memory_order_relaxed);
    state.forks.fetch_add(1, std::memory_order_release);
    state.forks.notify_all();
  }
  state.run_share(0);
  for (std::uint32_t left = state.still_running.load(std::memory_order_acquire); left != 0;) {
    left = wait_for_change(state.still_running, left);
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
