// Owns the preflight: what this host is and whether it is fit to measure on. Reads only; changes nothing. Every source
// may be absent: then the fact says "unknown" and never guesses.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/host.h"

namespace benchgate::host {

struct FactOptions {
    std::filesystem::path root = "/";        ///< another one in tests
    std::filesystem::path work_directory{};  ///< whose free space counts; empty: not looked at
    bool ask_compiler = true;                ///< runs "c++ --version"
};

/// Sorted by id.
std::vector<model::HostFact> collect_facts(const FactOptions& options = {});

/// The worst status of all: unknown counts as ok.
model::FactStatus overall(const std::vector<model::HostFact>& facts);

/// Name of the CPU, its cores, kernel and distribution in one line, for pages and reports.
std::string describe_host(const std::vector<model::HostFact>& facts);

/// An aligned table for a terminal.
std::string facts_table(const std::vector<model::HostFact>& facts);

std::string_view to_string(model::FactStatus status);

}
