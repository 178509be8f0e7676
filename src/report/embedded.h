// SPDX-License-Identifier: Apache-2.0
//
// Files that lie in the library, put there by cmake/embed.cmake when it is built.
#pragma once

#include <string_view>

namespace bprop::report {

std::string_view chart_js();          // Chart.js, as its package has it
std::string_view chart_js_licence();  // its licence, which travels with it
std::string_view report_css();
std::string_view report_js();

}  // namespace bprop::report
