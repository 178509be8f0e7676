// SPDX-License-Identifier: Apache-2.0
//
// Dataset: a table that never changes, read from CSV, IDX or NPY. Copies and selections of rows share the cells.
//
//   auto data = bprop::load_csv("digits.csv", {.target = "digit"});
//   auto [train, test] = bprop::split(data, {.test = 0.2, .seed = 1});
//
// Rows and columns are counted from 0 here, lines of a file and the texts for people from 1. Reading throws IoError
// when the system refuses, FormatError when the bytes are wrong (file, line, column, found, expected), UsageError when
// the options ask for what the file does not have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bprop {

enum class ColumnKind : std::uint8_t {
  kNumber,  // a double; missing is NaN, never infinite
  kText,    // the position of its text in `categories`; missing is NaN
  kPixel,   // 0 … 255, never missing
};
std::string_view name(ColumnKind kind);  // "number", "text", "pixel"

struct Column {
  std::string name = {};
  ColumnKind kind = ColumnKind::kNumber;
  std::vector<std::string> categories = {};  // text: the distinct cells of the whole table, sorted bytewise
  std::size_t missing = 0;                   // cells of the whole table without a value
  // Text with more than 65,536 distinct cells, or with too long ones (24 MB in all columns): none of them is kept,
  // `categories` is empty, every cell is NaN.
  bool too_many_categories = false;
  // Text from CSV, of the whole table: how many cells are numbers all the same, and the first that made it text.
  std::size_t numbers = 0;
  std::size_t first_text_row = 0;
  std::string first_text = {};  // "": none, every cell is a number whose digits matter (see load_csv)
};

namespace data {
struct Table;
}

class Dataset {
 public:
  Dataset();  // no row, no column
  explicit Dataset(std::shared_ptr<const data::Table> table);

  std::size_t rows() const { return rows_; }
  std::span<const Column> columns() const;
  std::span<const std::size_t> targets() const;  // which columns are to be predicted
  std::optional<std::size_t> target() const;     // the first of them
  bool is_target(std::size_t column) const;
  std::optional<std::size_t> find(std::string_view column) const;  // by name
  const std::string& source() const;                               // the path, for messages

  // The cell as stored (ColumnKind says how), and as text: "3.5", "red", "" when missing.
  double cell(std::size_t row, std::size_t column) const;
  std::string text(std::size_t row, std::size_t column) const;

  // Where a row of this selection stands in the source: its number among all rows read, and "people.csv, line 7".
  std::size_t source_row(std::size_t row) const { return selection_ ? (*selection_)[row] : row; }
  std::string where(std::size_t row) const;

  // These rows of this dataset, in this order. Four bytes a row. Throws UsageError when a row does not exist.
  Dataset select(std::vector<std::uint32_t> rows) const;

  // For bprop's own layers (src/data/table.h).
  const data::Table& table() const { return *table_; }

 private:
  std::shared_ptr<const data::Table> table_;
  std::shared_ptr<const std::vector<std::uint32_t>> selection_;  // none: all rows
  std::size_t rows_ = 0;
};

enum class Header : std::uint8_t { kAutomatic, kPresent, kAbsent };

// A column that must be read as this kind whatever its cells look like; names that the file lacks are passed over.
struct ColumnHint {
  std::string name = {};
  ColumnKind kind = ColumnKind::kNumber;
};

// The columns to be predicted, in this order. A text is a column's name; or its number from 1 if no column has that
// name ("5"); or, if that is no column either, several of these with commas between ("height,weight").
class TargetNames {
 public:
  TargetNames() = default;  // the table has no target
  TargetNames(std::string name) : TargetNames(std::vector{std::move(name)}) {}
  TargetNames(const char* name) : TargetNames(std::string(name)) {}
  TargetNames(std::initializer_list<std::string> names) : TargetNames(std::vector(names)) {}
  TargetNames(std::vector<std::string> names) : names_(std::move(names)) { std::erase(names_, ""); }

