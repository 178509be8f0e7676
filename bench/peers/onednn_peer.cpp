// SPDX-License-Identifier: Apache-2.0
#include <oneapi/dnnl/dnnl.h>

#include <cstdlib>

#include "products.h"

namespace {

void multiply(bool transpose_a, bool transpose_b, int m, int n, int k, const float* a, int a_columns, const float* b,
              int b_columns, float* c, int c_columns) {
  dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1, a, a_columns, b, b_columns, 0, c, c_columns);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace bprop::bench;
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  const dnnl_version_t* version = dnnl_version();
  const std::string name = "oneDNN " + std::to_string(version->major) + '.' + std::to_string(version->minor) + '.' +
                           std::to_string(version->patch);
  converse(name, threads, {{"product", [](std::istream& words) { return product(words, multiply); }}});
}
