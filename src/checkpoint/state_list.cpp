// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/state_list.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "checkpoint/model_format.h"

namespace bprop::checkpoint {

template <class T>
void StateList::made(const std::string& name, std::vector<std::uint64_t> shape, std::function<std::vector<T>()> give,
                     std::function<void(std::span<const T>)> take) {
  const auto write = [give = std::move(give)](const ByteSink& sink) {
    const std::vector<T> values = give();
    sink(std::as_bytes(std::span(values)));
  };
  entries_.push_back(
      {.source = [=] { return TensorSource{name, dtype_of<T>(), shape, write}; },
       .take = [=, take = std::move(take)](TensorShelf& shelf) { take(values_of<T>(shelf.accept<T>(name, shape))); }});
}

template <class T>
void StateList::numbers(const std::string& name, std::span<T> values) {
  if (values.empty()) return;
  const std::vector<std::uint64_t> shape = {values.size()};
  entries_.push_back({.source = [=] { return tensor_source<T>(name, shape, values); },
                      .take =
                          [=](TensorShelf& shelf) {
                            const Tensor& tensor = shelf.accept<T>(name, shape);
                            std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
                          }});
}

template void StateList::numbers(const std::string&, std::span<float>);
template void StateList::numbers(const std::string&, std::span<double>);
template void StateList::numbers(const std::string&, std::span<std::uint32_t>);

void StateList::number(const std::string& name, double& value) {
  made<double>(
      name, {}, [&value] { return std::vector{value}; },
      [&value](std::span<const double> numbers) { value = numbers.front(); });
}

void StateList::number(const std::string& name, std::size_t& value) {
  made<std::uint64_t>(
      name, {}, [&value] { return std::vector<std::uint64_t>{value}; },
      [&value](std::span<const std::uint64_t> numbers) { value = numbers.front(); });
}

template <class T>
void StateList::parameters(const std::string& prefix, const Architecture& architecture, const nn::Layout& layout,
                           std::span<T> flat) {
  if (flat.empty()) return;
  const auto in_order = [&](const std::string& name, std::size_t offset, std::size_t count) {
    made<T>(
        prefix + name, {count}, [=] { return std::vector<T>(&flat[offset], &flat[offset] + count); },
        [=](std::span<const T> values) { std::ranges::copy(values, &flat[offset]); });
  };
  for (std::size_t k = 0; k < layout.layers(); ++k) {
    const nn::LayerLayout& at = layout[k];
    if (at.weight_count() > 0) {
      made<T>(
          prefix + weight_name(k), weight_shape(architecture.layers[k]),
          [&at, flat] {
            std::vector<T> values(at.weight_count());
            nn::weights_to_row_major(at, flat.data(), values.data());
            return values;
          },
          [&at, flat](std::span<const T> values) { nn::weights_from_row_major(at, values.data(), flat.data()); });
    }
    if (at.bias_size > 0) in_order(bias_name(k), at.bias, at.bias_count);
    if (at.running_size == 0) continue;
    in_order(running_mean_name(k), at.running, at.outputs);
    in_order(running_variance_name(k), at.running + at.running_size / 2, at.outputs);
  }
}

template void StateList::parameters(const std::string&, const Architecture&, const nn::Layout&, std::span<float>);
template void StateList::parameters(const std::string&, const Architecture&, const nn::Layout&, std::span<double>);

void StateList::table(const std::string& name, std::size_t columns, std::function<std::vector<double>()> give,
                      std::function<void(std::span<const double>)> take) {
  const auto source = [=, give = std::move(give)] {
    std::vector<double> values = give();
    const std::uint64_t rows = values.size() / columns;
    return owned_tensor<double>(name, {rows, columns}, std::move(values));
  };
  entries_.push_back({.source = source, .take = [=, take = std::move(take)](TensorShelf& shelf) {
                        const Tensor& there = shelf.tensor(name);
                        const std::uint64_t rows = there.shape.empty() ? 0 : there.shape[0];
                        take(values_of<double>(shelf.accept<double>(name, {rows, columns})));
                      }});
}

std::vector<TensorSource> StateList::sources() const {
  std::vector<TensorSource> sources;
  sources.reserve(entries_.size());
  for (const Entry& entry : entries_) sources.push_back(entry.source());
  return sources;
}

void StateList::set_from(TensorShelf& shelf) const {
  for (const Entry& entry : entries_) entry.take(shelf);
}

std::size_t whole_number(double number, std::size_t most) {
  BPROP_CHECK(number >= 0 && number <= static_cast<double>(most) && number == std::floor(number), FormatError,
              "[checkpoint] what counts something is {}, expected a whole number from 0 to {}", number, most);
  return static_cast<std::size_t>(number);
}

}  // namespace bprop::checkpoint
