// SPDX-License-Identifier: Apache-2.0
#include "bprop/whole_file.h"

#include <span>

#include "checkpoint/atomic_file.h"

namespace bprop {

void write_whole_file(const std::string& path, std::string_view bytes) {
  checkpoint::AtomicFile file(path);
  file.append(std::as_bytes(std::span(bytes)));
  file.commit();
}

void check_whole_file(const std::string& path) { checkpoint::check_replaceable(path); }

}  // namespace bprop
