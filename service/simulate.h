#pragma once
// `benchgate-service simulate DELIVERY.json`: what a delivery would lead to, told and not done. The same intake and the
// same planner as in service, behind ports that cannot write: the store is read in transactions in which the server
// refuses every write, and GitHub is asked through a client that lets reading calls through only.

#include <filesystem>
#include <string>

#include "service/settings.h"

namespace benchgate::service {

struct SimulateOptions {
    std::filesystem::path file;        ///< "-": standard input
    std::string event;                 ///< empty: what the file says, or else a guess
    std::filesystem::path config;      ///< a .benchgate.yml that stands for the repository's; empty: the repository's
    std::string permission = "write";  ///< of whoever commands, where GitHub is not asked
    bool offline = false;
    std::string json;  ///< where a JSON document goes: empty: nowhere, "-": standard output instead of the text
};

/// Prints; returns the exit status 0. Throws std::invalid_argument for a file that is no delivery, std::runtime_error
/// when something that must be known cannot be.
int simulate(const Settings& settings, const SimulateOptions& options);

}  // namespace benchgate::service
