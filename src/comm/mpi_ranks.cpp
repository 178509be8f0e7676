// SPDX-License-Identifier: Apache-2.0
#include "bprop/mpi_ranks.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/check.h"
#include "comm/mpi_plugin.h"

namespace bprop {
namespace {

using comm::MpiOutcome;

struct Plugin {
  std::string_view file;
  std::string_view mpi;
  std::string_view package;  // of Debian
};

constexpr Plugin plugin(Mpi mpi) {
  if (mpi == Mpi::kOpenMpi) return {"libbprop-openmpi.so", "Open MPI", "libopenmpi-dev"};
  return {"libbprop-mpich.so", "MPICH", "libmpich-dev"};
}

// Where the plugin lies; its bare name where the system is to look for it.
std::string path_of(const Plugin& plugin) {
  std::error_code ignored;
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const auto& folder : {here, here.parent_path() / "lib" / "bprop"}) {
    const std::filesystem::path path = folder / plugin.file;
    if (std::filesystem::exists(path, ignored)) return path.string();
  }
  return std::string(plugin.file);
}

// Stays loaded to the end of the process: MPI does not survive being unloaded. Its names are everybody's, for MPI loads
// parts of itself that look for them.
const comm::MpiCalls* begin(const Plugin& plugin) {
  const std::string path = path_of(plugin);
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) {
    const bool is_there = path != plugin.file;
    throw IoError(fmt::format(
        "[mpi] {}: {}, expected {}", path,
        is_there ? dlerror() : "is not beside the program, nor among the system's libraries",
        is_there ? fmt::format("the library of {}", plugin.mpi)
                 : fmt::format("bprop to be built where {} is ({} on Debian)", plugin.mpi, plugin.package)));
  }
  auto* const begin = reinterpret_cast<comm::MpiBegin*>(dlsym(library, comm::kMpiBegin));
  BPROP_CHECK(begin != nullptr, IoError, "[mpi] {}: is no plugin of bprop ({} is not there)", path, comm::kMpiBegin);
  const comm::MpiCalls* const calls = begin();
  BPROP_CHECK(calls != nullptr, IoError, "[mpi] {} refuses to begin", plugin.mpi);
  BPROP_CHECK(calls->version == comm::kMpiPluginVersion, IoError, "[mpi] {}: is of another bprop, expected this one's",
              path);
  return calls;
}

}  // namespace

MpiRanks::MpiRanks(Mpi mpi, const MpiRanksOptions& options) : calls_(begin(plugin(mpi))), timeout_(options.timeout) {}

MpiRanks::~MpiRanks() { calls_->end(); }

std::size_t MpiRanks::rank() const { return static_cast<std::size_t>(calls_->rank); }
std::size_t MpiRanks::ranks() const { return static_cast<std::size_t>(calls_->ranks); }
std::size_t MpiRanks::ranks_here() const { return static_cast<std::size_t>(calls_->ranks_here); }
std::string_view MpiRanks::library() const { return calls_->library; }

void MpiRanks::send(std::size_t to, std::span<const std::byte> message) {
  check(calls_->send(static_cast<int>(to), message.data(), message.size(), timeout_), to);
}

void MpiRanks::receive(std::size_t from, std::span<std::byte> message) {
  check(calls_->receive(static_cast<int>(from), message.data(), message.size(), timeout_), from);
}

void MpiRanks::check(MpiOutcome outcome, std::size_t other) {
  timed_out_ = timed_out_ || outcome == MpiOutcome::kTimeIsOver;
  BPROP_CHECK(outcome != MpiOutcome::kTimeIsOver, IoError, "[mpi] rank {} has not answered for {:g} seconds", other,
              timeout_);
  BPROP_CHECK(outcome != MpiOutcome::kOtherLength, ShapeError,
              "[mpi] rank {} sent a message of another length than was expected", other);
  BPROP_CHECK(outcome == MpiOutcome::kDone, IoError, "[mpi] rank {} cannot be reached", other);
}

MpiRanks::Meeting MpiRanks::meet(double seconds) {
  int missing = -1;
  Meeting meeting{.all_here = calls_->meet(seconds, &missing) == MpiOutcome::kDone};
  if (missing >= 0) meeting.missing = static_cast<std::size_t>(missing);
  return meeting;
}

int MpiRanks::least(int number) { return calls_->least(number); }

void MpiRanks::abort(int exit_code) {
  calls_->abort(exit_code);
  std::_Exit(exit_code);
}

}  // namespace bprop
