// SPDX-License-Identifier: Apache-2.0
#include "output_path.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include "bprop/error.h"
#include "data_options.h"

namespace bprop::cli {
namespace {

constexpr std::string_view kRead[] = {"MODEL",  "DATA",       "WEIGHTS",           "labels",
                                      "test",   "validation", "validation-labels", "test-labels",
                                      "config", "grade",      "expression-file",   "trace"};

bool same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(a, ignored) && std::filesystem::equivalent(a, b, ignored);
}

}  // namespace

void check_not_read(const std::string& output, const Options& options) {
  const auto check = [&](const std::string& input, std::string_view what) {
    if (!same_file(output, input)) return;
    throw UsageError(fmt::format("--output {}: is the same file as {}, expected another", output, what));
  };
  for (const std::string_view name : kRead) {
    const Option* option = options.find(name);
    if (option == nullptr) continue;
    for (const std::string& input : option->texts) check(input, option->origin);
    if (name == "trace" && !option->texts.empty()) {
      check((std::filesystem::path(option->texts.front()) / "trace.safetensors").string(), "the trace of --trace");
    }
    if (name == "DATA" && !option->texts.empty()) check(labels_beside(option->texts.front()), "the labels of DATA");
  }
}

}  // namespace bprop::cli
