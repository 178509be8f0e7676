// SPDX-License-Identifier: Apache-2.0
//
// TensorShelf: the tensors of a file, taken one by one, each as the element type and shape that the architecture
// demands, and none left over. Throws FormatError.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/sentence.h"
#include "checkpoint/safetensors_reader.h"

namespace bprop::checkpoint {

class TensorShelf {
 public:
  TensorShelf(const SafetensorsFile& file, std::string_view path) : file_(file), path_(path) {}

  // T: float (F32), double (F64), std::uint32_t (U32) or std::uint64_t (U64). take() demands that every number is
  // finite, accept() does not look at the numbers, expect() leaves the tensor on the shelf.
  template <class T>
  const Tensor& expect(const std::string& name, const std::vector<std::uint64_t>& shape) const;
  template <class T>
  const Tensor& accept(const std::string& name, const std::vector<std::uint64_t>& shape);
  template <class T>
  std::vector<T> take(const std::string& name, const std::vector<std::uint64_t>& shape);

  bool has(const std::string& name) const { return file_.find(name) != nullptr; }

  // The tensor, or a sentence that says that it is missing.
  const Tensor& tensor(const std::string& name) const;

  // Throws when a tensor was not taken.
  void finish() const;

 private:
  const SafetensorsFile& file_;
  std::string_view path_;
  std::set<std::string> taken_;
};

// Throws where one is below 0.
template <class T>
void check_variances(std::span<const T> variances, const std::string& tensor, std::string_view path) {
  for (std::size_t i = 0; i < variances.size(); ++i) {
    BPROP_CHECK(variances[i] >= 0, FormatError, "{}: tensor {}: number {} is {}, expected a variance of 0 or more",
                path, in_quotes(tensor), i + 1, variances[i]);
  }
}

}  // namespace bprop::checkpoint
