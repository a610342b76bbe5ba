#pragma once
// Owns the build of one side: the suite's build lines, run in the sandbox at /src, within one time limit. Does not own
// the checkout (platform/git) or the identity of what was built (artifacts.h).

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/model/config.h"
#include "core/model/series.h"
#include "runners/measure/compiler_cache.h"
#include "runners/measure/failure.h"
#include "runners/measure/link_order.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::measure {

using LogSink = std::function<void(std::string_view bytes)>;

struct BuildRequest {
    model::Side side = model::Side::base;
    std::filesystem::path directory;  ///< seen as /src
    const model::Suite* suite = nullptr;
    sandbox::Limits limits;                      ///< time and output are the suite's and ours
    const LinkOrder* link_order = nullptr;       ///< absent: the build's linkers are called by themselves
    std::optional<std::uint64_t> link_seed{};    ///< absent: the order that the build gives its linker
    std::vector<int> cpus{};                     ///< that the build may use; empty: any
    const CompilerFolders* compilers = nullptr;  ///< absent: they run as ever
};

/// The suite's `fetch` lines, before its build: in the same sandbox, but with a network. They are the base's words;
/// what they read in the tree may be anybody's. The same time limit as a build.
tl::expected<void, JobFailure> fetch(sandbox::Sandbox& sandbox, const BuildRequest& request, const LogSink& log,
                                     std::stop_token stop);

tl::expected<void, JobFailure> build(sandbox::Sandbox& sandbox, const BuildRequest& request, const LogSink& log,
                                     std::stop_token stop);

}  // namespace benchgate::measure
