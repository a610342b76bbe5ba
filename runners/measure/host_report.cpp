#include "runners/measure/host_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace benchgate::measure {
namespace {
/// NTP slews a clock by at most 500 ppm, 1.8 s an hour: more than this within a job was set by somebody.
constexpr double harmless_share = 0.001, harmless_seconds = 1;
}  // namespace

model::HostFact sandbox_fact(std::string_view name, const sandbox::Capabilities& capabilities) {
    model::HostFact fact{"sandbox", model::FactStatus::ok, std::string(name), "bubblewrap, with every limit", ""};
    if (!capabilities.available) {
        fact.status = model::FactStatus::fail;
        fact.observed = capabilities.why_not.empty() ? "none" : "none: " + capabilities.why_not;
        fact.fix = "install bubblewrap and let it make user namespaces, or pass --allow-unsandboxed";
    } else if (!capabilities.isolated || !capabilities.unavailable.empty()) {
        fact.status = model::FactStatus::warn;
        fact.observed += fmt::format("; {}", fmt::join(capabilities.unavailable, "; "));
        fact.fix = capabilities.isolated ? "give the runner a control group of its own (systemd: Delegate=yes)"
                                         : "install bubblewrap; run only what you trust until then";
    }
    return fact;
}

std::vector<model::HostFact> host_report(const host::FactOptions& options, sandbox::Sandbox& sandbox) {
    auto facts = host::collect_facts(options);
    facts.push_back(sandbox_fact(sandbox.name(), sandbox.probe()));
    std::sort(facts.begin(), facts.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return facts;
}

JobClock::JobClock(const platform::Clock& clock) : clock_(clock), wall_(clock.now()), steady_(clock.steady()) {}

void JobClock::close(model::Bundle& bundle) const {
    const auto took = clock_.steady() - steady_;
    bundle.started_at = platform::format_utc(wall_);
    bundle.finished_at =
        platform::format_utc(wall_ + std::chrono::duration_cast<std::chrono::system_clock::duration>(took));
    const double seconds = std::chrono::duration<double>(took).count();
    const double moved = std::chrono::duration<double>(clock_.now() - wall_).count() - seconds;
    if (std::fabs(moved) <= harmless_seconds + harmless_share * seconds) return;
    bundle.host.push_back(
        {"clock.set", model::FactStatus::warn,
         fmt::format("{} by {:.1f} s during the job", moved > 0 ? "forward" : "back", std::fabs(moved)),
         "not during a job", "let chrony or ntpd slew it; durations here are of the monotonic clock"});
}

}  // namespace benchgate::measure
