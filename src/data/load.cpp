// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "data/byte_source.h"
#include "data/csv_table.h"
#include "data/idx.h"
#include "data/npy.h"

namespace bprop {
namespace {

std::unique_ptr<data::ByteSource> open_unzipped(const std::string& path, std::uint64_t max_size) {
  return data::unzipped(data::file_source(path).value_or_throw(), path, max_size).value_or_throw();
}

Dataset idx_table(data::ByteSource& source, const std::string& images, const std::string& labels,
                  std::uint64_t max_size) {
  auto array = data::read_idx(source, images).value_or_throw();
  if (labels.empty()) return data::idx_dataset(std::move(array), images, nullptr, labels).value_or_throw();
  const auto label_array = data::read_idx(*open_unzipped(labels, max_size), labels).value_or_throw();
  return data::idx_dataset(std::move(array), images, &label_array, labels).value_or_throw();
}

Dataset npy_table(data::ByteSource& source, const std::string& path, const NpyOptions& options) {
  if (options.labels.empty()) return data::read_npy(source, path, options, nullptr).value_or_throw();
  const auto labels =
      data::read_npy_labels(*open_unzipped(options.labels, options.max_size), options.labels).value_or_throw();
  return data::read_npy(source, path, options, &labels).value_or_throw();
}

void check_idx_options(const std::string& path, const CsvOptions& options, const std::string& labels) {
  if (!options.ignore.empty()) throw UsageError(fmt::format("{}: columns of images cannot be ignored", path));
  const std::vector<std::string>& target = options.target.names();
  const bool is_label = target == std::vector<std::string>{"label"} && !labels.empty();
  if (target.empty() || !options.target_required || is_label) return;
  throw UsageError(
      fmt::format("{}: holds images without a column '{}', expected a file of labels", path, fmt::join(target, ",")));
}

}  // namespace

Dataset load_csv(const std::string& path, const CsvOptions& options) {
  return data::read_csv(*open_unzipped(path, options.max_size), path, options).value_or_throw();
}

Dataset load_idx(const std::string& images, const std::string& labels, std::uint64_t max_size) {
  return idx_table(*open_unzipped(images, max_size), images, labels, max_size);
}

Dataset load_npy(const std::string& path, const NpyOptions& options) {
  return npy_table(*open_unzipped(path, options.max_size), path, options);
}

Dataset load_table(const std::string& path, const CsvOptions& options, const std::string& labels) {
  const auto source = open_unzipped(path, options.max_size);
  std::array<char, 6> start = {};
  const std::size_t count = source->read(start).value_or_throw();
  if (const auto failure = source->rewind()) throw_failure(*failure);
  const std::string_view bytes(start.data(), count);
  if (bytes.starts_with("\x93NUMPY")) {
    return npy_table(*source, path,
                     {.target = options.target,
                      .target_required = options.target_required,
                      .ignore = options.ignore,
                      .labels = labels,
                      .max_size = options.max_size});
  }
  if (count >= 4 && bytes[0] == 0 && bytes[1] == 0) {
    check_idx_options(path, options, labels);
    return idx_table(*source, path, labels, options.max_size);
  }
  if (!labels.empty()) {
    throw UsageError(fmt::format("{}: is a table of text, and a file of labels belongs to IDX or NPY only", path));
  }
  return data::read_csv(*source, path, options).value_or_throw();
}

}  // namespace bprop
