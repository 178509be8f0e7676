// SPDX-License-Identifier: Apache-2.0
//
// The columns of a CSV file while it is read: what is known of their kind, and the texts met so far.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bprop/dataset.h"
#include "data/number_text.h"
#include "data/text_dictionary.h"

namespace bprop::data {

struct CsvColumn {
  // Known from the options, or learnt on an earlier pass.
  bool ignored = false;
  bool is_target = false;
  bool must_be_number = false;
  bool must_be_text = false;

  // Of this pass.
  Column column;
  bool is_text = false;
  bool number_seen = false;
  bool watches_digits = false;    // the target of numbers; another column until the first number whose digits survive
  std::size_t infinite_line = 0;  // the first cell that is infinite: an error unless the column turns out to be text
  std::string infinite_text;
  std::unique_ptr<TextDictionary> texts;

  // Whether this number is better kept as it is written.
  bool loses_digits(std::string_view number) {
    if (!watches_digits) return false;
    const bool survive = digits_survive(number);
    if (survive) watches_digits = is_target;
    return is_target && !survive;
  }
  // Counts a cell of text for Column::numbers and first_text. True if it became the first text.
  bool note_text(std::string_view text, bool is_number, std::size_t row);

 private:
  bool first_text_is_number_ = false;
};

class CsvColumns {
 public:
  static constexpr std::size_t kMaxCategories = 65'536;                      // of a column
  static constexpr std::size_t kMaxDictionaryBytes = std::size_t{24} << 20;  // of all columns

  std::vector<CsvColumn> all;
  std::vector<std::size_t> targets;  // among those that are not ignored, in the order they were asked for

  std::size_t kept() const;  // how many are not ignored
  void begin_pass();
  // Columns of which every number would lose digits, so that they must be text; says whether there is one.
  bool find_codes();

  // The code of a text. When texts get too many or too large, a column loses all of its own (NaN from then on).
  double code(CsvColumn& column, std::string_view text);

 private:
  void drop_texts(CsvColumn& column);

  std::size_t dictionary_bytes_ = 0;
};

// Columns with these names, which stand on `line`, as the options want them.
Result<CsvColumns> name_csv_columns(std::vector<std::string> names, const std::string& source, std::size_t line,
                                    const CsvOptions& options);

}  // namespace bprop::data
