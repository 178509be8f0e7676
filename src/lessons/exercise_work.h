// SPDX-License-Identifier: Apache-2.0
//
// What an exercise and a sheet of answers make together.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "bprop/exercise.h"

namespace bprop::teaching {

// A list as grade() reads it, one answer a line behind `indent`: with the answers' values, or with this one for all.
std::string as_list(std::span<const ExerciseAnswer> answers, const char* value = nullptr, std::string_view indent = "");

// Of a list of answers. Throws FormatError that begins with `where`.
Grade graded(const FreshExercise& exercise, std::string_view list, const std::string& where);

}  // namespace bprop::teaching
