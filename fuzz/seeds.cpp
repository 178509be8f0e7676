// SPDX-License-Identifier: Apache-2.0
//
// fuzz_seeds FOLDER: for each target of binary files FOLDER/TARGET/ with small files to begin with.
#include <filesystem>
#include <initializer_list>

#include "bprop/model.h"
#include "checkpoint/safetensors_writer.h"
#include "checkpoint_run.h"
#include "safetensors_input.h"
#include "scratch.h"

namespace bprop::fuzz {
namespace {

std::string root;

void seed(const std::string& target, const std::string& name, const std::string& bytes) {
  std::filesystem::create_directories(root + "/" + target);
  put(root + "/" + target + "/" + name, bytes);
}

void seed_models() {
  const std::string path = scratch("model.safetensors");
  for (const char* layers :
       {"1 tanh", "scale, 2 relu, layer-norm", "2, batch-norm, dropout 0.5, 2, add 2", "periodic 1-2:2x2"}) {
    TrainOptions options = small_run("");
    options.layers = layers;
    save(train(small_table(), options).model, path);
    seed("model", std::string(layers).substr(0, 4), input_of(get(path)));
  }
  TrainOptions options = small_run("");
  options.task = Task::kClasses;
  options.loss = Loss::kCrossEntropy;
  save(train(small_table(), options).model, path);
  seed("model", "classes", input_of(get(path)));
  save(model_from_toml("layers = \"1 -> 1\"\nweights = [[[2]]]\ninput = [3]\ntarget = [4]\nlearning_rate = 0.5"), path);
  seed("model", "typed", input_of(get(path)));
  seed("model", "raw", std::string(1, '\0') + get(path));
}

void seed_imports() {
  const std::vector<float> four = {1, 2, 3, 4}, two = {1, 2};
  const std::vector<double> doubles = {1, 2};
  const std::string path = scratch("tensors");
  using checkpoint::tensor_source;
  checkpoint::write_safetensors(
      path, {tensor_source<float>("fc.weight", {2, 2}, four), tensor_source<float>("fc.bias", {2}, two)});
  seed("import", "dense", '\0' + input_of(get(path)));
  checkpoint::write_safetensors(path, {tensor_source<double>("weight", {1, 2}, doubles)});
  seed("import", "double", '\4' + input_of(get(path)));
  checkpoint::write_safetensors(
      path,
      {tensor_source<float>("0.weight", {2}, two), tensor_source<float>("0.bias", {2}, two),
       tensor_source<float>("1.weight", {2}, two), tensor_source<float>("1.bias", {2}, two),
       tensor_source<float>("1.running_mean", {2}, two), tensor_source<float>("1.running_var", {2}, two),
       tensor_source<float>("2.weight", {1, 2}, two), tensor_source<float>("2.bias", {1}, std::span(two).first(1))});
  seed("import", "norms", '\3' + input_of(get(path)));
}

// Of a run: its checkpoint, its trace, and its folder for the page.
void seed_runs() {
  const std::string folder = scratch("run");
  TrainOptions options = small_run(folder);
  options.record = {1, 2};
  options.doctor_every = 1;
  train(small_table(), options);
  for (const auto& file : std::filesystem::directory_iterator(folder + "/checkpoints")) {
    seed("checkpoint", file.path().stem().string(), input_of(get(file.path())));
  }
  seed("trace", "trace", input_of(get(folder + "/trace.safetensors")));
  std::string files;
  for (const char* name : {"metrics.jsonl", "doctor.jsonl", "timing.jsonl", "report.json"}) {
    files += (files.empty() ? "" : "----\n") + get(folder + "/" + name);
  }
  seed("report", "run", files);
}

void seed_arrays() {
  const std::string idx = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};
  const auto npy = [](const std::string& type, const std::string& shape, const std::string& order, std::size_t bytes) {
    const std::string text = "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': (" + shape + "), }\n";
    return std::string("\x93NUMPY") + std::string{1, 0, static_cast<char>(text.size()), 0} + text +
           std::string(bytes, '\1');
  };
  const std::string csv = "a;b;c\n1;x;0,5\n2;\"y\";\n";
  seed("idx", "matrix", idx);
  for (const char* type : {"<f8", "|u1", "<i4", "<f4", "|b1", "<u8"}) {
    seed("npy", type + 1, npy(type, "2, 3", "False", 6 * static_cast<std::size_t>(type[2] - '0')));
  }
  seed("npy", "columns", npy("<i2", "3, 2, ", "True", 12));
  seed("npy", "labels", npy("<i8", "2,", "False", 16));
  seed("gzip", "csv", '\x80' + csv);
  seed("gzip", "npy", '\x81' + npy("<f4", "2, 3", "False", 24));
  seed("gzip", "idx", '\x82' + idx);
}

}  // namespace
}  // namespace bprop::fuzz

int main(int count, char** arguments) {
  using namespace bprop::fuzz;
  if (count != 2) return 2;
  root = arguments[1];
  seed_models();
  seed_imports();
  seed_runs();
  seed_arrays();
}
