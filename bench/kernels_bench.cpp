// SPDX-License-Identifier: Apache-2.0
//
// The parts, on one thread: the three products of a layer as shares of the peak, beside bare products of peers; the
// activations and the updates in ns an element.
// usage: kernels_bench [--peer PROGRAM]... [--json FILE]
#include <fmt/format.h>

#include <exception>
#include <string>
#include <vector>

#include "kernel_work.h"
#include "peer.h"
#include "probe.h"

namespace bprop::bench {
namespace {

// Small layers, where libraries lose most; one that fills the cache; the layers of the training configurations.
constexpr Shape kShapes[] = {{32, 16, 16},   {32, 64, 64},    {128, 128, 128}, {512, 512, 512},
                             {64, 784, 128}, {256, 256, 256}, {128, 512, 512}, {256, 1024, 1024}};

void measure_product(const std::string& kind, const Shape& s, const Work& work, Peers& peers, Report& report) {
  std::vector<Contestant> contestants = {ourselves(1, work)};
  peers.join(fmt::format("product {} {} {} {}", kind, s.rows, s.in, s.out), contestants);
  for (const Measured& measured : measure(contestants, {.flops = s.flops(), .sample_seconds = 0.004})) {
    report.add(fmt::format("{} {}x{}x{}", kind, s.in, s.out, s.rows), 1, measured);
  }
}

// `work` handles kElements; the result is of one.
void measure_elements(const std::string& name, const Work& work, Report& report) {
  for (Measured& measured : measure({ourselves(1, work)}, {.sample_seconds = 0.002, .most_seconds = 2})) {
    measured.seconds /= kElements;
    measured.best /= kElements;
    report.add(name, 1, measured);
  }
}

int run(int argc, char** argv) {
  Report report(argc, argv, "kernels");
  fmt::print("kernels: {}; probe: {}\n", kernels().target, probe_target());
  Peers peers(argc, argv, 1, report);
  for (const Shape& shape : kShapes) {
    measure_product("forward", shape, forward(shape), peers, report);
    measure_product("input_gradient", shape, input_gradient(shape), peers, report);
    measure_product("weight_gradient", shape, weight_gradient(shape), peers, report);
  }
  for (const ActivationRule& rule : activation_rules()) {
    if (rule.id == Activation::kSoftmax || rule.id == Activation::kIdentity) continue;
    measure_elements(std::string(rule.name), activation(rule.id), report);
    measure_elements(std::string(rule.name) + " backward", activation_backward(rule.id), report);
  }
  measure_elements("update sgd", update(Sgd{}), report);
  measure_elements("update momentum", update(Momentum{}), report);
  measure_elements("update adam", update(Adam{}), report);
  report.add("fma_peak", 1, best_peak(1) * 1e-9, "GFLOP/s");
  return 0;
}

}  // namespace
}  // namespace bprop::bench

int main(int argc, char** argv) { return bprop::bench::exit_code_of("kernels_bench", &bprop::bench::run, argc, argv); }
