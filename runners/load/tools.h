#pragma once
// Owns the load tools' command lines and what of their output becomes which benchmark. Pure; reading the output itself
// is core/formats. A tool is found in the sandbox's PATH unless the suite names a program.

#include <chrono>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/model/load.h"
#include "core/model/measurement.h"
#include "runners/load/stages.h"

namespace benchgate::load {

/// One invocation: a line for /bin/sh with {port} still in it.
struct ToolCall {
    std::string line;
    std::string format;       ///< of core/formats
    bool closed_loop = true;  ///< its latencies leave out the time that requests waited to be sent
    int threads = 1;          ///< CPUs that it can use
    std::string benchmark;    ///< what its figures are called
    std::string stage;
};

/// The calls of a stage, one a target, all at a time.
std::vector<ToolCall> calls_of(const model::LoadGenerator& load, const Stage& stage, int cpus);

/// The package of Debian that has the tool, or where else it is to be had.
std::string where_to_get(std::string_view tool);

/// Exit status 1 is said of failed requests, too; its figures are there all the same.
bool exits_with_failures(std::string_view tool);

/// Its clients ended before their time, as the service made them: they are in none of its figures.
bool clients_gave_up(std::string_view tool, int exit_code);

struct ToolOutput {
    int exit_code = 0;
    std::string out, err;
};

/// The figures of one call under the benchmark's name, latencies of a closed loop marked by their metric's name; the
/// error is one clause for people. A call all of whose requests failed has error_rate 1 and an error.
tl::expected<model::Measurements, std::string> read_output(const model::LoadGenerator& load, const ToolCall& call,
                                                           const ToolOutput& output);

/// What a generator used of its CPUs.
struct GeneratorUse {
    double cpu_seconds = 0;
    double wall_seconds = 0;
    int cpus = 1;
    double share() const { return wall_seconds > 0 ? cpu_seconds / (wall_seconds * cpus) : 0; }
};

/// From this share on its figures are those of the generator, not of the service.
inline constexpr double saturated_share = 0.9;
inline bool is_saturated(const GeneratorUse& use) {
    return use.share() >= saturated_share;
}

}  // namespace benchgate::load
