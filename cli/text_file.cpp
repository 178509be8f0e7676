// SPDX-License-Identifier: Apache-2.0
#include "text_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "bprop/error.h"
#include "bprop/model.h"

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

bool is_special(const std::string& path) {  // /dev/stdout, a pipe: cannot be replaced, only written to
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

void write_and_close(File file, const std::string& path, std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() || std::fflush(file.get()) != 0) fail(path);
  if (!is_special(path) && fsync(fileno(file.get())) != 0) fail(path);
  if (std::fclose(file.release()) != 0) fail(path);
}

}  // namespace

std::string read_text_file(const std::string& path) {
  if (is_folder(path)) throw FormatError(fmt::format("{}: is a folder, expected a file", path));
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) fail(path);
  std::string text;
  char block[4096];
  while (const std::size_t count = std::fread(block, 1, sizeof block, file.get())) text.append(block, count);
  if (std::ferror(file.get())) fail(path);
  return text;
}

void check_output_path(const std::string& path) {
  if (is_folder(path)) {
    throw IoError(fmt::format("{}: is a folder, expected the name of a file to write", path));
  }
  if (is_model_file(path)) throw UsageError(fmt::format("{}: is a model of bprop; it stays as it is", path));
}

void write_text_file(const std::string& path, std::string_view text) {
  check_output_path(path);
  if (is_special(path)) {
    File file(std::fopen(path.c_str(), "wb"));
    if (!file) fail(path);
    return write_and_close(std::move(file), path, text);
  }
  const std::string beside = fmt::format("{}.part-{}", path, getpid());
  File file(std::fopen(beside.c_str(), "wb"));
  if (!file) fail(path);
  try {
    write_and_close(std::move(file), beside, text);
    if (std::rename(beside.c_str(), path.c_str()) != 0) fail(path);
  } catch (...) {
    unlink(beside.c_str());
    throw;
  }
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void flush_output() {
  if (std::fflush(stdout) != 0) fail("standard output");
  if (std::ferror(stdout) != 0) throw IoError("standard output: not everything could be written");
}

}  // namespace bprop::cli
