// SPDX-License-Identifier: Apache-2.0
//
// What a training leaves when it has ended: the model, what the page of its run says, and the last lines.
#pragma once

#include <string>

#include "bprop/dataset.h"
#include "bprop/run_summary.h"
#include "train_report.h"

namespace bprop::cli {

// Good weights, if there are any, go to the path, and the report says so; an end that was not planned gets a remark.
void write_model(TrainReport& report, const std::string& path);

// What the model that was written says of the rows, if there are any; who interrupts training waits no longer for it
// than a second.
void test_model(TrainReport& report, const Dataset& test, ThreadPool* pool);

// The table's rows, what the model says about those of the test (else of validation), and the importance of columns.
void add_rows(RunSummary& summary, const TrainValidationTest& parts, const TrainReport& report, ThreadPool* pool);

// report.html of a run folder; its path.
std::string write_page(const std::string& run_directory);

// When training stopped, how good the model is, what was written.
std::string end_text(const TrainReport& report);

}  // namespace bprop::cli
