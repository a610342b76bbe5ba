#include "runners/agent/checkout.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "platform/files.h"
#include "platform/git.h"
#include "platform/stop.h"

namespace benchgate::agent {
namespace {

namespace fs = std::filesystem;
using measure::JobFailure;

/// A ref may lag behind the webhook that announced it.
constexpr std::array<int, 5> lag_waits_s{1, 2, 4, 8, 15};
constexpr std::uint64_t most_mirror_entries = 2'000'000;
constexpr const char* removed_mirror = ".gone";

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

/// Under another name first: what a kill leaves must not be opened as a repository that has lost something.
bool remove_mirror(const fs::path& mirror) {
    fs::path gone = mirror;
    std::error_code code;
    if (mirror.extension() != removed_mirror) fs::rename(mirror, gone += removed_mirror, code);
    return !code && platform::remove_tree(gone);
}

}  // namespace

std::uint64_t most_mirror_bytes(const fs::path& mirrors) {
    constexpr std::uint64_t most = std::uint64_t{40} << 30;
    struct statvfs status {};
    if (::statvfs(mirrors.c_str(), &status) != 0) return most;
    return std::min(most, static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize / 4);
}

void bound_mirrors(const fs::path& mirrors, const fs::path& own, std::uint64_t most) {
    struct Kept {
        fs::file_time_type used;
        fs::path path;
        std::uint64_t bytes = 0;
    };
    std::vector<Kept> all;
    std::uint64_t bytes = 0;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(mirrors, code)) {
        const auto& path = entry.path();
        if (!entry.is_directory(code)) continue;
        if (path.extension() == removed_mirror && remove_mirror(path)) continue;
        const auto size = platform::tree_size(path, most_mirror_entries);
        const auto used = fs::last_write_time(path, code);
        all.push_back({path == own ? fs::file_time_type::max()
                       : code      ? fs::file_time_type::min()
                                   : used,
                       path, !size || size->cut ? most : size->bytes});
        bytes += all.back().bytes;
    }
    std::ranges::sort(all, {}, &Kept::used);
    for (const auto& one : all) {
        if (bytes <= most) return;
        if (!remove_mirror(one.path)) {
            spdlog::warn("{} cannot be removed, though the mirrors take more than {} MiB", one.path.string(),
                         most >> 20);
            continue;
        }
        bytes -= one.bytes;
        spdlog::info("{} made room: the mirrors took more than {} MiB", one.path.string(), most >> 20);
    }
}

tl::expected<CheckedOut, JobFailure> check_out(const CheckoutRequest& request,
                                               const std::function<void(std::string_view)>& log, std::stop_token stop) {
    const auto& spec = *request.spec;
    const auto own = request.mirrors / mirror_name(spec.repository);
    bound_mirrors(request.mirrors, own, request.most_mirror_bytes);
    auto mirror = platform::Mirror::open_or_create(own, request.clone.url);
    if (!mirror) return tl::unexpected(failure(mirror.error(), "mirror"));
    std::error_code code;
    fs::last_write_time(own, fs::file_time_type::clock::now(), code);
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
