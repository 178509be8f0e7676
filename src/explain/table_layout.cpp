// SPDX-License-Identifier: Apache-2.0
#include "explain/table_layout.h"

#include <algorithm>

namespace bprop::explaining {
namespace {

constexpr std::size_t kReadable = 16;  // no cell is broken into narrower lines to keep a table together

class TableLayout {
 public:
  TableLayout(const std::vector<ColumnWidth>& columns, std::size_t room, std::size_t gap)
      : columns_(columns), room_(room), gap_(gap) {}

  std::vector<TablePart> operator()() const {
    std::vector<TablePart> parts = {{{0, least(0)}}};
    for (std::size_t c = 1; c < columns_.size(); ++c) {
      if (!fits(with(parts.back(), c)) && parts.back().size() > 1) parts.push_back({{0, least(0)}});
      parts.back() = with(parts.back(), c);
    }
    for (TablePart& part : parts) {
      if (!fits(part)) tighten(part);
      if (!fits(part)) return {};
      widen(part);
    }
    return parts;
  }

 private:
  std::size_t least(std::size_t c) const {
    return std::min(columns_[c].natural, std::max(columns_[c].least, kReadable));
  }

  TablePart with(TablePart part, std::size_t c) const {
    part.push_back({c, least(c)});
    return part;
  }

  std::size_t width(const TablePart& part) const {
    std::size_t sum = gap_ * (part.size() - 1);
    for (const PlacedColumn& placed : part) sum += placed.width;
    return sum;
  }
  bool fits(const TablePart& part) const { return room_ == 0 || width(part) <= room_; }

  void tighten(TablePart& part) const {
    for (PlacedColumn& placed : part) placed.width = columns_[placed.column].least;
  }

  // What room is left goes, a character at a time, to the narrowest of those that want more.
  void widen(TablePart& part) const {
    for (;;) {
      PlacedColumn* narrowest = nullptr;
      for (PlacedColumn& placed : part) {
        if (placed.width >= columns_[placed.column].natural) continue;
        if (narrowest == nullptr || placed.width < narrowest->width) narrowest = &placed;
      }
      if (narrowest == nullptr || (room_ > 0 && width(part) >= room_)) return;
      ++narrowest->width;
    }
  }

  const std::vector<ColumnWidth>& columns_;
  std::size_t room_;
  std::size_t gap_;
};

}  // namespace

std::vector<TablePart> table_layout(const std::vector<ColumnWidth>& columns, std::size_t room, std::size_t gap) {
  if (columns.empty()) return {};
  return TableLayout(columns, room, gap)();
}

}  // namespace bprop::explaining
