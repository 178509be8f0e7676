// SPDX-License-Identifier: Apache-2.0
//
// Files that a run writes into its folder must not be written by anybody else.
#pragma once

#include <string>
#include <string_view>

namespace bprop::cli {

// Whether the path lies in the run's folder, which need not be there yet; never for "".
bool goes_to_run(const std::string& path, const std::string& run_directory);

// Throws UsageError when the path is that of a file of the run: "--output run/config.toml: the run writes there itself,
// expected another name".
void check_not_of_run(std::string_view option, const std::string& path, const std::string& run_directory);

// Those of `bprop train`, model and run folder, before training: throws as far as it can be known that the model could
// not be written, or the folder not be used.
void check_destinations(const std::string& output, const std::string& run_directory);

// The same of the log and of the folder for TensorBoard; "": there is none.
void check_logs(const std::string& log, const std::string& tensorboard, const std::string& output,
                const std::string& run_directory);

}  // namespace bprop::cli
