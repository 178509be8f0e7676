// SPDX-License-Identifier: Apache-2.0
#include "peer.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <vector>

extern char** environ;

namespace bprop::bench {
namespace {

std::string read_line(int from) {
  std::string line;
  for (char letter = 0; read(from, &letter, 1) == 1 && letter != '\n';) line += letter;
  return line;
}

std::vector<std::string> environment(int threads) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (!text.starts_with("OMP_") && !text.starts_with("OPENBLAS_")) variables.push_back(text);
  }
  const std::string count = std::to_string(threads);
  variables.insert(variables.end(), {"OMP_NUM_THREADS=" + count, "OPENBLAS_NUM_THREADS=" + count});
  if (threads > 1) variables.insert(variables.end(), {"OMP_PROC_BIND=close", "OMP_PLACES=threads"});
  // An OpenBLAS older than the processor takes it for a Pentium 4, three times as slow as with kernels that it has.
  if (__builtin_cpu_supports("avx512vl")) variables.emplace_back("OPENBLAS_CORETYPE=SkylakeX");
  return variables;
}

// As exec and its kin want them: to each text, and a null pointer at the end.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Peer::Peer(const std::string& command, int threads) {
  int request[2];
  int answer[2];
  // Closed in children: a second peer that held the first one's pipe would keep it from seeing its end.
  if (pipe2(request, O_CLOEXEC) != 0 || pipe2(answer, O_CLOEXEC) != 0) throw std::runtime_error("no pipe to a peer");
  posix_spawn_file_actions_t files{};
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, request[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, answer[1], STDOUT_FILENO);
  std::istringstream words(command + ' ' + std::to_string(threads));
  std::vector<std::string> arguments{std::istream_iterator<std::string>(words), {}};
  const std::string program = arguments.front();
  std::vector<char*> argv = pointers_to(arguments);
  std::vector<std::string> variables = environment(threads);
  std::vector<char*> envp = pointers_to(variables);
  const int error = posix_spawn(&process_, program.c_str(), &files, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&files);
  close(request[0]);
  close(answer[1]);
  to_ = request[1];
  from_ = answer[0];
  if (error != 0) throw std::runtime_error(program + " does not start: " + std::strerror(error));
  name_ = read_line(from_);
  if (name_.empty()) throw std::runtime_error(program + " ended before it said its name");
  kill(process_, SIGSTOP);
}

Peer::~Peer() {
  close(to_);
  close(from_);
  kill(process_, SIGCONT);
  waitpid(process_, nullptr, 0);
}

std::string Peer::ask(const std::string& request) {
  const std::string line = request + '\n';
  kill(process_, SIGCONT);
  if (write(to_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    throw std::runtime_error(name_ + " has ended");
  }
  const std::string answer = read_line(from_);
  kill(process_, SIGSTOP);
  if (answer.empty()) throw std::runtime_error(name_ + " has ended at: " + request);
  return answer;
}

Contestant Peer::contestant() {
  return {name_.substr(0, name_.find(" with")), [this](long repetitions) {
            std::istringstream answer(ask("run " + std::to_string(repetitions)));
            Timing timing;
            answer >> timing.seconds >> timing.interruptions;
            return timing;
          }};
}

Peers::Peers(int argc, char** argv, int threads, Report& report) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string(argv[i]) != "--peer") continue;
    peers_.push_back(std::make_unique<Peer>(argv[i + 1], threads));
    report.add_peer(peers_.back()->name());
  }
}

void Peers::join(const std::string& request, std::vector<Contestant>& contestants) {
  for (const auto& peer : peers_) {
    if (peer->ask(request) == "ok") contestants.push_back(peer->contestant());
  }
}

}  // namespace bprop::bench
