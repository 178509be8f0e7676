// SPDX-License-Identifier: Apache-2.0
//
// Options of a verb: one list that the command line (command_line.h), the configuration file (config_file.h) and help
// (help.h) all read. An option is bound to a variable, whose value at that moment is the default.
//
//   Options options;
//   options.heading("Training");
//   options.value("epochs", "N", train.epochs, "passes over the training rows");
//   options.flag("quiet", quiet, "no progress and no remarks");
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "values.h"

namespace bprop::cli {

struct Option {
  enum class Kind { kPositional, kFlag, kValue, kRepeated, kList };
  Kind kind = Kind::kValue;
  std::string name = {};        // "learning-rate"; of a positional "DATA"
  std::string value_name = {};  // "R"; of a flag ""
  std::string help = {};
  std::string heading = {};
  std::string default_text = {};                          // "": none, or nothing worth a word
  bool plain_text = true;                                 // a text whatever it looks like: quoted in configurations
  std::function<void(const std::string& text)> set = {};  // throws UsageError with what was expected

  // What somebody gave, and where: "--epochs" or "run.toml, line 3: epochs".
  std::vector<std::string> texts = {};
  std::string origin = {};
  bool from_file = false;
  bool may_be_empty = false;
  bool command_line_only = false;  // no configuration has it
  bool excluded = false;           // it does not apply
  bool given() const { return !origin.empty(); }
  bool takes_many() const { return kind == Kind::kRepeated || kind == Kind::kList; }
  bool given_as_default() const;
};

class Options {
 public:
  // Options declared from now on stand under this heading.
  void heading(std::string_view title) { heading_ = title; }

  template <class T>
  void positional(std::string_view name, T& place, std::string_view help) {
    bind(Option::Kind::kPositional, name, name, place, help);
  }
  template <class T>
  void value(std::string_view name, std::string_view value_name, T& place, std::string_view help) {
    bind(Option::Kind::kValue, name, value_name, place, help);
  }
  void flag(std::string_view name, bool& place, std::string_view help);
  // One value, but may be given several times.
  void repeated(std::string_view name, std::string_view value_name, std::vector<std::string>& place,
                std::string_view help);
  // May be given several values, and several times.
  void list(std::string_view name, std::string_view value_name, std::vector<std::string>& place, std::string_view help);

  // "" is a value of this option; of all others it is refused.
  void may_be_empty(std::string_view name);
  // It is of this moment: not in configurations.
  void command_line_only(std::string_view name);

  std::vector<Option>& all() { return options_; }
  const std::vector<Option>& all() const { return options_; }
  // By name, "-" and "_" being the same; null if there is none.
  const Option* find(std::string_view name) const;
  Option* find(std::string_view name);
  bool given(std::string_view name) const;

  // The named options do not apply: from now on they are neither given nor have a default, and no configuration
  // records them. Throws UsageError when one is given, other than by its default: "--layers means nothing with --from:
  // ...".
  void exclude(std::initializer_list<std::string_view> names, std::string_view reason);

  // The library's "clip is -1, ..." names a field; where that is an option that was given, this throws the same
  // sentence with the option's name: "--clip is -1, ...".
  void refuse_field(std::string_view sentence) const;

  // What was typed, for the records: "bprop train data.csv --target 'my column'".
  void note_command(std::string command) { command_ = std::move(command); }
  const std::string& command() const { return command_; }

  // Sets the bound variables from the texts. Throws UsageError, or FormatError for the text of a file:
  // "--epochs ten: expected a whole number, 0 or more".
  void apply() const;

 private:
  Option& add(Option::Kind kind, std::string_view name, std::string_view value_name, std::string_view help);

  template <class T>
  void bind(Option::Kind kind, std::string_view name, std::string_view value_name, T& place, std::string_view help) {
    Option& option = add(kind, name, value_name, help);
    option.default_text = text_of(place);
    option.plain_text = std::is_same_v<T, std::string> || std::is_same_v<T, std::optional<std::string>>;
    option.set = [&place](const std::string& text) { read(text, place); };
  }

  std::string heading_;
  std::string command_;
  std::vector<Option> options_;
};

}  // namespace bprop::cli
