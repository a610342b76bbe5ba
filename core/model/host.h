// Owns what is recorded about the host of a measurement: single facts (preflight) and what happened on the machine
// while one trial ran. Plain values; reading them is runners/host, their use is a rule fixed beforehand.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace benchgate::model {

enum class FactStatus { ok, warn, fail, unknown };

/// One property of a host: what was seen, what was wanted, and what a person can do about it.
struct HostFact {
    std::string id;  ///< "cpu.governor"
    FactStatus status = FactStatus::unknown;
    std::string observed;
    std::string wanted;
    std::string fix;
    bool operator==(const HostFact&) const = default;
};

/// What changed on the host during one trial. Absent: this machine does not tell.
struct HostDeltas {
    std::optional<double> steal_seconds;    ///< all CPUs together
    std::optional<double> throttle_events;  ///< core and package, all CPUs
    std::optional<double> swap_in_pages;
    std::optional<double> swap_out_pages;
    std::optional<double> cpu_pressure_seconds;  ///< PSI "some", total
    std::optional<double> io_pressure_seconds;
    std::optional<double> memory_pressure_seconds;  ///< without what the trial's own limit made
    std::optional<double> foreign_cpu_seconds;      ///< busy time that is neither the trial's nor stolen
    std::optional<double> own_cpu_seconds;          ///< the trial's, as its sandbox told
    std::optional<double> interrupts;               ///< of devices, on the CPUs that the trial may use
    std::optional<double> involuntary_switches;     ///< of the trial's processes: somebody else got their CPU
    bool operator==(const HostDeltas&) const = default;
};

/// Id of the fact in which a bundle tells how many blocks the host disturbed, and how.
inline constexpr std::string_view void_blocks_fact = "trials.void_blocks";

std::string_view to_string(FactStatus status);
std::optional<FactStatus> fact_status_from(std::string_view text);

}
