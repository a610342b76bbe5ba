// Owns the preflight: what this host is and whether it is fit to measure on. Reads only; changes nothing. Every source
// may be absent: then the fact says "unknown" and never guesses. What the facts decide is fitness.h.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/model/host.h"
#include "runners/host/cpus.h"

namespace benchgate::host {

struct FactOptions {
    std::filesystem::path root = "/";        ///< another one in tests
    std::filesystem::path work_directory{};  ///< whose free space counts; empty: not looked at
    bool ask_compiler = true;                ///< runs "c++ --version"
    CpuPlan cpus{};                          ///< empty: every CPU measures and does everything else
};

/// Sorted by id.
std::vector<model::HostFact> collect_facts(const FactOptions& options = {});

/// Name of the CPU, its cores, kernel and distribution in one line, for pages and reports.
std::string describe_host(const std::vector<model::HostFact>& facts);

}  // namespace benchgate::host
