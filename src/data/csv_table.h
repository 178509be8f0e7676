// SPDX-License-Identifier: Apache-2.0
//
// A table from CSV. Columns are taken for numbers until a cell is text. If numbers stood above it, their exact text is
// gone: the rest of the file is only looked at for more such columns, and then read again with those columns as text.
// (In 4,096 rows at least, so that a file has three passes at most.) Columns whose numbers would all lose digits are
// known at the end of a pass, and mean one more. If no number of the first 256 KB has a fraction,
// the first one that comes after them settles the decimal sign, and a comma there means one more pass.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "bprop/dataset.h"
#include "data/byte_source.h"
#include "data/table.h"

namespace bprop::data {

// On input: the bytes of a file, plain or gzipped; `name` stands in error texts.
Result<Dataset> parse_csv(std::string_view bytes, const std::string& name, const CsvOptions& options = {});

// On input: unzipped and at its start.
Result<Dataset> read_csv(ByteSource& source, const std::string& name, const CsvOptions& options,
                         std::size_t most_rows = kMaxRows);

}  // namespace bprop::data
