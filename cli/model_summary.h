// SPDX-License-Identifier: Apache-2.0
//
// What `bprop inspect MODEL` shows.
#pragma once

#include <string>
#include <vector>

#include "bprop/model.h"

namespace bprop::cli {

struct LayerSummary {
  Layer layer;
  std::size_t parameters = 0;
  // Of the weights (not the biases).
  double smallest = 0;
  double largest = 0;
  double norm = 0;              // Euclidean
  std::vector<double> weights;  // as Network::weights() gives them
  std::vector<double> bias;
};

struct ModelSummary {
  const Model* model = nullptr;
  std::string path = {};
  std::vector<LayerSummary> layers = {};
};

// "dense", "scale", "embed", "waves", "mix"
std::string kind_of(const Layer& layer);

ModelSummary summarize(const Model& model, const std::string& path);

// For people. Columns and layers in tables; a small network with all its weights.
std::string text_of(const ModelSummary& summary);

}  // namespace bprop::cli
