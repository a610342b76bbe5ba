#pragma once
// A load suite as plain structs: the service under test, the tool that loads it, the profile of the load, what must
// hold under it, and what is done to the service meanwhile. Read by core/config, carried out by runners/load.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/policy.h"

namespace benchgate::model {

/// What the service gets of the host; 0: what is there.
struct ServiceLimits {
    int cpus = 0;
    double memory_bytes = 0;  ///< of the trial as a whole: service, generator and /tmp
    int open_files = 0;
    bool operator==(const ServiceLimits&) const = default;
};

struct ServiceUnderTest {
    std::string start;                 ///< shell line; {port} is replaced
    std::string ready = "tcp:{port}";  ///< tcp:PORT, http://..., log:TEXT or command:SHELL LINE
    std::string stop = "TERM";
    std::chrono::milliseconds ready_within{30'000};
    ServiceLimits limits;
    bool operator==(const ServiceUnderTest&) const = default;
};

/// One of the things that are asked of the service; several at a time by their weights are a mixed load.
struct LoadTarget {
    std::string name;     ///< empty: the only one
    std::string address;  ///< what the tool is pointed at; {port} is replaced
    double weight = 1;
    bool operator==(const LoadTarget&) const = default;
};

/// How hard: so many clients at a time, and so many requests a second where a rate is asked for.
struct LoadLevel {
    std::optional<int> clients;
    std::optional<double> rate;
    bool operator==(const LoadLevel&) const = default;
};

struct LoadGenerator {
    std::string tool;
    std::string program;  ///< empty: the tool's usual name, found in PATH
    std::string options;  ///< more words for the tool, as a shell would read them
    std::vector<LoadTarget> targets;
    LoadLevel level;
    std::chrono::milliseconds length{10'000};
    int cpus = 0;  ///< that the generator has for itself; 0: half of them
    bool operator==(const LoadGenerator&) const = default;
};

/// steady: one level. ramp: from one level to another in steps. burst: low and high in turn. spike: high once between
/// two low ones.
enum class StepKind { steady, ramp, burst, spike };

struct LoadStep {
    std::string name;
    StepKind kind = StepKind::steady;
    LoadLevel level;  ///< of a steady one
    double from = 0;  ///< of the others: clients, or requests a second where the tool holds a rate
    double to = 0;
    int count = 0;  ///< steps of a ramp, bursts of a burst; 0: the default
    std::chrono::milliseconds length{0};
    bool operator==(const LoadStep&) const = default;
};

/// The search for the breaking point: level after level, each `factor` times the former.
struct LoadSearch {
    double start = 100;  ///< requests a second; clients, where the tool holds no rate
    double factor = 1.25;
    bool operator==(const LoadSearch&) const = default;
};

enum class FaultKind { pause, kill, cpu, memory, disk, io, delay, loss, bandwidth };

/// Done to the service `at` a time after the load begins.
struct Fault {
    FaultKind kind = FaultKind::pause;
    std::chrono::milliseconds at{0};
    std::chrono::milliseconds length{0};  ///< of a kill: until it is started again
    double amount = 0;                    ///< ns of a delay, share of a loss, bytes/s of a bandwidth, workers, bytes
    bool operator==(const Fault&) const = default;
};

struct LoadSuite {
    ServiceUnderTest service;
    LoadGenerator load;
    std::vector<LoadStep> profile;   ///< empty: one steady step of the load's own level and length
    std::vector<Budget> objectives;  ///< on every stage of the suite, or on the one that `benchmark` names
    std::optional<LoadSearch> search;
    std::vector<Fault> faults;
    bool operator==(const LoadSuite&) const = default;
};

/// Bounds of a load suite.
inline constexpr std::size_t most_load_targets = 16;
inline constexpr std::size_t most_load_steps = 50;
inline constexpr std::size_t most_faults = 20;
inline constexpr int most_step_count = 100;

/// Parts of a ramp, and bursts, where nobody said how many.
inline constexpr int default_ramp_steps = 5;
inline constexpr int default_bursts = 3;

/// The tools that can be asked for, in the order of the documentation.
std::vector<std::string_view> load_tools();
/// Whether the tool sends at a rate that it is told.
bool holds_rate(std::string_view tool);
/// Whether its latencies leave out the time that requests waited to be sent: each client waits for an answer before it
/// asks again, so a slow service is asked less (coordinated omission).
bool is_closed_loop(std::string_view tool, bool at_a_rate);
/// "p99" of such a tool is the metric "p99_closed_loop".
inline constexpr std::string_view closed_loop_suffix = "_closed_loop";

/// The objectives as budgets on what is measured: an objective on p99 is one on p99_closed_loop too, and one on a stage
/// is one on its parts. Of a search only those on its breaking_point: the others say which levels hold.
std::vector<Budget> budgets_of(const LoadSuite& suite);

std::string_view to_string(StepKind kind);
std::optional<StepKind> step_kind_from(std::string_view text);
std::string_view to_string(FaultKind kind);
std::optional<FaultKind> fault_kind_from(std::string_view text);

}  // namespace benchgate::model
