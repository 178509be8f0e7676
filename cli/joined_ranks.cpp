// SPDX-License-Identifier: Apache-2.0
#include "joined_ranks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

#include "bprop/error.h"
#include "terminal.h"
#include "values.h"

namespace bprop::cli {
namespace {

struct Name {
  std::string_view text;
  Distributed value;
};
constexpr std::array kNames = {Name{"auto", Distributed::kAuto}, Name{"none", Distributed::kNone},
                               Name{"openmpi", Distributed::kOpenMpi}, Name{"mpich", Distributed::kMpich}};

std::optional<MpiRanks> ranks;
int own_stderr = -1;  // of a rank that is silent

// The last word has it; mistakes are found when all options are read.
Distributed asked_for(const std::vector<std::string>& words) {
  constexpr std::string_view kOption = "--distributed";
  Distributed asked = Distributed::kAuto;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (!word.starts_with(kOption)) continue;
    word.remove_prefix(kOption.size());
    if (word.empty() && i + 1 < words.size()) word = words[i + 1];
    if (word.starts_with('=')) word.remove_prefix(1);
    for (const Name& name : kNames) {
      if (name.text == word) asked = name.value;
    }
  }
  return asked;
}

int number_in(const char* variable) {
  const std::string_view text = environment(variable);
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// What launchers tell their processes. A single one has nobody to join.
Distributed of_launcher() {
  if (number_in("OMPI_COMM_WORLD_SIZE") > 1) return Distributed::kOpenMpi;
  if (number_in("PMI_SIZE") > 1) return Distributed::kMpich;
  if (!environment("PMIX_RANK").empty() && number_in("SLURM_NTASKS") > 1) return Distributed::kOpenMpi;
  return Distributed::kNone;
}

void redirect(int from, int to) {
  std::fflush(nullptr);
  if (to >= 0) dup2(to, from);
}

void be_silent() {
  own_stderr = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  redirect(STDOUT_FILENO, nowhere);
  redirect(STDERR_FILENO, nowhere);
  if (nowhere >= 0) close(nowhere);
}

// On the stderr that this rank had.
void speak(const Complain& complain) {
  redirect(STDERR_FILENO, own_stderr);
  complain(ranks->rank() == 0 ? std::string() : fmt::format("rank {}: ", ranks->rank()));
  std::fflush(nullptr);
}

// Some do not come: they wait for this one, or have hung.
[[noreturn]] void end_all(ExitCode code, const Complain& complain, std::optional<std::size_t> missing) {
  if (ranks->timed_out() && missing) {
    remark("train", fmt::format("rank {} does not answer any more", *missing));
  }
  if (complain) speak(complain);
  ranks->abort(static_cast<int>(code));
}

}  // namespace

void read(std::string_view text, Distributed& value) {
  for (const Name& name : kNames) {
    if (name.text == text) {
      value = name.value;
      return;
    }
  }
  throw UsageError("expected auto, none, openmpi or mpich");
}

std::string text_of(Distributed value) { return std::string(kNames[static_cast<std::size_t>(value)].text); }

void join_ranks(const std::vector<std::string>& words) {
  const Distributed asked = asked_for(words);
  const Distributed how = asked == Distributed::kAuto ? of_launcher() : asked;
  if (how == Distributed::kNone) return;
  try {
    ranks.emplace(how == Distributed::kOpenMpi ? Mpi::kOpenMpi : Mpi::kMpich);
  } catch (const IoError& error) {
    if (asked != Distributed::kAuto) throw;
    throw IoError(fmt::format("{}; --distributed none lets each process of mpirun train by itself", error.what()));
  }
  if (ranks->rank() > 0) be_silent();
}

MpiRanks* joined_ranks() { return ranks ? &*ranks : nullptr; }

ExitCode leave_ranks(ExitCode code, const Complain& complain) {
  if (!ranks) {
    if (complain) complain("");
    return code;
  }
  // Who complains of what the others have too is not alone for long.
  constexpr double kOthersComplain = 2;  // seconds
  constexpr double kOthersGiveUp = 5;
  const MpiRanks::Meeting meeting = !complain            ? ranks->meet()
                                    : ranks->timed_out() ? ranks->meet(kOthersGiveUp)
                                                         : ranks->meet(kOthersComplain);
  if (!meeting.all_here) end_all(code, complain, meeting.missing);
  const int count = static_cast<int>(ranks->ranks());
  const int me = static_cast<int>(ranks->rank());
  if (ranks->least(complain ? me : count) == me) speak(complain);
  const int highest = -ranks->least(-static_cast<int>(code));
  ranks.reset();
  return static_cast<ExitCode>(highest);
}

}  // namespace bprop::cli
