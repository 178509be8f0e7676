// SPDX-License-Identifier: Apache-2.0
#include <cblas.h>

#include <cstdlib>

#include "products.h"

namespace {

void multiply(bool transpose_a, bool transpose_b, int m, int n, int k, const float* a, int a_columns, const float* b,
              int b_columns, float* c, int c_columns) {
  cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, m, n, k,
              1, a, a_columns, b, b_columns, 0, c, c_columns);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace bprop::bench;
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  openblas_set_num_threads(threads);
  std::string name = openblas_get_config();  // "OpenBLAS 0.3.21 …"
  name.insert(name.find(' ', name.find(' ') + 1), " with");
  converse(name + ", kernel " + openblas_get_corename(), threads,
           {{"product", [](std::istream& words) { return product(words, multiply); }}});
}
