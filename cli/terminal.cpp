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

// Names stand in 'quotes'; of a very long one the beginning is enough to find it.
std::string with_short_names(std::string_view sentence) {
  constexpr std::size_t kLongest = 100;  // bytes
  std::string text;
  while (!sentence.empty()) {
    const std::size_t begin = std::min(sentence.find('\''), sentence.size() - 1) + 1;
    text += sentence.substr(0, begin);
    sentence.remove_prefix(begin);
    const std::size_t end = sentence.find('\'');
    if (end == std::string_view::npos || end <= kLongest) continue;
    std::size_t cut = kLongest;
    while ((sentence[cut] & 0xC0) == 0x80) --cut;  // not inside a letter
    text += std::string(sentence.substr(0, cut)) + "…";
    sentence.remove_prefix(end);
  }
  return text;
}

}  // namespace

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

bool progress_is_seen() { return isatty(STDERR_FILENO) != 0 && environment("TERM") != "dumb"; }

bool colours_are_seen() { return progress_is_seen() && environment("NO_COLOR").empty(); }

bool output_colours_are_seen() {
  return isatty(STDOUT_FILENO) != 0 && environment("TERM") != "dumb" && environment("NO_COLOR").empty();
}

std::size_t terminal_width() {
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte >= 0x20 && byte != 0x7f) {
      line += letter;
    } else if (letter == '\n' || letter == '\t' || letter == '\r') {
      line += letter == '\n' ? "\\n" : letter == '\t' ? "\\t" : "\\r";
    } else {
      line += fmt::format("\\x{:02x}", byte);
    }
  }
  return line;
}

void remark(std::string_view verb, std::string_view sentence) {
  fmt::print(stderr, "bprop{}{}: {}\n", verb.empty() ? "" : " ", verb, with_short_names(on_one_line(sentence)));
}

void remark_all(std::string_view verb, const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) remark(verb, sentence);
}

}  // namespace bprop::cli
