#pragma once
// Owns how a side comes from its tree to what is measured: its `fetch` lines, and then its build, or the one that this
// host made of the same before. Does not own the lines themselves (build.h) or the builds that are kept
// (build_cache.h).

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>

#include "platform/clock.h"
#include "runners/measure/build.h"
#include "runners/measure/build_cache.h"
#include "runners/measure/failure.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::measure {

struct SideBuilderOptions {
    BuildCache* builds = nullptr;  ///< null: everything is built
    std::string processor;
    std::string head_origin;            ///< "pull request 7"; empty: a branch, as the base is
    std::optional<std::string> system;  ///< BuildCache::system_of, where somebody has looked already
    /// Told when a side is as its build will find it.
    std::function<tl::expected<void, JobFailure>(model::Side)> before_build{};
};

struct BuiltSide {
    std::chrono::milliseconds took{};   ///< of the build alone; zero where it was reused
    std::optional<ReusedBuild> reused;  ///< absent: it was built now
};

class SideBuilder {
  public:
    SideBuilder(sandbox::Sandbox& sandbox, SideBuilderOptions options, LogSink log, const platform::Clock& clock)
        : sandbox_(sandbox), options_(std::move(options)), log_(std::move(log)), clock_(clock) {}

    tl::expected<BuiltSide, JobFailure> make(const BuildRequest& request, std::stop_token stop);

  private:
    std::optional<std::string> key_of(const BuildRequest& request, std::stop_token stop);
    sandbox::Sandbox& sandbox_;
    SideBuilderOptions options_;
    LogSink log_;
    const platform::Clock& clock_;
};

}  // namespace benchgate::measure
