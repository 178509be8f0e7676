// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace bprop::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

bool progress_is_seen() { return isatty(STDERR_FILENO) != 0 && environment("TERM") != "dumb"; }

bool colours_are_seen() { return progress_is_seen() && environment("NO_COLOR").empty(); }

std::size_t terminal_width() {
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

void remark(std::string_view verb, std::string_view sentence) {
  fmt::print(stderr, "bprop{}{}: {}\n", verb.empty() ? "" : " ", verb, sentence);
}

void remark_all(std::string_view verb, const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) remark(verb, sentence);
}

}  // namespace bprop::cli
