// SPDX-License-Identifier: Apache-2.0
#include "scratch.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "target.h"

namespace bprop::fuzz {
namespace {

class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "bprop_fuzz_XXXXXX").string()) {
    must(::mkdtemp(path_.data()) != nullptr, "there is a place for temporary files");
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

std::string scratch(std::string_view name) {
  static const Folder folder;
  return folder.path() + "/" + std::string(name);
}

void put(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  must(file.good(), "a temporary file can be written");
}

std::string get(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace bprop::fuzz
