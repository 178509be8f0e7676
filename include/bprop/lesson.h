// SPDX-License-Identifier: Apache-2.0
//
// Lessons: what the five lecture notes on back-propagation define, one short page each, worked out anew by the engine
// every time it is asked for: text, equations with their numbers, tables, pictures, and where a note errs.
//
//   std::cout << bprop::render_text(bprop::lesson("two-layers"));
#pragma once

#include <span>
#include <string_view>

#include "bprop/document.h"

namespace bprop {

struct LessonInfo {
  std::string_view name;     // "two-layers"
  std::string_view summary;  // what it shows, in a line
  std::string_view rows;     // "N2, N3, N19": of the table in docs/lessons/README.md
};

// In the order in which they are read.
std::span<const LessonInfo> lessons();

// The page. Throws UsageError: there is no such lesson, and what there is. Cost: at most half a second (naive-search
// and sgd train small networks), mostly a few milliseconds.
Document lesson(std::string_view name);

}  // namespace bprop
