// SPDX-License-Identifier: Apache-2.0
//
// libtorch at its best: bare tensors instead of modules, gradients set to none, updates in place without an optimiser
// object, labels as class numbers, batches made beforehand.
#include <torch/torch.h>
#include <torch/version.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "conversation.h"

extern "C" {
const char* openblas_get_corename() __attribute__((weak));
const char* openblas_get_config() __attribute__((weak));
}

namespace bprop::bench {
namespace {

constexpr int kBatches = 8;

struct Network {
  std::vector<torch::Tensor> weights, biases;
  std::string hidden, output, loss;

  torch::Tensor activated(const torch::Tensor& z, const std::string& activation) const {
    if (activation == "relu") return torch::relu(z);
    if (activation == "tanh") return torch::tanh(z);
    if (activation == "sigmoid") return torch::sigmoid(z);
    return z;  // identity, and softmax, which is part of the loss
  }

  torch::Tensor predicted(torch::Tensor a) const {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      a = activated(torch::linear(a, weights[i], biases[i]), i + 1 < weights.size() ? hidden : output);
    }
    return a;
  }

  torch::Tensor loss_of(const torch::Tensor& prediction, const torch::Tensor& target) const {
    if (loss == "cross_entropy") return torch::cross_entropy_loss(prediction, target);
    return torch::mse_loss(prediction, target, at::Reduction::Sum) * (0.5 / static_cast<double>(target.size(0)));
  }
};

Network network(const std::vector<long>& sizes, std::string hidden, std::string output, std::string loss) {
  Network net{{}, {}, std::move(hidden), std::move(output), std::move(loss)};
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    const double bound = std::sqrt(6.0 / static_cast<double>(sizes[i] + sizes[i + 1]));
    net.weights.push_back(torch::empty({sizes[i + 1], sizes[i]}).uniform_(-bound, bound).set_requires_grad(true));
    net.biases.push_back(torch::zeros({sizes[i + 1]}).set_requires_grad(true));
  }
  return net;
}

void update(torch::Tensor& parameter, double rate) {
  parameter.add_(parameter.grad(), -rate);
  parameter.mutable_grad().reset();
}

Step training(std::istream& words) {
  std::string sizes_text, hidden, output, loss;
  long batch = 0;
  double rate = 0;
  words >> sizes_text >> batch >> hidden >> output >> loss >> rate;
  const std::vector<long> sizes = sizes_of(sizes_text);
  std::vector<torch::Tensor> inputs, targets;
  for (int i = 0; i < kBatches; ++i) {
    inputs.push_back(torch::rand({batch, sizes.front()}) - 0.5);
    targets.push_back(loss == "cross_entropy" ? torch::randint(sizes.back(), {batch}, torch::kLong)
                                              : torch::rand({batch, sizes.back()}));
  }
  return [net = network(sizes, hidden, output, loss), inputs, targets, rate, next = 0]() mutable {
    const torch::Tensor value = net.loss_of(net.predicted(inputs[next]), targets[next]);
    value.backward();
    const torch::NoGradGuard no_gradients;
    for (torch::Tensor& w : net.weights) update(w, rate);
    for (torch::Tensor& b : net.biases) update(b, rate);
    next = (next + 1) % kBatches;
  };
}

Step prediction(std::istream& words) {
  std::string sizes_text, hidden, output;
  long rows = 0;
  words >> sizes_text >> rows >> hidden >> output;
  const std::vector<long> sizes = sizes_of(sizes_text);
  return [net = network(sizes, hidden, output, ""), x = torch::full({rows, sizes.front()}, 0.5)] {
    const c10::InferenceMode guard;
    const torch::Tensor scores = net.predicted(x);
    if (net.output == "softmax") torch::softmax(scores, 1);
  };
}

// The bytes of an IDX file behind its header.
torch::Tensor bytes_of(const std::string& path, std::size_t header) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  const auto count = static_cast<long>(bytes.size() - header);
  return torch::from_blob(const_cast<char*>(bytes.data() + header), {count}, torch::kByte).clone();
}

torch::Tensor images_of(const std::string& path) {
  return bytes_of(path, 16).reshape({-1, 784}).to(torch::kFloat) / 255;
}
torch::Tensor labels_of(const std::string& path) { return bytes_of(path, 8).to(torch::kLong); }

// FOLDER EPOCHS: 784-128-10, relu, Adam 0.001, batches of 64 in a new order each epoch; reading is not timed.
std::string whole_mnist(std::istream& words, int threads) {
  std::string folder;
  long epochs = 0;
  words >> folder >> epochs;
  const torch::Tensor images = images_of(folder + "/train-images-idx3-ubyte");
  const torch::Tensor labels = labels_of(folder + "/train-labels-idx1-ubyte");
  const Network net = network({784, 128, 10}, "relu", "softmax", "cross_entropy");
  std::vector<torch::Tensor> parameters = net.weights;
  parameters.insert(parameters.end(), net.biases.begin(), net.biases.end());
  torch::optim::Adam optimizer(parameters, torch::optim::AdamOptions(1e-3));
  const Timing timing = timing_of(threads, [&] {
    for (long epoch = 0; epoch < epochs; ++epoch) {
      for (const torch::Tensor& rows : torch::randperm(images.size(0), torch::kLong).split(64)) {
        for (torch::Tensor& parameter : parameters) parameter.mutable_grad().reset();
        net.loss_of(net.predicted(images.index_select(0, rows)), labels.index_select(0, rows)).backward();
        optimizer.step();
      }
    }
  });
  const torch::NoGradGuard no_gradients;
  const torch::Tensor answers = net.predicted(images_of(folder + "/t10k-images-idx3-ubyte")).argmax(1);
  const torch::Tensor right = answers.eq(labels_of(folder + "/t10k-labels-idx1-ubyte"));
  return std::to_string(timing.seconds) + ' ' + std::to_string(right.to(torch::kFloat).mean().item<float>());
}

}  // namespace
}  // namespace bprop::bench

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  at::set_num_threads(threads);
  torch::manual_seed(1);
  std::string name = "libtorch " + std::to_string(TORCH_VERSION_MAJOR) + '.' + std::to_string(TORCH_VERSION_MINOR) +
                     '.' + std::to_string(TORCH_VERSION_PATCH);
  if (openblas_get_config != nullptr) {
    name += std::string(" with ") + openblas_get_config() + ", kernel " + openblas_get_corename();
  }
  bprop::bench::converse(
      name, threads, {{"train", bprop::bench::training}, {"predict", bprop::bench::prediction}},
      {{"mnist", [threads](std::istream& words) { return bprop::bench::whole_mnist(words, threads); }}});
}
