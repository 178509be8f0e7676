// SPDX-License-Identifier: Apache-2.0
#include "data/idx.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <utility>

#include "data/column_choice.h"

namespace bprop::data {
namespace {

constexpr unsigned kUnsignedBytes = 0x08;

unsigned byte_at(std::span<const char> bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

Result<std::vector<std::uint32_t>> read_sizes(ByteSource& source, const std::string& name) {
  std::array<char, 4> magic = {};
  const auto got = read_exactly(source, magic, name, "the IDX header");
  if (!got) return got.failure();
  if (!*got) return format_failure(fmt::format("{}: is empty, expected an IDX file", name));
  if (byte_at(magic, 0) != 0 || byte_at(magic, 1) != 0) {
    return format_failure(fmt::format("{}: begins with the bytes {:02x} {:02x}, expected 00 00 of an IDX file", name,
                                      byte_at(magic, 0), byte_at(magic, 1)));
  }
  if (byte_at(magic, 2) != kUnsignedBytes) {
    return format_failure(
        fmt::format("{}, byte 3: found the type {:02x}, expected 08 (unsigned bytes)", name, byte_at(magic, 2)));
  }
  const std::size_t rank = byte_at(magic, 3);
  if (rank == 0) return format_failure(fmt::format("{}, byte 4: found the rank 0, expected 1 or more", name));
  std::string bytes(4 * rank, '\0');
  const auto more = read_exactly(source, bytes, name, "the IDX sizes");
  if (!more) return more.failure();
  if (!*more) return format_failure(fmt::format("{}: ends after 4 bytes, expected {} sizes", name, rank));
  std::vector<std::uint32_t> sizes(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    sizes[i] = byte_at(bytes, 4 * i) << 24 | byte_at(bytes, 4 * i + 1) << 16 | byte_at(bytes, 4 * i + 2) << 8 |
               byte_at(bytes, 4 * i + 3);
    if (sizes[i] == 0)
      return format_failure(fmt::format("{}: size {} of {} is 0, expected 1 or more", name, i + 1, rank));
  }
  return sizes;
}

}  // namespace

Result<IdxArray> read_idx(ByteSource& source, const std::string& name) {
  auto sizes = read_sizes(source, name);
  if (!sizes) return sizes.failure();
  const std::string shape = fmt::format("{}", fmt::join(*sizes, " x "));
  std::size_t width = 1;
  for (std::size_t i = 1; i < sizes->size(); ++i) {
    if ((*sizes)[i] > kMaxColumns / width) {
      return format_failure(fmt::format("{}: holds {} values, expected at most {} a row", name, shape, kMaxColumns));
    }
    width *= (*sizes)[i];
  }
  const std::uint64_t expected = std::uint64_t{sizes->front()} * width;  // < 2^32 · 2^22
  // Memory is taken as rows arrive, so that sizes which promise too much cost nothing.
  IdxArray array{std::move(*sizes), ChunkedRows<std::uint8_t>(width)};
  for (std::uint64_t row = 0; row < array.sizes.front(); ++row) {
    const auto count = source.read({reinterpret_cast<char*>(array.rows.append()), width});
    if (!count) return count.failure();
    if (*count < width) {
      return format_failure(fmt::format("{}: holds {} bytes after the header, expected {} ({})", name,
                                        row * width + *count, expected, shape));
    }
  }
  char extra = 0;
  const auto count = source.read({&extra, 1});
  if (!count) return count.failure();
  if (*count == 0) return array;
  return format_failure(fmt::format("{}: goes on after the {} bytes that its header announces ({}), expected its end",
                                    name, expected, shape));
}

Result<IdxArray> parse_idx(std::string_view bytes, const std::string& name) {
  return read_idx(*unzipped(memory_source(bytes), name).value_or_throw(), name);  // memory can be read
}

Result<Dataset> idx_dataset(IdxArray images, const std::string& images_name, const IdxArray* labels,
                            const std::string& labels_name) {
  auto table = std::make_shared<Table>();
  table->source = images_name;
  table->rows = images.rows.rows();
  for (std::string& name : numbered_names("pixel", images.rows.width())) {
    table->columns.push_back({.name = std::move(name), .kind = ColumnKind::kPixel});
  }
  table->bytes = std::move(images.rows);
  if (labels == nullptr) return Dataset(std::move(table));
  if (labels->sizes.size() != 1) {
    return format_failure(fmt::format("{}: holds an array of rank {}, expected rank 1, a label a row", labels_name,
                                      labels->sizes.size()));
  }
  if (labels->rows.rows() != table->rows) {
    return format_failure(fmt::format("{}: holds {} labels, expected {} as {} holds images", labels_name,
                                      labels->rows.rows(), table->rows, images_name));
  }
  table->targets = {table->columns.size()};
  table->columns.push_back({.name = "label"});
  table->numbers = ChunkedRows<double>(1);
  for (std::size_t row = 0; row < table->rows; ++row) *table->numbers.append() = labels->rows.row(row)[0];
  return Dataset(std::move(table));
}

}  // namespace bprop::data
