// SPDX-License-Identifier: Apache-2.0
//
// usage: write_old_files FOLDER. Makes the files that this version writes; by hand, once a version.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include "old_files/kept_run.h"

namespace bprop {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBrokenOffAfter = 3;  // epochs

void write(const fs::path& folder) {
  fs::create_directories(folder);
  TrainObserver observer;
  observer.epoch = [&](const EpochReport& report) {
    if (report.epoch == kBrokenOffAfter) fs::copy(folder / "all", folder / "run", fs::copy_options::recursive);
  };
  const Model model = train(table(), options((folder / "all").string()), observer).model;
  save(model, (folder / "model.safetensors").string());
  fs::copy(folder / "all" / "metrics.jsonl", folder / "metrics.jsonl");
  fs::remove_all(folder / "all");
  const std::vector<float> output = predictions(model);
  std::ofstream(folder / "predictions.f32", std::ios::binary)
      .write(reinterpret_cast<const char*>(output.data()), static_cast<std::streamsize>(output.size() * sizeof(float)));
}

}  // namespace
}  // namespace bprop

int main(int count, char** words) {
  if (count != 2) {
    std::fputs("usage: write_old_files FOLDER\n", stderr);
    return 2;
  }
  try {
    bprop::write(words[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_old_files: %s\n", error.what());
    return 1;
  }
}
