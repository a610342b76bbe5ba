#include "runners/measure/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "runners/measure/full_disk.h"

namespace benchgate::measure {
namespace {

constexpr std::uint64_t most_build_output = std::uint64_t{256} << 20;

std::string shortened(const std::string& line) {
    return line.size() <= 120 ? line : line.substr(0, 117) + "...";
}

/// The lines of one phase, one after the other, in the time that the suite gives its build.
class Lines {
  public:
    Lines(sandbox::Sandbox& sandbox, const BuildRequest& request, const LogSink& log, model::JobPhase phase)
        : sandbox_(sandbox), request_(request), log_(log), phase_(phase) {}

    tl::expected<void, JobFailure> run(const std::vector<std::string>& lines, std::stop_token stop) {
        const auto limit = request_.suite->timeout.build;
        const auto start = std::chrono::steady_clock::now();
        for (const auto& line : lines) {
            const auto used =
                std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
            if (used >= limit) return failed(fmt::format("the {} took longer than {} s", name(), limit.count() / 1000));
            auto command = command_of(line);
            command.limits.wall = limit - used;
            log_(fmt::format("[{}] $ {}\n", model::to_string(request_.side), line));
            auto result = sandbox_.run(command, stop);
            if (!result)
                return tl::unexpected(
                    JobFailure{phase_, std::nullopt, "sandbox: " + result.error().message, true, false});
            if (result->stopped) return tl::unexpected(JobFailure{phase_, std::nullopt, "cancelled", false, true});
            if (result->host_was_short)
                return tl::unexpected(JobFailure{phase_, std::nullopt,
                                                 fmt::format("{} '{}' {}", name(), shortened(line), result->describe()),
                                                 true, false});
            if (!result->ok())
                return tl::unexpected(blame_full_disk(
                    failed(fmt::format("{} '{}' {}", name(), shortened(line), result->describe())).value(),
                    request_.directory, result->disk_full, command.writable));
        }
        return {};
    }

  private:
    std::string_view name() const { return model::to_string(phase_); }

    tl::unexpected<JobFailure> failed(const std::string& reason) const {
        return tl::unexpected(JobFailure{phase_, request_.side,
                                         fmt::format("{}: {}", model::to_string(request_.side), reason), false, false});
    }

    sandbox::Command command_of(const std::string& line) const {
        const auto* order = phase_ == model::JobPhase::build ? request_.link_order : nullptr;
        sandbox::Command command;
        command.shell_line = order ? LinkOrder::counted(line) : line;
        command.job_directory = request_.directory;
        command.environment = request_.suite->environment;
        command.network = phase_ == model::JobPhase::fetch;
        if (order) {
            command.environment.merge(order->environment(request_.link_seed));
            command.read_only = {order->directory()};
        }
        if (phase_ == model::JobPhase::build && request_.compilers) request_.compilers->add_to(command);
        command.cpus = request_.cpus;
        command.limits = request_.limits;
        command.limits.output_bytes = most_build_output;
        command.on_output = [&log = log_](platform::Stream, std::string_view bytes) { log(bytes); };
        return command;
    }

    sandbox::Sandbox& sandbox_;
    const BuildRequest& request_;
    const LogSink& log_;
    model::JobPhase phase_;
};

}  // namespace

tl::expected<void, JobFailure> fetch(sandbox::Sandbox& sandbox, const BuildRequest& request, const LogSink& log,
                                     std::stop_token stop) {
    return Lines(sandbox, request, log, model::JobPhase::fetch).run(request.suite->fetch, std::move(stop));
}

tl::expected<void, JobFailure> build(sandbox::Sandbox& sandbox, const BuildRequest& request, const LogSink& log,
                                     std::stop_token stop) {
    return Lines(sandbox, request, log, model::JobPhase::build).run(request.suite->build, std::move(stop));
}

}  // namespace benchgate::measure
