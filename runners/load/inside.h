#pragma once
// Owns a load trial inside the sandbox: this program, started again in there, starts the service under test and the
// tools beside it, so that they share one loopback and no other network, breaks the service as it is told, and prints
// what happens as events (script.h). It believes nothing and decides nothing: reading the tools' output is trial.h.

#include <optional>

namespace benchgate::load {

/// The first argument of a program that is to be the supervisor.
inline constexpr const char* inside_word = "--inside-load-trial";

/// To be called first in main(): the exit status of the supervisor, or nothing for every other start of the program.
std::optional<int> run_inside(int argc, char** argv);

}  // namespace benchgate::load
