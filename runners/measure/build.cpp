#include "runners/measure/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "runners/measure/full_disk.h"

namespace benchgate::measure {
namespace {

constexpr std::uint64_t most_build_output = std::uint64_t{256} << 20;

JobFailure failed(const BuildRequest& request, std::string reason) {
    return {model::JobPhase::build, request.side,
            fmt::format("{}: {}", model::to_string(request.side), std::move(reason)), false, false};
}

std::string shortened(const std::string& line) {
    return line.size() <= 120 ? line : line.substr(0, 117) + "...";
}

}  // namespace

tl::expected<void, JobFailure> build(sandbox::Sandbox& sandbox, const BuildRequest& request, const LogSink& log,
                                     std::stop_token stop) {
    const auto& suite = *request.suite;
    const auto start = std::chrono::steady_clock::now();
    for (const auto& line : suite.build) {
        const auto used =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
        if (used >= suite.timeout.build)
            return tl::unexpected(
                failed(request, fmt::format("the build took longer than {} s", suite.timeout.build.count() / 1000)));
        sandbox::Command command;
        command.shell_line = request.link_order ? LinkOrder::counted(line) : line;
        command.job_directory = request.directory;
        command.environment = suite.environment;
        if (request.link_order) {
            command.environment.merge(request.link_order->environment(request.link_seed));
            command.read_only = {request.link_order->directory()};
        }
        command.limits = request.limits;
        command.limits.wall = suite.timeout.build - used;
        command.limits.output_bytes = most_build_output;
        command.on_output = [&](platform::Stream, std::string_view bytes) { log(bytes); };
        log(fmt::format("[{}] $ {}\n", model::to_string(request.side), line));
        auto result = sandbox.run(command, stop);
        if (!result) {
            return tl::unexpected(
                JobFailure{model::JobPhase::build, std::nullopt, "sandbox: " + result.error().message, true, false});
        }
        if (result->stopped)
            return tl::unexpected(JobFailure{model::JobPhase::build, std::nullopt, "cancelled", false, true});
        if (!result->ok())
            return tl::unexpected(blame_full_disk(
                failed(request, fmt::format("build '{}' {}", shortened(line), result->describe())), request.directory));
    }
    return {};
}

}  // namespace benchgate::measure
