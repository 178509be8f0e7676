// SPDX-License-Identifier: Apache-2.0
//
// Zipped tables. The first byte chooses the format, and whether the rest is zipped here – then it reads as if it were
// not – or is what should be a zipped file.
#include <zlib.h>

#include "data/csv_table.h"
#include "data/idx.h"
#include "data/npy.h"
#include "target.h"

namespace bprop::fuzz {
namespace {

std::string zipped(std::string_view bytes) {
  z_stream stream = {};
  must(deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib begins");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  must(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib ends");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// The sentence of the refusal, or rows and columns.
std::string outcome(std::string_view bytes, unsigned format) {
  const auto of_table = [](const Result<Dataset>& table) {
    if (!table) return table.failure().message;
    return std::to_string(table->rows()) + " x " + std::to_string(table->columns().size());
  };
  if (format == 0) return of_table(data::parse_csv(bytes, "table", {.buffer_bytes = 4096}));
  if (format == 1) return of_table(data::parse_npy(bytes, "table"));
  const auto array = data::parse_idx(bytes, "table");
  return array ? std::to_string(array->rows.rows()) : array.failure().message;
}

}  // namespace

void examine(std::string_view bytes) {
  const unsigned choice = take_byte(bytes);
  const std::string as_it_is = outcome(bytes, choice % 4);
  if (choice < 128 || bytes.starts_with("\x1f\x8b")) return;
  const bool refused_for_its_size =
      as_it_is.find("bytes") != std::string::npos;  // known beforehand of a plain file only
  must(refused_for_its_size || outcome(zipped(bytes), choice % 4) == as_it_is,
       "a zipped table reads like the plain one");
}

}  // namespace bprop::fuzz
