// SPDX-License-Identifier: Apache-2.0
#include "data/npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "data/column_choice.h"
#include "data/npy_header.h"
#include "data/table.h"

namespace bprop::data {
namespace {

static_assert(std::endian::native == std::endian::little, "NPY values are copied as they stand");

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
constexpr std::size_t kValuesAtATime = std::size_t{1} << 14;

template <class Source>
void widen(std::span<const char> bytes, double* out) {
  for (std::size_t i = 0; i * sizeof(Source) < bytes.size(); ++i) {
    Source value;
    std::memcpy(&value, bytes.data() + i * sizeof(Source), sizeof(Source));
    out[i] = static_cast<double>(value);
  }
}

// In the order of NpyType.
constexpr std::array kWiden = {widen<float>,         widen<double>,       widen<std::int8_t>,  widen<std::int16_t>,
                               widen<std::int32_t>,  widen<std::int64_t>, widen<std::uint8_t>, widen<std::uint16_t>,
                               widen<std::uint32_t>, widen<std::uint64_t>};

class NpyTableReader {
 public:
  NpyTableReader(ByteSource& source, std::string name) : source_(source), name_(std::move(name)) {}

  Result<Dataset> read(const NpyOptions& options, const std::vector<double>* labels);

 private:
  std::optional<Failure> check_sizes();
  std::optional<Failure> make_columns(const NpyOptions& options, const std::vector<double>* labels);
  void append_row(const std::vector<double>* labels);
  std::optional<Failure> read_values(const std::vector<double>* labels);
  std::optional<Failure> store(std::size_t row, std::size_t column, double value);
  std::size_t column_in_memory(std::size_t k) const;

