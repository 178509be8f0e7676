// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/tensor_shelf.h"

#include <cmath>
#include <type_traits>

#include "base/check.h"
#include "base/sentence.h"

namespace bprop::checkpoint {

const Tensor& TensorShelf::tensor(const std::string& name) const {
  const Tensor* found = file_.find(name);
  BPROP_CHECK(found != nullptr, FormatError, "{}: tensor {} is missing", path_, in_quotes(name));
  return *found;
}

template <class T>
const Tensor& TensorShelf::expect(const std::string& name, const std::vector<std::uint64_t>& shape) const {
  const Tensor& found = tensor(name);
  BPROP_CHECK(found.dtype == dtype_of<T>() && found.shape == shape, FormatError,
              "{}: tensor {} is {} {}, expected {} {}", path_, in_quotes(name), row_of(found.dtype).name,
              shape_text(found.shape), row_of(dtype_of<T>()).name, shape_text(shape));
  return found;
}

template <class T>
const Tensor& TensorShelf::accept(const std::string& name, const std::vector<std::uint64_t>& shape) {
  const Tensor& found = expect<T>(name, shape);
  taken_.insert(name);
  return found;
}

template <class T>
std::vector<T> TensorShelf::take(const std::string& name, const std::vector<std::uint64_t>& shape) {
  std::vector<T> values = values_of<T>(accept<T>(name, shape));
  if constexpr (std::is_floating_point_v<T>) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      BPROP_CHECK(std::isfinite(values[i]), FormatError, "{}: tensor {}: number {} is {}, expected a finite one", path_,
                  in_quotes(name), i + 1, values[i]);
    }
  }
  return values;
}

#define BPROP_SHELF_OF(T)                                                                                     \
  template const Tensor& TensorShelf::expect<T>(const std::string&, const std::vector<std::uint64_t>&) const; \
  template const Tensor& TensorShelf::accept<T>(const std::string&, const std::vector<std::uint64_t>&);       \
  template std::vector<T> TensorShelf::take(const std::string&, const std::vector<std::uint64_t>&);
BPROP_SHELF_OF(float)
BPROP_SHELF_OF(double)
BPROP_SHELF_OF(std::uint32_t)
BPROP_SHELF_OF(std::uint64_t)
#undef BPROP_SHELF_OF

void TensorShelf::finish() const {
  for (const Tensor& tensor : file_.tensors) {
    BPROP_CHECK(taken_.contains(tensor.name), FormatError, "{}: tensor {} {} is not expected there", path_,
                in_quotes(tensor.name), shape_text(tensor.shape));
  }
}

}  // namespace bprop::checkpoint
