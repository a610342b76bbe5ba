#include "runners/measure/side_builder.h"

#include <fmt/format.h>

namespace benchgate::measure {

std::optional<std::string> SideBuilder::key_of(const BuildRequest& request, std::stop_token stop) {
    if (options_.builds == nullptr || request.suite->build.empty()) return std::nullopt;
    if (!options_.system) options_.system = BuildCache::system_of(sandbox_, request.directory, stop);
    if (!options_.system) return std::nullopt;
    BuildCircumstances circumstances{request.suite, options_.processor, *options_.system,
                                     request.side == model::Side::head ? options_.head_origin : ""};
    if (request.compilers) circumstances.compilers = request.compilers->own.string();
    return options_.builds->key_of(sandbox_, request.directory, circumstances, std::move(stop));
}

tl::expected<BuiltSide, JobFailure> SideBuilder::make(const BuildRequest& request, std::stop_token stop) {
    if (auto fetched = fetch(sandbox_, request, log_, stop); !fetched) return tl::unexpected(fetched.error());
    if (options_.before_build)
        if (auto told = options_.before_build(request.side); !told) return tl::unexpected(told.error());
    const auto side = model::to_string(request.side);
    const auto key = key_of(request, stop);
    if (key)
        if (const auto reused = options_.builds->take(sandbox_, *key, request.directory, stop)) {
            log_(fmt::format("[{}] built here at {} in {:.1f} s, and taken from there\n", side, reused->built_at,
                             double(reused->took.count()) / 1000));
            return BuiltSide{{}, reused};
        }
    const auto begin = clock_.steady();
    if (auto built = build(sandbox_, request, log_, stop); !built) return tl::unexpected(built.error());
    BuiltSide done{std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - begin), std::nullopt};
    if (!key) return done;
    const auto why_not = options_.builds->keep(sandbox_, *key, request.directory,
                                               {platform::format_utc(clock_.now()), done.took}, std::move(stop));
    if (!why_not.empty()) log_(fmt::format("[{}] this build is not kept for later: {}\n", side, why_not));
    return done;
}

}  // namespace benchgate::measure
