// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "bprop/ranks.h"

namespace bprop {
namespace {

// What one rank is sent. The letter is the sender's memory, who waits until it is read.
struct Letterbox {
  struct Letter {
    std::size_t from = 0;
    std::span<const std::byte> message;
    bool* read = nullptr;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Letter> letters;
};

// Of all ranks.
struct Post {
  explicit Post(std::size_t ranks) : boxes(ranks), ended(ranks, false) {}

  // Nobody is to wait for a rank that has ended.
  void end(std::size_t rank) {
    {
      const std::lock_guard lock(failure_mutex);
      ended[rank] = true;
    }
    for (Letterbox& box : boxes) {
      const std::lock_guard lock(box.mutex);
      box.changed.notify_all();
    }
  }
  bool has_ended(std::size_t rank) {
    const std::lock_guard lock(failure_mutex);
    return ended[rank];
  }
  void fail(std::exception_ptr thrown) {
    const std::lock_guard lock(failure_mutex);
    if (!failure) failure = std::move(thrown);
  }

  std::vector<Letterbox> boxes;
  std::mutex failure_mutex;
  std::vector<bool> ended;
  std::exception_ptr failure;  // the first
};

class LocalRank final : public Communicator {
 public:
  LocalRank(Post& post, std::size_t rank) : post_(post), rank_(rank) {}

  std::size_t rank() const override { return rank_; }
  std::size_t ranks() const override { return post_.boxes.size(); }

  void send(std::size_t to, std::span<const std::byte> message) override {
    Letterbox& box = post_.boxes[to];
    bool read = false;
    std::unique_lock lock(box.mutex);
    box.letters.push_back({rank_, message, &read});
    box.changed.notify_all();
    while (!read) {
      if (post_.has_ended(to)) {
        std::erase_if(box.letters, [&](const Letterbox::Letter& letter) { return letter.read == &read; });
        throw_ended(to);
      }
      box.changed.wait(lock);
    }
  }

  void receive(std::size_t from, std::span<std::byte> message) override {
    Letterbox& box = post_.boxes[rank_];
    std::unique_lock lock(box.mutex);
    for (;;) {
      const auto letter = std::ranges::find(box.letters, from, &Letterbox::Letter::from);
      if (letter != box.letters.end()) {
        const std::size_t size = letter->message.size();
        BPROP_CHECK(size == message.size(), ShapeError, "[communicator] rank {} sent {} bytes, rank {} expected {}",
                    from, size, rank_, message.size());
        std::memcpy(message.data(), letter->message.data(), size);
        *letter->read = true;
        box.letters.erase(letter);
        box.changed.notify_all();
        return;
      }
      if (post_.has_ended(from)) throw_ended(from);
      box.changed.wait(lock);
    }
  }

 private:
  [[noreturn]] static void throw_ended(std::size_t rank) {
    throw IoError(fmt::format("[communicator] rank {} has ended", rank));
  }

  Post& post_;
  std::size_t rank_;
};

void run_rank(Post& post, std::size_t rank, const std::function<void(Communicator&)>& body) {
  try {
    LocalRank communicator(post, rank);
    body(communicator);
  } catch (...) {
    post.fail(std::current_exception());
  }
  post.end(rank);
}

}  // namespace

void run_ranks(std::size_t ranks, const std::function<void(Communicator&)>& body) {
  BPROP_CHECK(ranks >= 1 && ranks <= kMostLocalRanks, UsageError, "ranks is {}, expected 1 to {}", ranks,
              kMostLocalRanks);
  Post post(ranks);
  std::vector<std::jthread> threads;  // joined before the post goes
  for (std::size_t rank = 1; rank < ranks; ++rank) {
    threads.emplace_back([&post, rank, &body] { run_rank(post, rank, body); });
  }
  run_rank(post, 0, body);
  threads.clear();
  if (post.failure) std::rethrow_exception(post.failure);
}

}  // namespace bprop
