// SPDX-License-Identifier: Apache-2.0
//
// MODEL [DATA]: what evaluate, predict, check and gradients begin with. A network typed by hand brings its own rows and
// needs no DATA.
#pragma once

#include <optional>
#include <string>

#include "data_options.h"
#include "options.h"

namespace bprop::cli {

struct ModelAndData {
  std::string model_path;
  DataOptions data_options;

  void declare(Options& options);

  // Without DATA, takes out the options that say how it is read. Throws UsageError when one of them is given.
  void exclude(Options& options) const;

  Model model() const;
  // Empty: the model's own rows are meant.
  std::optional<Dataset> data(const Model& model, bool target_needed) const;
  // DATA's file name, or that of the model whose own rows are meant.
  std::string source() const;
};

}  // namespace bprop::cli
