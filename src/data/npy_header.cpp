// SPDX-License-Identifier: Apache-2.0
#include "data/npy_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace bprop::data {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 16;
constexpr std::size_t kMaxRank = 32;  // NumPy's own limit

constexpr std::pair<std::string_view, NpyType> kTypes[] = {
    {"<f4", NpyType::kFloat32}, {"<f8", NpyType::kFloat64}, {"|i1", NpyType::kInt8},   {"<i2", NpyType::kInt16},
    {"<i4", NpyType::kInt32},   {"<i8", NpyType::kInt64},   {"|u1", NpyType::kUint8},  {"|b1", NpyType::kUint8},
    {"<u2", NpyType::kUint16},  {"<u4", NpyType::kUint32},  {"<u8", NpyType::kUint64},
};

// Reads Python's dictionary of three keys, one token after the other.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : rest_(text) {}

  bool take(std::string_view token) {
    skip_space();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  std::optional<std::string_view> quoted() {
    skip_space();
    if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) return std::nullopt;
    const auto end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    const auto text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::optional<std::vector<std::uint64_t>> tuple() {
    if (!take("(")) return std::nullopt;
    std::vector<std::uint64_t> sizes;
    while (!take(")")) {
      skip_space();
      std::uint64_t size = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
      if (error != std::errc() || sizes.size() == kMaxRank) return std::nullopt;
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      sizes.push_back(size);
      if (take(")")) break;
      if (!take(",")) return std::nullopt;
    }
    return sizes;
  }

  bool at_end() {
    skip_space();
    return rest_.empty();
  }

 private:
  void skip_space() {
    const auto first = rest_.find_first_not_of(" \t\n");
    rest_.remove_prefix(std::min(first, rest_.size()));
  }
  std::string_view rest_;
};

Result<NpyType> type_named(std::string_view descr, const std::string& name) {
  const auto* const known =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const auto& type) { return type.first == descr; });
  if (known != std::end(kTypes)) return known->second;
  return format_failure(
      fmt::format("{}: holds values of type '{}', expected little-endian float32 or float64, an integer type or bool",
                  name, descr));
}

}  // namespace

std::size_t NpyHeader::value_bytes() const {
  switch (type) {
    case NpyType::kInt8:
    case NpyType::kUint8: return 1;
    case NpyType::kInt16:
    case NpyType::kUint16: return 2;
    case NpyType::kFloat32:
    case NpyType::kInt32:
    case NpyType::kUint32: return 4;
    default: return 8;
  }
}

Result<NpyHeader> parse_npy_text(std::string_view text, const std::string& name) {
  const auto malformed = [&] {
    return format_failure(fmt::format(
        "{}: the NPY header is malformed, expected {{'descr': …, 'fortran_order': …, 'shape': (…)}}", name));
  };
  NpyHeader header;
  bool descr_seen = false;
  bool order_seen = false;
  bool shape_seen = false;
  TextReader reader(text);
  if (!reader.take("{")) return malformed();
  while (!reader.take("}")) {
    const auto key = reader.quoted();
    if (!key || !reader.take(":")) return malformed();
    if (*key == "descr" && !std::exchange(descr_seen, true)) {
      const auto descr = reader.quoted();
      if (!descr) return type_named("a structure", name).failure();
      const auto type = type_named(*descr, name);
      if (!type) return type.failure();
      header.type = *type;
    } else if (*key == "fortran_order" && !std::exchange(order_seen, true)) {
      header.fortran_order = reader.take("True");
      if (!header.fortran_order && !reader.take("False")) return malformed();
    } else if (*key == "shape" && !std::exchange(shape_seen, true)) {
      auto shape = reader.tuple();
      if (!shape) return malformed();
      header.shape = std::move(*shape);
    } else {
      return malformed();
    }
    if (reader.take("}")) break;
    if (!reader.take(",")) return malformed();
  }
  if (!descr_seen || !order_seen || !shape_seen || !reader.at_end()) return malformed();
  return header;
}

Result<NpyHeader> read_npy_header(ByteSource& source, const std::string& name) {
  std::array<char, 8> start = {};
  const auto got = read_exactly(source, start, name, "the NPY header");
  if (!got) return got.failure();
  if (!*got) return format_failure(fmt::format("{}: is empty, expected an NPY file", name));
  if (!std::string_view(start.data(), start.size()).starts_with(kNpyMagic)) {
    return format_failure(fmt::format("{}: does not begin with \\x93NUMPY, expected an NPY file", name));
  }
  const int version = static_cast<unsigned char>(start[6]);
  if (version < 1 || version > 3) {
    return format_failure(fmt::format("{}: is NPY version {}, expected 1, 2 or 3", name, version));
  }
  std::array<char, 4> length = {};
  const auto length_got = read_exactly(source, std::span(length).first(version == 1 ? 2 : 4), name, "the NPY header");
  if (!length_got) return length_got.failure();
  std::size_t text_bytes = 0;
  for (std::size_t i = 0; i < 4; ++i) text_bytes |= std::size_t{static_cast<unsigned char>(length[i])} << (8 * i);
  if (text_bytes > kMaxTextBytes) {
    return format_failure(
        fmt::format("{}: announces a header of {} bytes, expected at most {}", name, text_bytes, kMaxTextBytes));
  }
  std::string text(text_bytes, '\0');
  const auto text_got = read_exactly(source, text, name, "the NPY header");
  if (!text_got) return text_got.failure();
  if (!*text_got || !*length_got) return format_failure(fmt::format("{}: ends inside the NPY header", name));
  return parse_npy_text(text, name);
}

}  // namespace bprop::data
