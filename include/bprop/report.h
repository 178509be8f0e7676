// SPDX-License-Identifier: Apache-2.0
//
// report_html: the page of a run folder that train() filled: curves of loss and score, of δ and of gradients layer by
// layer, what the model says about held-out rows, the table and what is odd about it, the network, how to do it again.
//
//   bprop::write_whole_file("report.html", bprop::report_html("run"));
//
// One HTML file that opens offline: Chart.js draws the curves; without script tables and pictures stay. Light and dark,
// printable. Of a run that has not ended, or was broken off, there are only the curves.
#pragma once

#include <string>

namespace bprop {

// Throws IoError for a folder without a run of bprop or a file that cannot be read, FormatError for one that is no such
// file.
std::string report_html(const std::string& run_directory);

}  // namespace bprop