  bool empty() const { return names_.empty(); }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

// What a zipped file may become when it is read, unless the options say another size: a small file can stand for one
// that no disk holds.
inline constexpr std::uint64_t kMaxUnzipped = std::uint64_t{64} << 30;

struct CsvOptions {
  // Changes the result.
  // A column is named, or counted from 1 if no column has that name ("5").
  TargetNames target = {};               // several: a number each, or a label each
  bool target_required = true;           // false: reading goes on without a target that the file lacks (predicting)
  std::vector<std::string> ignore = {};  // columns that are not read
  std::vector<ColumnHint> hints = {};    // from column_hints(preprocessing) when a model is used
  char delimiter = 0;                  // 0: the one of tab ; | , that divides the first lines into equally many fields
  char decimal = 0;                    // '.' or ','; 0: from the first number with a fraction (see load_csv)
  Header header = Header::kAutomatic;  // absent if the first line has numbers only; names are then column1, column2, …
  std::uint64_t max_size = kMaxUnzipped;  // of a zipped file, in bytes: more is a FormatError; 0: no limit
  // Changes only speed.
  std::size_t buffer_bytes = std::size_t{1} << 20;  // read at a time
};

// A table of text, UTF-8, also gzipped (told by its first bytes). Fields may be quoted ("say ""hi"""), and quoted
// fields may span lines; blank lines are passed over. Missing: empty, NA, NaN, nan, ?, null. A column is text when one
// cell is neither missing nor a number; then all its cells are kept as they are written. It is also text when it would
// lose digits as numbers: integers with leading zeros (007) or with more than 15 digits. In the target one such cell is
// enough, in another column all must be such; a hint has the last word. A text that is kept – a name, a category – and
// is not UTF-8 is a FormatError. The decimal sign, if it is not
// given, is told from the first 256 KB, or by the first number with a fraction behind them; a comma only if it is not
// the delimiter. A cell that would be a number with the other sign is then a FormatError, never a reason to take the
// column for text.
// Memory: 8 bytes a value + 64 MB at most. Time: one pass, a second one if a column of numbers turns out to be text.
Dataset load_csv(const std::string& path, const CsvOptions& options = {});

// Images in the IDX format of MNIST (unsigned bytes, any rank, also gzipped), one row an image, columns pixel1, …; with
// labels (a path, or "" for none) a last column `label`, which is the target. One byte a pixel.
Dataset load_idx(const std::string& images, const std::string& labels = "", std::uint64_t max_size = kMaxUnzipped);

struct NpyOptions {
  // Changes the result.
  TargetNames target = {};               // as in CsvOptions: of column1, column2, …, or their numbers
  bool target_required = true;           //
  std::vector<std::string> ignore = {};  //
  std::string labels = {};  // path of a 1-D NPY with a value a row: a last column `label`, which is the target
  std::uint64_t max_size = kMaxUnzipped;  // as in CsvOptions
};

// A NumPy array (.npy, versions 1–3; bool, int, unsigned int, float32, float64; little-endian; either order), also
// gzipped: the first axis counts rows, the others are flattened to column1, column2, …. Arrays of unsigned bytes with
// three axes or more are images: pixel1, pixel2, …, as load_idx calls them. Unsigned bytes take one byte each.
Dataset load_npy(const std::string& path, const NpyOptions& options = {});

// Whichever of the three the first bytes show. `labels` only with IDX and NPY.
Dataset load_table(const std::string& path, const CsvOptions& options = {}, const std::string& labels = "");

// Numbers in memory, row-major (rows × names.size()), copied. NaN is missing. Throws ShapeError when the cells do not
// fill the rows, FormatError when one is infinite, UsageError when two names are equal.
Dataset make_dataset(std::vector<std::string> names, std::span<const double> cells, const TargetNames& target = {});

// Changes the result.
struct SplitOptions {
  double test = 0.2;                  // of all rows; 0: no test rows
  double validation = 0;              // of the rows that the test left
  std::uint64_t seed = 0;             //
  std::optional<bool> stratify = {};  // each class in equal shares; by default if the one target looks like classes
};

struct TrainTest {
  Dataset train, test;
};
struct TrainValidationTest {
  Dataset train, validation, test;
  std::vector<std::string> warnings = {};  // classes too small to be in every part: one sentence a part
};

// Rows are dealt at random, rounded up (as scikit-learn does), each part in the order of the source. Stratified: by
// largest remainder, and every class keeps a row in training; the larger ones make up for what the smallest cannot
// give. The test rows do not depend on `validation`. split() refuses a `validation` other than 0. Throws UsageError for
// fractions outside [0, 1), and when classes of several targets are to have equal shares.
TrainTest split(const Dataset& data, const SplitOptions& options = {});
TrainValidationTest split_three(const Dataset& data, const SplitOptions& options = {});

}  // namespace bprop
