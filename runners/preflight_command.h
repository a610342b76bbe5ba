#pragma once
// benchgate-runner preflight: what this host is, whether it is fit to measure on, and how to mend what is not. Changes
// nothing.

#include <filesystem>
#include <ostream>

#include "runners/host/cpus.h"
#include "runners/host/fitness.h"

namespace benchgate {

struct PreflightOptions {
    std::filesystem::path root = "/";
    std::filesystem::path work;
    std::filesystem::path tune_journal;  ///< of a tuning that is not undone
    host::CpuPlan cpus;
    host::FitnessRules fitness;
    bool allow_unsandboxed = false;
    bool json = false;
    std::size_t columns = 0;  ///< of the terminal; 0: it is none
};

/// Exit status: 0 it can measure, 2 a rule names no fact, 3 something must be mended first.
int preflight(const PreflightOptions& options, std::ostream& out, std::ostream& err);

}  // namespace benchgate
