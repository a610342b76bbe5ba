// Owns the two looks at the host's counters around a trial, their difference, and the rule that voids a block. The
// rule looks at the host only, never at a result. Does not own the decision to repeat: that is runners/measure.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/host.h"

namespace benchgate::host {

/// Raw counters at one moment; absent where the host has none.
struct Counters {
    std::optional<double> busy_seconds{};  ///< user, nice, system of the watched CPUs
    std::optional<double> interrupt_seconds{};
    std::optional<double> steal_seconds{};
    std::optional<double> throttle_events{};
    std::optional<double> swap_in_pages{};
    std::optional<double> swap_out_pages{};
    std::optional<double> cpu_pressure_seconds{};
    std::optional<double> io_pressure_seconds{};
    std::optional<double> memory_pressure_seconds{};
    std::optional<double> interrupts{};  ///< of devices, on the watched CPUs
};

struct CounterSource {
    std::filesystem::path root = "/";  ///< another one in tests
    std::vector<int> cpus{};           ///< that the benchmark is pinned to; empty: all
};

Counters read_counters(const CounterSource& source = {});

/// What the trial's process tree took itself.
struct OwnUse {
    std::optional<double> cpu_seconds{};  ///< without it, foreign time is absent
    double memory_wait_seconds = 0;       ///< of the memory pressure, what its own limit made
    bool holds_interrupts = false;        ///< cpu_seconds hold those that came meanwhile (interrupt_time.h)
};

model::HostDeltas difference(const Counters& before, const Counters& after, const OwnUse& own);

/// Fixed before anything is measured; docs/hosts.md shows them. Fractions of steal and foreign time are of duration x
/// watched CPUs, those of pressure of the duration. I/O pressure, interrupts and involuntary switches are recorded and
/// decide nothing: a benchmark may cause them itself, and a block must not be void for what is measured.
struct VoidThresholds {
    double steal_fraction = 0.02;
    double foreign_fraction = 0.10;
    double throttle_events = 0;
    double swap_pages = 0;
    double memory_pressure_fraction = 0.05;
    double cpu_pressure_fraction = 0.10;  ///< only where foreign time is not known
    double foreign_floor_seconds = 0.05;  ///< the kernel counts in ticks of 10 ms: less is not evidence
    double steal_floor_seconds = 0.03;
    double pressure_floor_seconds = 0.05;
};

enum class Disturbance { throttling, swapping, steal, foreign_load, memory_pressure, cpu_pressure };

/// "throttling", "swapping", "stolen CPU time", "other processes", ...: for tallies.
std::string_view to_string(Disturbance kind);

struct VoidReason {
    Disturbance kind;
    std::string text;  ///< "other processes used 500 ms of CPU time"
};

struct TrialSpan {
    std::chrono::nanoseconds duration{};
    int cpus = 1;  ///< watched ones
};

/// Why the trial's block must be measured again, the surest evidence first; nullopt: it stands.
std::optional<VoidReason> void_reason(const model::HostDeltas& deltas, const TrialSpan& span,
                                      const VoidThresholds& thresholds = {});

/// Number of CPUs that read_counters watches.
int watched_cpus(const CounterSource& source = {});

}  // namespace benchgate::host