  ByteSource& source_;
  std::string name_;
  NpyHeader header_;
  std::string shape_;
  std::size_t rows_ = 0;
  std::size_t width_ = 1;            // columns of the file
  std::vector<std::size_t> places_;  // where each is kept; kNowhere when ignored
  std::shared_ptr<Table> table_ = std::make_shared<Table>();
};

std::optional<Failure> NpyTableReader::check_sizes() {
  shape_ = fmt::format("{}", fmt::join(header_.shape, " x "));
  if (header_.shape.empty()) {
    return format_failure(fmt::format("{}: holds a single value, expected an array with rows", name_));
  }
  for (const std::uint64_t size : header_.shape) {
    if (size == 0)
      return format_failure(fmt::format("{}: holds no value ({}), expected at least one row", name_, shape_));
  }
  if (header_.shape.front() > kMaxRows)
    return format_failure(fmt::format("{}: has more than {} rows", name_, kMaxRows));
  rows_ = header_.shape.front();
  for (std::size_t i = 1; i < header_.shape.size(); ++i) {
    if (header_.shape[i] > kMaxColumns / width_) {
      return format_failure(fmt::format("{}: holds {} values, expected at most {} a row", name_, shape_, kMaxColumns));
    }
    width_ *= header_.shape[i];
  }
  const std::uint64_t expected = std::uint64_t{rows_} * width_ * header_.value_bytes();  // < 2^32 · 2^22 · 2^3
  if (expected <= source_.size_bound()) return std::nullopt;
  return format_failure(
      fmt::format("{}: ends too early, expected {} bytes of values after the header ({})", name_, expected, shape_));
}

std::optional<Failure> NpyTableReader::make_columns(const NpyOptions& options, const std::vector<double>* labels) {
  const bool in_bytes = header_.type == NpyType::kUint8;
  const bool pixels = in_bytes && header_.shape.size() >= 3;
  auto names = numbered_names(pixels ? "pixel" : "column", width_);
  if (labels != nullptr && !options.target.empty() && options.target.names() != std::vector<std::string>{"label"}) {
    return usage_failure(fmt::format("{}: has both labels and the target '{}', expected one of them", name_,
                                     fmt::join(options.target.names(), ",")));
  }
  const auto choice = choose_columns(name_, names, labels != nullptr ? TargetNames() : options.target,
                                     options.target_required, options.ignore);
  if (!choice) return choice.failure();
  places_.assign(width_, kNowhere);
  for (std::size_t c = 0; c < width_; ++c) {
    if (choice->ignored[c]) continue;
    places_[c] = table_->columns.size();
    table_->columns.push_back({.name = std::move(names[c]), .kind = pixels ? ColumnKind::kPixel : ColumnKind::kNumber});
  }
  for (const std::size_t target : choice->targets) table_->targets.push_back(places_[target]);
  const std::size_t kept = table_->columns.size();
  if (kept == 0)
    return usage_failure(fmt::format("{}: all {} columns are to be ignored, expected one to be left", name_, width_));
  table_->bytes = ChunkedRows<std::uint8_t>(in_bytes ? kept : 0);
  table_->numbers = ChunkedRows<double>((in_bytes ? 0 : kept) + (labels != nullptr ? 1 : 0));
  if (labels != nullptr) {
    table_->targets = {kept};
    const auto missing = std::count_if(labels->begin(), labels->end(), [](double label) { return label != label; });
    table_->columns.push_back({.name = "label", .missing = static_cast<std::size_t>(missing)});
  }
  return std::nullopt;
}

void NpyTableReader::append_row(const std::vector<double>* labels) {
  table_->bytes.append();
  double* numbers = table_->numbers.append();
  if (labels != nullptr) numbers[table_->numbers.width() - 1] = (*labels)[table_->rows];
  ++table_->rows;
}

// Which column, counted in C order, stands k-th in a file in Fortran order (second axis fastest).
std::size_t NpyTableReader::column_in_memory(std::size_t k) const {
  std::size_t column = 0;
  std::size_t stride = width_;
  for (std::size_t axis = 1; axis < header_.shape.size(); ++axis) {
    stride /= header_.shape[axis];
    column += k % header_.shape[axis] * stride;
    k /= header_.shape[axis];
  }
  return column;
}

std::optional<Failure> NpyTableReader::store(std::size_t row, std::size_t column, double value) {
  const std::size_t place = places_[column];
  if (place == kNowhere) return std::nullopt;
  if (table_->bytes.width() > 0) {
    table_->bytes.row(row)[place] = static_cast<std::uint8_t>(value);
    return std::nullopt;
  }
  if (value - value != 0) {  // NaN or infinite
    if (value == value) {
      return format_failure(fmt::format("{}, row {}, column '{}': found an infinity, expected a finite number", name_,
                                        row + 1, table_->columns[place].name));
    }
    ++table_->columns[place].missing;
  }
  table_->numbers.row(row)[place] = value;
  return std::nullopt;
}

std::optional<Failure> NpyTableReader::read_values(const std::vector<double>* labels) {
  const std::size_t value_bytes = header_.value_bytes();
  const std::size_t total = rows_ * width_;
  std::vector<char> bytes(kValuesAtATime * value_bytes);
  std::vector<double> values(kValuesAtATime);
  const std::size_t run = header_.fortran_order ? rows_ : width_;  // values beside each other in the file
  std::size_t outer = 0;
  std::size_t inner = 0;
  std::size_t column = header_.fortran_order ? column_in_memory(0) : 0;
  for (std::size_t done = 0; done < total;) {
    const std::span<char> piece(bytes.data(), std::min(kValuesAtATime, total - done) * value_bytes);
    const auto count = source_.read(piece);
    if (!count) return count.failure();
    if (*count < piece.size()) {
      return format_failure(fmt::format("{}: holds {} bytes of values, expected {} ({})", name_,
                                        done * value_bytes + *count, total * value_bytes, shape_));
    }
    kWiden[static_cast<std::size_t>(header_.type)](piece, values.data());
    for (std::size_t i = 0; i < piece.size() / value_bytes; ++i) {
      const std::size_t row = header_.fortran_order ? inner : outer;
      if (row == table_->rows) append_row(labels);  // memory is taken as rows arrive
      if (auto failure = store(row, header_.fortran_order ? column : inner, values[i])) return failure;
      if (++inner < run) continue;
      inner = 0;
      ++outer;
      if (header_.fortran_order && outer < width_) column = column_in_memory(outer);
    }
    done += piece.size() / value_bytes;
  }
  char extra = 0;
  const auto count = source_.read({&extra, 1});
  if (!count) return count.failure();
  if (*count == 0) return std::nullopt;
  return format_failure(
      fmt::format("{}: goes on after the {} bytes of values that its header announces ({}), expected "
                  "its end",
                  name_, total * value_bytes, shape_));
}

Result<Dataset> NpyTableReader::read(const NpyOptions& options, const std::vector<double>* labels) {
  auto header = read_npy_header(source_, name_);
  if (!header) return header.failure();
  header_ = std::move(*header);
  if (auto failure = check_sizes()) return *failure;
  if (labels != nullptr && labels->size() != rows_) {
    return format_failure(
        fmt::format("{}: holds {} labels, expected {} as {} holds rows", options.labels, labels->size(), rows_, name_));
  }
  if (auto failure = make_columns(options, labels)) return *failure;
  if (auto failure = read_values(labels)) return *failure;
  table_->source = name_;
  return Dataset(std::move(table_));
}

}  // namespace

Result<Dataset> read_npy(ByteSource& source, const std::string& name, const NpyOptions& options,
                         const std::vector<double>* labels) {
  return NpyTableReader(source, name).read(options, labels);
}

Result<Dataset> parse_npy(std::string_view bytes, const std::string& name, const NpyOptions& options,
                          const std::vector<double>* labels) {
  return read_npy(*unzipped(memory_source(bytes), name).value_or_throw(), name, options, labels);  // memory can be read
}

Result<std::vector<double>> read_npy_labels(ByteSource& source, const std::string& name) {
  const auto data = read_npy(source, name, {}, nullptr);
  if (!data) return data.failure();
  if (data->columns().size() != 1) {
    return format_failure(
        fmt::format("{}: holds {} values a row, expected one label a row", name, data->columns().size()));
  }
  std::vector<double> labels(data->rows());
  for (std::size_t row = 0; row < labels.size(); ++row) labels[row] = data->cell(row, 0);
  return labels;
}

}  // namespace bprop::data
