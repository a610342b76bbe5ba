#pragma once
// Owns what a bundle says of the host beside its measurements: the facts of the preflight, what the sandbox can do
// here, and times that a clock which was set meanwhile cannot bend.

#include <chrono>
#include <vector>

#include "core/model/bundle.h"
#include "platform/clock.h"
#include "runners/host/facts.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::measure {

/// "sandbox": its name and what it lacks; one that is not there at all fails.
model::HostFact sandbox_fact(std::string_view name, const sandbox::Capabilities& capabilities);

/// Facts of the host and of its sandbox, sorted by id.
std::vector<model::HostFact> host_report(const host::FactOptions& options, sandbox::Sandbox& sandbox);

/// From its making to close(): started_at by the wall clock, finished_at by that and the monotonic one, so that the
/// difference is how long it took.
class JobClock {
  public:
    explicit JobClock(const platform::Clock& clock);
    /// Fills both times, and says in bundle.host if the wall clock was set meanwhile.
    void close(model::Bundle& bundle) const;

  private:
    const platform::Clock& clock_;
    std::chrono::system_clock::time_point wall_;
    std::chrono::steady_clock::time_point steady_;
};

}  // namespace benchgate::measure
