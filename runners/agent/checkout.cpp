#include "runners/agent/checkout.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "platform/git.h"
#include "platform/stop.h"

namespace benchgate::agent {
namespace {

using measure::JobFailure;

/// A ref may lag behind the webhook that announced it.
constexpr std::array<int, 5> lag_waits_s{1, 2, 4, 8, 15};

JobFailure failure(const platform::GitError& error, const std::string& doing) {
    using Kind = platform::GitErrorKind;
    const bool hopeless = error.kind == Kind::unrelated || error.kind == Kind::too_large || error.kind == Kind::unsafe;
    return {model::JobPhase::fetch, std::nullopt, fmt::format("{}: {}", doing, error.message), !hopeless,
            error.kind == Kind::cancelled};
}

/// owner/name -> owner+name.git; '+' stands in neither.
std::string mirror_name(std::string repository) {
    for (auto& c : repository)
        if (c == '/') c = '+';
    return repository + ".git";
}

tl::expected<void, JobFailure> fetch_both(platform::Mirror& mirror, const CheckoutRequest& request,
                                          const std::function<void(std::string_view)>& log, std::stop_token stop) {
    platform::FetchOptions options;
    for (const auto* side : {&request.spec->base, &request.spec->head})
        for (const auto& ref : side->refs) options.refspecs.push_back(fmt::format("+{0}:{0}", ref));
    options.credentials.token = [token = request.clone.token] { return token; };
    options.stop = stop;
    for (std::size_t attempt = 0;; ++attempt) {
        if (auto fetched = mirror.fetch(options); !fetched) return tl::unexpected(failure(fetched.error(), "fetch"));
        const auto& missing = !mirror.has_commit(request.spec->head.sha)   ? request.spec->head.sha
                              : !mirror.has_commit(request.spec->base.sha) ? request.spec->base.sha
                                                                           : std::string();
        if (missing.empty()) return {};
        if (attempt == lag_waits_s.size())
            return tl::unexpected(JobFailure{
                model::JobPhase::fetch, std::nullopt,
                fmt::format("commit {} did not come with the refs that should hold it", missing), true, false});
        log(fmt::format("commit {} is not there yet; asking again in {} s\n", missing, lag_waits_s[attempt]));
        if (!platform::sleep_for(stop, std::chrono::seconds(lag_waits_s[attempt])))
            return tl::unexpected(JobFailure{model::JobPhase::fetch, std::nullopt, "cancelled", false, true});
    }
}

}  // namespace

tl::expected<CheckedOut, JobFailure> check_out(const CheckoutRequest& request,
                                               const std::function<void(std::string_view)>& log, std::stop_token stop) {
    const auto& spec = *request.spec;
    auto mirror = platform::Mirror::open_or_create(request.mirrors / mirror_name(spec.repository), request.clone.url);
    if (!mirror) return tl::unexpected(failure(mirror.error(), "mirror"));
    log(fmt::format("fetching {} from {}\n", spec.repository, request.clone.url));
    if (auto fetched = fetch_both(*mirror, request, log, stop); !fetched) return tl::unexpected(fetched.error());

    CheckedOut out{{request.directory / "base", request.directory / "head"}, spec.base.sha, spec.head.sha};
    if (spec.merge_base) {
        auto base = mirror->merge_base(spec.base.sha, spec.head.sha);
        if (!base) return tl::unexpected(failure(base.error(), "merge-base"));
        out.base_sha = *base;
    }
    log(fmt::format("base {}, head {}\n", out.base_sha, out.head_sha));
    const std::pair<const std::string*, const std::filesystem::path*> wanted[] = {{&out.base_sha, &out.sides.base},
                                                                                  {&out.head_sha, &out.sides.head}};
    for (const auto& [sha, directory] : wanted)
        if (auto written = mirror->checkout(*sha, *directory, {}, stop); !written)
            return tl::unexpected(failure(written.error(), "checkout of " + *sha));
    return out;
}

}  // namespace benchgate::agent
