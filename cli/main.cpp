// SPDX-License-Identifier: Apache-2.0
#include "program.h"

int main(int count, char** arguments) {
  return static_cast<int>(bprop::cli::run_program({arguments + (count > 0 ? 1 : 0), arguments + count}));
}
