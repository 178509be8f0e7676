// SPDX-License-Identifier: Apache-2.0
#include "data/csv_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "data/column_choice.h"
#include "data/table.h"

namespace bprop::data {

bool CsvColumn::note_text(std::string_view text, bool is_number, std::size_t row) {
  column.numbers += is_number ? 1 : 0;
  if (is_number && (!is_target || digits_survive(trim(text)))) return false;
  if (!column.first_text.empty() && (is_number || !first_text_is_number_)) return false;
  first_text_is_number_ = is_number;
  column.first_text_row = row;
  column.first_text = text;
  return true;
}

std::size_t CsvColumns::kept() const {
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& c) { return !c.ignored; }));
}

void CsvColumns::begin_pass() {
  for (CsvColumn& column : all) {
    column.column.missing = 0;
    column.column.too_many_categories = false;
    column.column.numbers = 0;
    column.column.first_text.clear();
    column.is_text = column.must_be_text;
    column.number_seen = false;
    column.watches_digits = !column.must_be_number && !column.must_be_text;
    column.infinite_line = 0;
    column.texts.reset();
  }
  dictionary_bytes_ = 0;
}

bool CsvColumns::find_codes() {
  bool found = false;
  for (CsvColumn& column : all) {
    if (column.is_text || !column.number_seen || !column.watches_digits || column.is_target) continue;
    column.must_be_text = true;
    found = true;
  }
  return found;
}

double CsvColumns::code(CsvColumn& column, std::string_view text) {
  if (column.column.too_many_categories) return kMissing;
  if (!column.texts) column.texts = std::make_unique<TextDictionary>();
  const std::size_t before = column.texts->bytes();
  const std::uint32_t code = column.texts->code(text);
  dictionary_bytes_ += column.texts->bytes() - before;
  if (column.texts->size() > kMaxCategories) {
    drop_texts(column);
  } else if (dictionary_bytes_ > kMaxDictionaryBytes) {
    const auto bytes = [](const CsvColumn& c) { return c.texts ? c.texts->bytes() : 0; };
    drop_texts(*std::max_element(all.begin(), all.end(),
                                 [&](const CsvColumn& a, const CsvColumn& b) { return bytes(a) < bytes(b); }));
  }
  return code;
}

void CsvColumns::drop_texts(CsvColumn& column) {
  dictionary_bytes_ -= column.texts->bytes();
  column.texts.reset();
  column.column.too_many_categories = true;
}

Result<CsvColumns> name_csv_columns(std::vector<std::string> names, const std::string& source, std::size_t line,
                                    const CsvOptions& options) {
  if (auto failure = equal_names(fmt::format("{}, line {}", source, line), names)) return *failure;
  const auto choice = choose_columns(source, names, options.target, options.target_required, options.ignore);
  if (!choice) return choice.failure();
  std::map<std::string_view, ColumnKind> hints;
  for (const ColumnHint& hint : options.hints) hints.emplace(hint.name, hint.kind);
  CsvColumns columns;
  columns.all.resize(names.size());
  std::vector<std::size_t> places(names.size());
  std::size_t kept = 0;
  for (std::size_t c = 0; c < names.size(); ++c) {
    CsvColumn& column = columns.all[c];
    const auto hint = hints.find(names[c]);
    column.ignored = choice->ignored[c];
    column.must_be_text = hint != hints.end() && hint->second == ColumnKind::kText;
    column.must_be_number = hint != hints.end() && hint->second != ColumnKind::kText;
    column.column.name = std::move(names[c]);
    places[c] = kept;
    kept += column.ignored ? 0 : 1;
  }
  for (const std::size_t target : choice->targets) {
    columns.all[target].is_target = true;
    columns.targets.push_back(places[target]);
  }
  if (kept > 0) return columns;
  return usage_failure(
      fmt::format("{}: all {} columns are to be ignored, expected one to be left", source, columns.all.size()));
}

}  // namespace bprop::data
