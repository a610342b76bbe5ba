#pragma once
// Owns the profile of one benchmark: unmeasured trials of both sides under `perf record`, and what `perf script` says
// of them, folded. Both programs run inside the sandbox like the code under test, since what perf reads of it (ELF
// files, symbols) may be hostile. Does not own the fold (core/formats/perf_script.h) or what is made of it.

#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>

#include "core/model/profile.h"
#include "platform/clock.h"
#include "runners/measure/failure.h"
#include "runners/measure/observer.h"
#include "runners/measure/trial_runner.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::measure {

/// Trials of a side at the most; fewer when this many samples came before.
inline constexpr int most_profile_trials = 5;
inline constexpr std::uint64_t enough_samples = 5'000;

/// Why no profile can be taken here, and what a person does about it; nullopt: one can. Tries it, in this directory,
/// which is a job's. `host_root`: "/", but for tests.
std::optional<std::string> profiles_unsupported(sandbox::Sandbox& sandbox, const std::filesystem::path& directory,
                                                const sandbox::Limits& limits, const std::filesystem::path& host_root,
                                                std::stop_token stop);

struct ProfileRequest {
    std::string benchmark;
    Sides sides;  ///< built
    const model::Suite* suite = nullptr;
    sandbox::Limits limits;
    std::chrono::steady_clock::time_point deadline;  ///< no round is begun that would probably end after it
    host::CpuPlan cpus{};                            ///< its trials run where measured ones do
};

/// Never an empty profile: a side without a sample, or without the benchmark, is a failure.
tl::expected<model::Profile, JobFailure> take_profile(sandbox::Sandbox& sandbox, const ProfileRequest& request,
                                                      Observer& observer, const platform::Clock& clock,
                                                      std::stop_token stop);

}  // namespace benchgate::measure
