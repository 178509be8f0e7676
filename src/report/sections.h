// SPDX-License-Identifier: Apache-2.0
//
// The sections of the page in their order. Each gives the HTML below its heading; "" leaves the section out.
#pragma once

#include <string>

#include "report/run_files.h"

namespace bprop::report {

std::string overview(const RunFiles& run);            // how it ended, the numbers that matter
std::string curves(const RunFiles& run);              // loss, score, learning rate by epoch
std::string layer_curves(const RunFiles& run);        // what the doctor saw
std::string held_out_section(const RunFiles& run);    // confusion or predicted against true; calibration; worst rows
std::string importance_section(const RunFiles& run);  // which columns the model goes by
std::string data_section(const RunFiles& run);        // rows, columns, warnings
std::string network_section(const RunFiles& run);     // its drawing
std::string reproduction(const RunFiles& run);        // command, version, seed, fingerprints, configuration

}  // namespace bprop::report
