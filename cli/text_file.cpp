// SPDX-License-Identifier: Apache-2.0
#include "text_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "bprop/error.h"
#include "bprop/whole_file.h"

namespace bprop::cli {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

[[noreturn]] void fail(const std::string& path) {
  const int reason = errno;
  throw IoError(fmt::format("{}: {}", path, std::strerror(reason)));
}

bool is_folder(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_special(const std::string& path) {  // /dev/null, a pipe: cannot be replaced, only written to
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

}  // namespace

std::string read_text_file(const std::string& path, std::size_t limit) {
  if (is_folder(path)) throw FormatError(fmt::format("{}: is a folder, expected a file", path));
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) fail(path);
  std::string text;
  char block[4096];
  while (text.size() < limit) {
    const std::size_t count = std::fread(block, 1, std::min(sizeof block, limit - text.size()), file.get());
    if (count == 0) break;
    text.append(block, count);
  }
  if (std::ferror(file.get())) fail(path);
  return text;
}

void check_output_path(const std::string& path) {
  if (!is_special(path)) check_whole_file(path);
}

void write_text_file(const std::string& path, std::string_view text) {
  if (!is_special(path)) return write_whole_file(path, text);
  File file(std::fopen(path.c_str(), "wb"));
  if (!file) fail(path);
  if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size()) fail(path);
  if (std::fclose(file.release()) != 0) fail(path);
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void flush_output() {
  if (std::fflush(stdout) != 0) fail("standard output");
  if (std::ferror(stdout) != 0) throw IoError("standard output: not everything could be written");
}

}  // namespace bprop::cli
