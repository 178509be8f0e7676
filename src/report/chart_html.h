// SPDX-License-Identifier: Apache-2.0
//
// Pieces of the page: charts, numbers, tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bprop/figure.h"

namespace bprop::report {

struct ChartStyle {
  bool may_be_log = false;  // a button makes the axis of y logarithmic, and linear again
  bool over_time = false;   // x are epochs or updates, from 0 to the last
};

// <figure>: caption, the curves as JSON for report.js, and as SVG for who has no script. The caption is HTML; labels
// and names of series are plain text.
std::string chart_html(std::string_view id, const Chart& chart, std::string_view caption, ChartStyle style = {});

std::string number_html(double x);       // "0.04321"; "–" for NaN
std::string count_html(std::size_t n);   // "1,797"
std::string percent_html(double share);  // "98.3 %"; "–" for NaN

// A cell's text is HTML already; `text` of a column: it is words, not numbers.
struct TableColumn {
  std::string head;
  bool text = false;
};
std::string table_html(std::string_view caption, const std::vector<TableColumn>& columns,
                       const std::vector<std::vector<std::string>>& rows);

}  // namespace bprop::report
