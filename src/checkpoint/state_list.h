// SPDX-License-Identifier: Apache-2.0
//
// StateList: the numbers of a running training, each under a name. Who has some lists them once; what is listed is what
// a checkpoint holds, and what a training that goes on gets back. Files: checkpoint_file.h.
//
//   void list(StateList& state) {
//     state.number("epoch", epoch_);
//     state.parameters("average.", network.architecture, network.layout, average_.span());
//   }
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/safetensors_writer.h"
#include "checkpoint/tensor_shelf.h"
#include "nn/layout.h"

namespace bprop::checkpoint {

class StateList {
 public:
  // Numbers that lie where they are for as long as the list; none are not listed. T: float, double, std::uint32_t.
  template <class T>
  void numbers(const std::string& name, std::span<T> values);
  void number(const std::string& name, double& value);
  void number(const std::string& name, std::size_t& value);
  // A flat buffer in the layout of the network: a tensor for each weight and bias, called and shaped as in a model
  // file, behind `prefix`; and what batch norms keep running.
  template <class T>
  void parameters(const std::string& prefix, const Architecture& architecture, const nn::Layout& layout,
                  std::span<T> flat);
  // What is a table of so many columns, row after row, when it is asked for; `take` gets as many rows as were written.
  void table(const std::string& name, std::size_t columns, std::function<std::vector<double>()> give,
             std::function<void(std::span<const double>)> take);

  // Things of so many numbers each.
  template <class Thing, std::size_t kColumns>
  void rows(const std::string& name, std::vector<Thing>& things,
            std::array<double, kColumns> (*numbers_of)(const Thing&), Thing (*thing_of)(std::span<const double>)) {
    const auto give = [&things, numbers_of] {
      std::vector<double> numbers;
      for (const Thing& thing : things) {
        const auto row = numbers_of(thing);
        numbers.insert(numbers.end(), row.begin(), row.end());
      }
      return numbers;
    };
    const auto take = [&things, thing_of](std::span<const double> numbers) {
      things.clear();
      for (std::size_t at = 0; at < numbers.size(); at += kColumns) {
        things.push_back(thing_of(numbers.subspan(at, kColumns)));
      }
    };
    table(name, kColumns, give, take);
  }

  // For write_safetensors(), which the list outlives.
  std::vector<TensorSource> sources() const;
  // Everything that is listed, from a file that holds that and nothing else. Throws FormatError; then some of it may
  // have been set.
  void set_from(TensorShelf& shelf) const;

 private:
  // Numbers that are made when they are written. T: float, double, std::uint64_t.
  template <class T>
  void made(const std::string& name, std::vector<std::uint64_t> shape, std::function<std::vector<T>()> give,
            std::function<void(std::span<const T>)> take);

  struct Entry {
    std::function<TensorSource()> source;
    std::function<void(TensorShelf&)> take;
  };
  std::vector<Entry> entries_;
};

// Of a table's numbers, one that counts something. Throws FormatError unless it is whole, from 0 to `most`.
std::size_t whole_number(double number, std::size_t most = std::size_t{1} << 53U);

}  // namespace bprop::checkpoint
