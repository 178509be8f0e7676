// SPDX-License-Identifier: Apache-2.0
//
// JournalDisk: does what it is told, and knows at any moment what a power cut could leave, as POSIX has it: of a file's
// bytes that were not flushed none, some or all; of the names that were made, changed or taken away in a folder that
// was not flushed any, whatever became of the others. A renaming is one change.
#pragma once

#include <fcntl.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/disk.h"

namespace bprop::checkpoint {

// Paths and contents; a folder is a path that ends in '/'.
using DiskState = std::map<std::string, std::shared_ptr<const std::string>>;

class JournalDisk : public Disk {
 public:
  // What is in the folder is on the disk. `changed` is called after each call that changes what a power cut could
  // leave.
  JournalDisk(const std::string& root, std::function<void()> changed) : root_(root), changed_(std::move(changed)) {
    take_in(root_, folders_[root_].last);
    folders_[root_].now = folders_[root_].last;
  }

  std::vector<DiskState> after_a_power_cut() const { return states_of(root_, ""); }

  int open(const char* path, int flags, mode_t permissions) override {
    const int file = Disk::open(path, flags, permissions);
    if (file < 0) return file;
    opened_[file] = path;
    if ((flags & O_DIRECTORY) != 0) return file;
    if (!names_of(path).contains(name_of(path))) add(path, std::make_shared<Node>());
    node_of_[file] = names_of(path).at(name_of(path));
    if ((flags & O_TRUNC) != 0) set(file, "");
    return file;
  }
  int cut(int file, std::uint64_t length) override {
    std::string bytes = *node_of_.at(file)->now;
    bytes.resize(length);
    set(file, std::move(bytes));
    return Disk::cut(file, length);
  }
  ssize_t append(int file, const std::byte* bytes, std::size_t count) override {
    return write_at(file, bytes, node_of_.at(file)->now->size(), Disk::append(file, bytes, count));
  }
  ssize_t write(int file, const std::byte* bytes, std::size_t count, std::uint64_t offset) override {
    return write_at(file, bytes, offset, Disk::write(file, bytes, count, offset));
  }
  int flush(int file) override {
    if (node_of_.contains(file)) {
      node_of_[file]->last = node_of_[file]->now;
    } else {
      Folder& folder = folders_.at(opened_.at(file));
      folder.last = folder.now;
      folder.changes.clear();
    }
    return Disk::flush(file);
  }
  int close(int file) override {
    node_of_.erase(file);
    opened_.erase(file);
    return Disk::close(file);
  }
  int rename(const char* from, const char* to) override {
    Folder& folder = folders_.at(folder_of(from));
    change(folder, {name_of(from), name_of(to), folder.now.at(name_of(from))});
    return Disk::rename(from, to);
  }
  int remove(const char* path) override {
    Folder& folder = folders_.at(folder_of(path));
    if (folder.now.contains(name_of(path))) change(folder, {name_of(path), "", nullptr});
    return Disk::remove(path);
  }
  int make_folder(const char* path) override {
    const int result = Disk::make_folder(path);
    if (result != 0) return result;
    folders_[path];
    add(path, std::make_shared<Node>(Node{.is_folder = true}));
    return result;
  }

 private:
  using Bytes = std::shared_ptr<const std::string>;
  struct Node {
    bool is_folder = false;
    Bytes now = std::make_shared<std::string>();
    Bytes last = now;  // what was flushed
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;
  struct Change {
    std::string gone;  // "": none
    std::string name;  // "": none
    std::shared_ptr<Node> node;
  };
  struct Folder {
    Names now;
    Names last;  // what was flushed
    std::vector<Change> changes;
  };

  static std::string folder_of(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }
  static std::string name_of(const std::string& path) { return std::filesystem::path(path).filename().string(); }
  Names& names_of(const std::string& path) { return folders_.at(folder_of(path)).now; }

  void take_in(const std::string& folder, Names& names) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string path = entry.path().string();
      const auto node = std::make_shared<Node>(Node{.is_folder = entry.is_directory()});
      names[name_of(path)] = node;
      if (node->is_folder) {
        take_in(path, folders_[path].last);
        folders_[path].now = folders_[path].last;
      } else {
        std::ifstream file(path, std::ios::binary);
        node->now = node->last =
            std::make_shared<std::string>(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
      }
    }
  }
  static void apply(const Change& change, Names& names) {
    names.erase(change.gone);
    if (!change.name.empty()) names[change.name] = change.node;
  }
  void change(Folder& folder, Change change) {
    apply(change, folder.now);
    folder.changes.push_back(std::move(change));
    changed_();
  }
  void add(const std::string& path, std::shared_ptr<Node> node) {
    change(folders_.at(folder_of(path)), {"", name_of(path), std::move(node)});
  }
  void set(int file, std::string bytes) {
    node_of_.at(file)->now = std::make_shared<std::string>(std::move(bytes));
    changed_();
  }
  ssize_t write_at(int file, const std::byte* bytes, std::uint64_t offset, ssize_t count) {
    if (count <= 0) return count;
    std::string all = *node_of_.at(file)->now;
    const auto size = static_cast<std::size_t>(count);
    all.resize(std::max(all.size(), offset + size));
    std::memcpy(&all[offset], bytes, size);
    set(file, std::move(all));
    return count;
  }

  // None of what was not flushed, all of it, half of it, and half of it with zeros in the other half's place. Of a file
  // that nobody reads by its name – a temporary one – all of it.
  static std::vector<Bytes> contents_of(const Node& node, const std::string& name) {
    if (node.now == node.last || name.find(".tmp-") != std::string::npos) return {node.now};
    const std::size_t half = (std::min(node.last->size(), node.now->size()) + node.now->size()) / 2;
    auto torn = std::make_shared<std::string>(node.now->substr(0, half));
    auto holes = std::make_shared<std::string>(*torn);
    holes->resize(node.now->size());
    return {node.last, node.now, std::move(torn), std::move(holes)};
  }
  std::vector<DiskState> states_of(const std::string& path, const std::string& prefix) const {
    const Folder& folder = folders_.at(path);
    std::vector<DiskState> all;
    for (std::size_t chosen = 0; chosen < std::size_t{1} << folder.changes.size(); ++chosen) {
      Names names = folder.last;
      for (std::size_t k = 0; k < folder.changes.size(); ++k) {
        if ((chosen >> k & 1U) != 0) apply(folder.changes[k], names);
      }
      std::vector<DiskState> some = {{}};
      for (const auto& [name, node] : names) some = crossed(some, choices_of(path, prefix, name, *node));
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }
  std::vector<DiskState> choices_of(const std::string& path, const std::string& prefix, const std::string& name,
                                    const Node& node) const {
    std::vector<DiskState> choices;
    if (node.is_folder) {
      choices = states_of(path + '/' + name, prefix + name + '/');
      for (DiskState& choice : choices) choice[prefix + name + '/'] = nullptr;
    } else {
      for (const Bytes& bytes : contents_of(node, name)) choices.push_back({{prefix + name, bytes}});
    }
    return choices;
  }
  static std::vector<DiskState> crossed(const std::vector<DiskState>& left, const std::vector<DiskState>& right) {
    std::vector<DiskState> all;
    for (const DiskState& one : left) {
      for (const DiskState& other : right) {
        all.push_back(one);
        all.back().insert(other.begin(), other.end());
      }
    }
    return all;
  }

  std::string root_;
  std::function<void()> changed_;
  std::map<std::string, Folder> folders_;
  std::map<int, std::string> opened_;
  std::map<int, std::shared_ptr<Node>> node_of_;
};

}  // namespace bprop::checkpoint
