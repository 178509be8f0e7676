// SPDX-License-Identifier: Apache-2.0
#include "program.h"
#include "signals.h"

int main(int count, char** arguments) {
  bprop::cli::outlive_file_size_limit();
  return static_cast<int>(bprop::cli::run_program({arguments + (count > 0 ? 1 : 0), arguments + count}));
}
