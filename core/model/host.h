#pragma once
// What a host says of itself, and what happened on it during one trial. Collected by runners/host; the rule that
// voids a block reads only this, never a result.

#include <optional>
#include <string>
#include <vector>

namespace benchgate::model {

/// One line of the host facts record and of `benchgate-runner preflight`.
struct HostFact {
    std::string id;      ///< stable, e.g. "cpu.governor"
    std::string status;  ///< "ok", "warn", "fail", "unknown" (the source is absent on this host)
    std::string observed;
    std::string wanted;
    std::string fix;
    bool operator==(const HostFact&) const = default;
};

/// Changes of the host's counters over one trial. Absent: the host has no such source.
struct HostDeltas {
    std::optional<double> steal_ms;
    std::optional<double> throttle_events;
    std::optional<double> swap_pages;
    std::optional<double> foreign_cpu_ms;   ///< CPU time of everything but the trial's own processes
    std::optional<double> cpu_pressure_ms;  ///< PSI "some" total
    std::optional<double> io_pressure_ms;
    std::optional<double> memory_pressure_ms;
    bool operator==(const HostDeltas&) const = default;
};

}  // namespace benchgate::model
