// SPDX-License-Identifier: Apache-2.0
//
// Without mpirun. With it: tests/cli/mpi_test.
#include "bprop/mpi_ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bprop/error.h"

namespace bprop {
namespace {

// The plugins lie beside bprop, not beside this program.
TEST(MpiRanks, WithoutAPluginSayWhatToInstall) {
  const auto sentence = [](Mpi mpi) -> std::string {
    try {
      const MpiRanks ranks(mpi);
    } catch (const IoError& error) {
      return error.what();
    }
    return "joined";
  };
  EXPECT_EQ(
      sentence(Mpi::kOpenMpi),
      "[mpi] libbprop-openmpi.so: is not beside the program, nor among the system's libraries, expected bprop to be "
      "built where Open MPI is (libopenmpi-dev on Debian)");
  EXPECT_EQ(
      sentence(Mpi::kMpich),
      "[mpi] libbprop-mpich.so: is not beside the program, nor among the system's libraries, expected bprop to be "
      "built where MPICH is (libmpich-dev on Debian)");
}

}  // namespace
}  // namespace bprop
