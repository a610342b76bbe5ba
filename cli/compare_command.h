#pragma once
// `benchgate compare`: a job without a service. Two commits of a local repository are copied, built and measured on
// this machine by the runner's own code and judged by the service's. The user's tree is never written.

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace benchgate::cli {

struct CompareOptions {
    std::string range;  ///< BASE..HEAD, BASE..WORKTREE; empty: where HEAD left the default branch .. the working tree
    std::string repository = ".";
    std::string config;               ///< empty: .benchgate.yml of the working tree
    std::vector<std::string> suites;  ///< empty: all
    std::string filter;               ///< benchmark glob
    bool quick = false;               ///< at most 12 trials a side, and as many again to confirm an alarm
    bool full = false;                ///< up to 60 trials a side, whatever the suite says
    std::optional<std::chrono::milliseconds> max_time;
    std::optional<std::uint64_t> seed;
    std::string bundle, json, markdown, html, csv;  ///< files; "-" is standard output
    std::string format;                             ///< with `command`: no configuration, nothing is built
    std::vector<std::string> command;
    bool explain = false;  ///< the numbers behind every verdict too
    bool no_sandbox = false;
    std::string compiler_cache;  ///< folder; empty: none
    bool terminal = false;       ///< progress on one line that is rewritten
    bool colour = false;
    int columns = 100;  ///< of the terminal, for the report
};

/// Exit status: 0 the gate passes; 1 it blocks; 2 usage or configuration error; 3 could not measure.
int run_compare(const CompareOptions& options, std::ostream& out, std::ostream& err, std::stop_token stop);

}  // namespace benchgate::cli
