// SPDX-License-Identifier: Apache-2.0
#include "train/alike_ranks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/collectives.h"
#include "bprop/version.h"

namespace bprop::training {
namespace {

std::span<std::byte> bytes_of(std::string& text) { return std::as_writable_bytes(std::span(text)); }

// Names and texts end with a zero byte.
std::string text_of(const Origin& origin) {
  std::string text;
  for (const auto& [name, value] : origin) text.append(name).append(1, '\0').append(value).append(1, '\0');
  return text;
}

Origin origin_of(std::string_view text) {
  const auto next = [&text] {
    const std::string_view part = text.substr(0, text.find('\0'));
    text.remove_prefix(part.size() + 1);
    return std::string(part);
  };
  Origin origin;
  while (!text.empty()) {
    std::string name = next();
    origin.emplace(std::move(name), next());
  }
  return origin;
}

// Rank 0's, on every rank.
std::string shared_text(Communicator& ranks, std::string text) {
  text.resize(agreed(&ranks, text.size()));
  broadcast(&ranks, bytes_of(text));
  return text;
}

// What only one of the two has, the other has not.
void add_missing(const Origin& from, Origin& to) {
  for (const auto& [name, value] : from) to.emplace(name, "none");
}

// A rank's, on rank 0; what the others have here is of no interest.
std::string brought_to_first(Communicator& ranks, std::size_t from, std::string text) {
  std::size_t size = text.size();
  const auto size_bytes = std::as_writable_bytes(std::span(&size, 1));
  if (ranks.rank() == from) {
    ranks.send(0, size_bytes);
    ranks.send(0, bytes_of(text));
  } else if (ranks.rank() == 0) {
    ranks.receive(from, size_bytes);
    text.resize(size);
    ranks.receive(from, bytes_of(text));
  }
  return text;
}

}  // namespace

void check_alike(Communicator& ranks, Origin origin, const Model& model) {
  origin.emplace("version of bprop", kVersion);
  Origin first = origin_of(shared_text(ranks, text_of(origin)));
  add_missing(origin, first);
  add_missing(first, origin);
  std::string different = difference(first, origin, model, {.had = "rank 0 has", .as = "on rank 0"});

  std::vector<double> differs(ranks.ranks());  // 1 at each rank that does
  std::vector<double> theirs(ranks.ranks());
  differs[ranks.rank()] = different.empty() ? 0 : 1;
  add_disjoint(&ranks, differs, theirs);
  std::vector<std::size_t> others;
  for (std::size_t rank = 0; rank < differs.size(); ++rank) {
    if (differs[rank] != 0) others.push_back(rank);
  }
  if (others.empty()) return;
  different = shared_text(ranks, brought_to_first(ranks, others[0], std::move(different)));
  throw UsageError(fmt::format("rank{} {}: {}", others.size() > 1 ? "s" : "", fmt::join(others, ", "), different));
}

}  // namespace bprop::training
