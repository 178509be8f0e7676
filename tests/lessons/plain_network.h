// SPDX-License-Identifier: Apache-2.0
//
// Forward and back through dense layers in plain loops, to judge what lessons print: of bprop it takes weights, and no
// formula.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "bprop/model.h"

namespace bprop {

struct PlainActivation {
  double (*value)(double z);
  double (*slope)(double z);
};

inline double plain_sigmoid(double z) { return 1 / (1 + std::exp(-z)); }
inline double plain_sigmoid_slope(double z) { return std::exp(-z) / ((1 + std::exp(-z)) * (1 + std::exp(-z))); }

inline constexpr PlainActivation kPlainIdentity{[](double z) { return z; }, [](double) { return 1.0; }};
inline constexpr PlainActivation kPlainSigmoid{plain_sigmoid, plain_sigmoid_slope};
inline constexpr PlainActivation kPlainTanh{[](double z) { return std::tanh(z); },
                                            [](double z) { return 1 / (std::cosh(z) * std::cosh(z)); }};
inline constexpr PlainActivation kPlainRelu{[](double z) { return z > 0 ? z : 0; },
                                            [](double z) { return z > 0 ? 1.0 : 0.0; }};

struct PlainLayer {
  std::vector<double> w;  // (out × in), row-major
  std::vector<double> b;  // (out)
  PlainActivation activation;
};

// Of one row, by layer.
struct PlainValues {
  std::vector<std::vector<double>> x, z, a, d_output, delta, d_weights;
  std::vector<double> d_input;
};

inline std::vector<PlainLayer> plain_layers(const DoubleNetwork& network, PlainActivation hidden,
                                            PlainActivation last) {
  std::vector<PlainLayer> layers;
  for (std::size_t k = 0; k < network.architecture().layers.size(); ++k) {
    const bool is_last = k + 1 == network.architecture().layers.size();
    layers.push_back({network.weights(k), network.bias(k), is_last ? last : hidden});
    layers.back().b.resize(std::get<Dense>(network.architecture().layers[k]).outputs, 0.0);
  }
  return layers;
}

inline PlainValues plain_forward(const std::vector<PlainLayer>& layers, std::vector<double> x) {
  PlainValues values;
  for (const PlainLayer& layer : layers) {
    values.x.push_back(x);
    std::vector<double> z = layer.b, a;
    for (std::size_t j = 0; j < z.size(); ++j) {
      for (std::size_t i = 0; i < x.size(); ++i) z[j] += layer.w[j * x.size() + i] * x[i];
      a.push_back(layer.activation.value(z[j]));
    }
    values.z.push_back(std::move(z));
    values.a.push_back(a);
    x = std::move(a);
  }
  return values;
}

// Half the squared error.
inline double plain_loss(const std::vector<PlainLayer>& layers, const std::vector<double>& x,
                         const std::vector<double>& y) {
  const PlainValues values = plain_forward(layers, x);
  double loss = 0;
  for (std::size_t j = 0; j < y.size(); ++j) loss += (values.a.back()[j] - y[j]) * (values.a.back()[j] - y[j]) / 2;
  return loss;
}

// Its gradients.
inline PlainValues plain_gradients(const std::vector<PlainLayer>& layers, const std::vector<double>& x,
                                   const std::vector<double>& y) {
  PlainValues values = plain_forward(layers, x);
  values.d_output.resize(layers.size());
  values.delta.resize(layers.size());
  values.d_weights.resize(layers.size());
  std::vector<double> above = values.a.back();
  for (std::size_t j = 0; j < y.size(); ++j) above[j] -= y[j];
  for (std::size_t k = layers.size(); k-- > 0;) {
    const std::size_t inputs = values.x[k].size();
    std::vector<double> below(inputs, 0.0);
    for (std::size_t j = 0; j < above.size(); ++j) {
      const double delta = above[j] * layers[k].activation.slope(values.z[k][j]);
      values.delta[k].push_back(delta);
      for (std::size_t i = 0; i < inputs; ++i) {
        values.d_weights[k].push_back(delta * values.x[k][i]);
        below[i] += delta * layers[k].w[j * inputs + i];
      }
    }
    values.d_output[k] = std::move(above);
    above = std::move(below);
  }
  values.d_input = std::move(above);
  return values;
}

inline double plain_norm(const std::vector<double>& v) {
  double squares = 0;
  for (const double x : v) squares += x * x;
  return std::sqrt(squares);
}

}  // namespace bprop
