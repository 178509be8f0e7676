// SPDX-License-Identifier: Apache-2.0
//
// On random expressions: ⟨v, jvp(u)⟩ = ⟨vjp(v), u⟩, the forward sweep and the reverse sweep agree entry by entry, and
// both agree with the central difference.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "bprop/tape.h"

namespace bprop {
namespace {

constexpr std::size_t kInputs = 4;
constexpr std::size_t kOutputs = 3;

// One step: an operation on two of the numbers that are there already; all stay between about −3 and 3.
struct Step {
  std::uint32_t operation, left, right;
};

Variable take_step(const Step& step, const std::vector<Variable>& numbers) {
  const Variable& a = numbers[step.left % numbers.size()];
  const Variable& b = numbers[step.right % numbers.size()];
  switch (step.operation % 10) {
    case 0: return 0.5 * (a + b);
    case 1: return 0.5 * (a - b);
    case 2: return 0.3 * (a * b);
    case 3: return a / (1.5 + b * b);
    case 4: return sin(a) + 0.25 * cos(b);
    case 5: return tanh(a) - exp(-(b * b));
    case 6: return log1p(a * a) - expm1(-(b * b));
    case 7: return sqrt(1.0 + a * a) - log(2.0 + b * b);
    case 8: return normal_distribution(a) * normal_density(b);
    default: return 0.1 * pow(1.0 + a * a, 0.2 * b);
  }
}

std::vector<Variable> evaluate(const std::vector<Step>& steps, std::vector<Variable> numbers) {
  for (const Step& step : steps) numbers.push_back(take_step(step, numbers));
  return {numbers.end() - kOutputs, numbers.end()};
}

std::vector<Step> random_steps() {
  const auto step =
      rc::gen::map(rc::gen::tuple(rc::gen::arbitrary<std::uint32_t>(), rc::gen::arbitrary<std::uint32_t>(),
                                  rc::gen::arbitrary<std::uint32_t>()),
                   [](const auto& t) { return Step{std::get<0>(t), std::get<1>(t), std::get<2>(t)}; });
  const auto size = static_cast<std::size_t>(*rc::gen::inRange(static_cast<int>(kOutputs), 40));
  return *rc::gen::container<std::vector<Step>>(size, step);
}

double random_number() { return *rc::gen::inRange(-2000, 2000) / 1000.0; }

std::vector<double> random_numbers(std::size_t size) {
  std::vector<double> numbers(size);
  for (double& x : numbers) x = random_number();
  return numbers;
}

struct Jacobians {
  double reverse[kOutputs][kInputs];
  double forward[kOutputs][kInputs];
};

Jacobians jacobians(const std::vector<Step>& steps, const std::vector<double>& point) {
  Tape tape;
  std::vector<Variable> inputs;
  for (const double x : point) inputs.push_back(tape.variable(x));
  const std::vector<Variable> outputs = evaluate(steps, inputs);
  Jacobians result{};
  for (std::size_t o = 0; o < kOutputs; ++o) {
    tape.backward(outputs[o]);
    for (std::size_t i = 0; i < kInputs; ++i) result.reverse[o][i] = inputs[i].adjoint();
  }
  for (std::size_t i = 0; i < kInputs; ++i) {
    tape.forward(inputs[i]);
    for (std::size_t o = 0; o < kOutputs; ++o) result.forward[o][i] = outputs[o].tangent();
  }
  return result;
}

RC_GTEST_PROP(Sweeps, ForwardAndReverseAreAdjoint, ()) {
  const std::vector<Step> steps = random_steps();
  const Jacobians j = jacobians(steps, random_numbers(kInputs));
  const std::vector<double> u = random_numbers(kInputs);
  const std::vector<double> v = random_numbers(kOutputs);
  double through_forward = 0;
  double through_reverse = 0;
  double size = 0;
  for (std::size_t o = 0; o < kOutputs; ++o) {
    for (std::size_t i = 0; i < kInputs; ++i) {
      through_forward += v[o] * (j.forward[o][i] * u[i]);
      through_reverse += (v[o] * j.reverse[o][i]) * u[i];
      size += std::fabs(v[o] * j.reverse[o][i] * u[i]);
    }
  }
  RC_ASSERT(std::fabs(through_forward - through_reverse) <= 1e-12 * std::max(size, 1e-3));
}

RC_GTEST_PROP(Sweeps, AgreeWithTheCentralDifference, ()) {
  const std::vector<Step> steps = random_steps();
  const std::vector<double> point = random_numbers(kInputs);
  const Jacobians j = jacobians(steps, point);
  constexpr double kStep = 1e-5;
  for (std::size_t i = 0; i < kInputs; ++i) {
    const auto outputs_at = [&](double shift) {
      std::vector<Variable> inputs(point.begin(), point.end());
      inputs[i] = point[i] + shift;
      return evaluate(steps, inputs);
    };
    const std::vector<Variable> above = outputs_at(kStep);
    const std::vector<Variable> below = outputs_at(-kStep);
    for (std::size_t o = 0; o < kOutputs; ++o) {
      const double difference = (above[o].value() - below[o].value()) / (2 * kStep);
      RC_ASSERT(std::fabs(j.reverse[o][i] - difference) <= 1e-7 * std::max(1.0, std::fabs(difference)));
    }
  }
}

}  // namespace
}  // namespace bprop
