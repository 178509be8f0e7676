// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "bprop/error.h"
#include "bprop/suggestion.h"
#include "bprop/version.h"
#include "command_line.h"
#include "config_file.h"
#include "help.h"
#include "joined_ranks.h"
#include "resumed_run.h"
#include "terminal.h"
#include "text_file.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

using Verbs = std::vector<std::unique_ptr<Verb>>;

Verb& verb_named(const Verbs& verbs, const std::string& name) {
  const auto found = std::ranges::find_if(verbs, [&](const auto& verb) { return verb->text().name == name; });
  if (found != verbs.end()) return **found;
  std::vector<std::string> known = {"help"};
  for (const auto& verb : verbs) known.emplace_back(verb->text().name);
  const std::string hint = suggestion(name, known);
  throw UsageError(fmt::format("there is no {} '{}'{}", name.starts_with('-') ? "option" : "verb", name,
                               hint.empty() ? "; bprop help lists the verbs" : hint));
}

void refuse_more(const std::vector<std::string>& words, std::size_t most) {
  if (words.size() > most) throw UsageError(fmt::format("'{}' is one argument too many", words[most]));
}

ExitCode help(const Verbs& verbs, const std::vector<std::string>& words) {
  refuse_more(words, 1);
  if (words.empty() || words.front() == "help") {
    print(program_help(verbs));
  } else {
    Verb& verb = verb_named(verbs, words.front());
    Options options;
    verb.declare(options);
    print(verb_help(verb.text(), options));
  }
  return ExitCode::kDone;
}

// A word as a shell reads it back.
std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=+@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (const char letter : word) text += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return text + "'";
}

std::string command_of(const Verb& verb, const std::vector<std::string>& words) {
  std::string command = fmt::format("bprop {}", verb.text().name);
  for (const std::string& word : words) command += fmt::format(" {}", quoted(word));
  return command;
}

ExitCode run_verb(Verb& verb, const std::vector<std::string>& words) {
  Options options;
  options.note_command(command_of(verb, words));
  verb.declare(options);
  if (options.find("distributed") != nullptr) join_ranks(words);
  if (parse_command_line(words, options)) {
    print(verb_help(verb.text(), options));
    return ExitCode::kDone;
  }
  read_resumed_run(options);
  if (options.given("config")) read_config(options.find("config")->texts.front(), options);
  options.apply();
  try {
    return verb.run(options);
  } catch (const UsageError& error) {
    options.refuse_field(error.what());
    throw;
  }
}

ExitCode dispatch(const Verbs& verbs, const std::vector<std::string>& arguments, std::string& verb_name) {
  const std::string& first = arguments.front();
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (first == "help") return help(verbs, rest);
  if (first == "--help" || first == "-h" || first == "--version") refuse_more(rest, 0);
  if (first == "--help" || first == "-h") return help(verbs, {});
  if (first == "--version") {
    print(fmt::format("bprop {}\n", kVersion));
    return ExitCode::kDone;
  }
  Verb& verb = verb_named(verbs, first);
  verb_name = first;
  return run_verb(verb, rest);
}

// One sentence, after what was printed before it.
ExitCode complain(const std::string& verb, std::string_view sentence, ExitCode code) {
  std::fflush(stdout);
  return leave_ranks(code, [&](std::string_view prefix) { remark(verb, fmt::format("{}{}", prefix, sentence)); });
}

}  // namespace

ExitCode run_program(const std::vector<std::string>& arguments) {
  std::string verb;
  try {
    const Verbs verbs = all_verbs();
    if (arguments.empty()) {
      fmt::print(stderr, "{}", program_help(verbs));
      return ExitCode::kUsage;
    }
    const ExitCode code = dispatch(verbs, arguments, verb);
    flush_output();
    return leave_ranks(code);
  } catch (const UsageError& error) {
    return complain(verb, error.what(), ExitCode::kUsage);
  } catch (const FormatError& error) {
    return complain(verb, error.what(), ExitCode::kBadInput);
  } catch (const ShapeError& error) {
    return complain(verb, error.what(), ExitCode::kBadInput);
  } catch (const std::bad_alloc&) {
    return complain(verb, "there is not enough memory", ExitCode::kEnvironment);
  } catch (const std::exception& error) {  // IoError, and what the standard library could not do
    return complain(verb, error.what(), ExitCode::kEnvironment);
  }
}

}  // namespace bprop::cli
