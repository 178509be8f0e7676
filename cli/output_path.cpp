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

void check_not_read(const std::string& output, const Options& options, std::string_view option) {
  const auto check = [&](const std::string& input, std::string_view what) {
    if (!same_file(output, input)) return;
    throw UsageError(fmt::format("--{} {}: is the same file as {}, expected another", option, output, what));
  };
  for (const std::string_view name : kRead) {
    const Option* read = options.find(name);
    if (read == nullptr) continue;
    for (const std::string& input : read->texts) check(input, read->origin);
    if (name == "trace" && !read->texts.empty()) {
      check((std::filesystem::path(read->texts.front()) / "trace.safetensors").string(), "the trace of --trace");
    }
    if (name == "DATA" && !read->texts.empty()) check(labels_beside(read->texts.front()), "the labels of DATA");
  }
}

}  // namespace bprop::cli
