// SPDX-License-Identifier: Apache-2.0
//
// Temperature scaling (C. Guo, G. Pleiss, Y. Sun, K. Weinberger, On calibration of modern neural networks, ICML 2017):
// the scores z of a trained network are divided by one number T > 0 before softmax or sigmoid, the T that makes the
// validation rows likeliest. T > 1 makes a network less sure of itself, T < 1 surer; the largest score stays the
// largest, so that classes stay as they are.
#pragma once

namespace bprop {

struct Calibration {
  double temperature = 1;
  double log_loss_before = 0;  // mean −ln p(right class) of the validation rows, at T = 1
  double log_loss_after = 0;
};

}  // namespace bprop
