#include "runners/measure/trial_runner.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "core/formats/formats.h"
#include "core/formats/shuffling.h"
#include "core/json/document.h"
#include "core/model/resources.h"
#include "platform/files.h"
#include "runners/host/deltas.h"
#include "runners/host/interrupt_time.h"
#include "runners/load/trial.h"
#include "runners/measure/command_line.h"
#include "runners/measure/full_disk.h"
#include "runners/measure/room.h"

namespace benchgate::measure {
namespace {

constexpr std::size_t most_result_bytes = 64u << 20;
constexpr const char* output_name = ".benchgate-output";
/// Linux passes one word of at most 128 KiB, and a shell line is one word.
constexpr std::size_t most_line_bytes = 100u << 10;

JobFailure failed(const TrialRequest& request, const std::string& reason) {
    return {model::JobPhase::measure, request.side, fmt::format("{}: {}", model::to_string(request.side), reason),
            false, false};
}

JobFailure host_failure(std::string reason) {
    return {model::JobPhase::measure, std::nullopt, std::move(reason), true, false};
}

/// Hostile code may have left anything under this name; what stays there would be read as a result. It may have closed
/// its directory, too, which is no fault of this host.
tl::expected<void, JobFailure> remove_output(const TrialRequest& request, const std::filesystem::path& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    fs::permissions(path.parent_path(), fs::perms::owner_all, fs::perm_options::add, error);
    std::string why;
    if (fs::is_directory(fs::symlink_status(path, error))) {
        if (auto removed = platform::remove_tree(path); !removed) why = removed.error().message;
    } else {
        fs::remove(path, error);
        if (error) why = error.message();
    }
    if (why.empty()) return {};
    why = "cannot remove the last trial's output: " + why;
    struct statvfs status {};
    const bool is_read_only = ::statvfs(path.parent_path().c_str(), &status) == 0 && (status.f_flag & ST_RDONLY) != 0;
    return tl::unexpected(is_read_only ? host_failure(why) : failed(request, why));
}

/// The end of what the command said on standard error, for the log of a failed trial.
std::string last_words(const platform::Captured& stream) {
    const auto text = stream.text();
    return text.size() <= 4096 ? text : text.substr(text.size() - 4096);
}

host::OwnUse own_use(const sandbox::Result& result, bool holds_interrupts) {
    return {result.cpu_seconds ? std::optional(result.cpu_seconds->value) : std::nullopt, result.memory_wait_seconds,
            holds_interrupts};
}

/// What the whole command used is counted from outside. A tool that prints the same names would be believed in place of
/// that: the first value of a series counts.
void drop_names_of_the_whole(model::Measurements& measured) {
    const auto dropped = std::erase_if(
        measured.values, [](const auto& value) { return model::is_of_the_whole(value.series.key.benchmark); });
    if (dropped == 0) return;
    measured.errors.push_back({"", fmt::format("the tool names a benchmark {} or {}: those are the names of what this "
                                               "host itself counts, so its {} values are left out",
                                               model::whole_command, model::whole_build, dropped)});
}

tl::expected<model::Trial, JobFailure> finished_trial(const TrialRequest& request, model::Measurements&& measured,
                                                      const sandbox::Result& result, model::HostDeltas host) {
    model::Trial trial;
    trial.side = request.side;
    drop_names_of_the_whole(measured);
    trial.values = std::move(measured.values);
    trial.errors = std::move(measured.errors);
    if (const auto words = too_large(trial)) return tl::unexpected(failed(request, *words));
    trial.host = std::move(host);
    trial.host.involuntary_switches = result.involuntary_switches;
    trial.resources = resources_of(result);
    return trial;
}

}  // namespace

TrialRunner::TrialRunner(sandbox::Sandbox& sandbox, const model::Suite& suite, Sides sides,
                         const sandbox::Limits& limits, const host::CpuPlan& cpus)
    : sandbox_(sandbox),
      suite_(suite),
      sides_(std::move(sides)),
      limits_(limits),
      cpus_(cpus),
      can_filter_(has_placeholder(suite.run, "filter") && !formats::filter_expression(suite.format, {"x"}).empty()),
      can_repeat_(has_placeholder(suite.run, "repeats")),
      writes_file_(has_placeholder(suite.run, "output")),
      is_charged_for_interrupts_(host::is_charged_for_interrupts().value_or(false)),
      sources_(suite) {}

model::HostFact TrialRunner::order() const {
    const bool by_seed = has_placeholder(suite_.run, "seed");
    const bool by_tool = !formats::shuffling_environment(suite_.format).empty();
    return {"run.order", model::FactStatus::ok,
            by_seed   ? "drawn by {seed} of the run command"
            : by_tool ? "drawn by the tool in each process"
                      : "as the tool has it, the same in each trial",
            "drawn anew in each trial", by_seed || by_tool ? "" : "give a tool that takes a seed {seed}"};
}

/// Benchmarks whose names do not fit into a command are not left out: all of them run, settled ones too.
std::string TrialRunner::line_for(const TrialRequest& request) const {
    const auto line = [&](const std::vector<std::string>& names) {
        return expand(suite_.run, {formats::filter_expression(suite_.format, names), output_name,
                                   std::to_string(request.repeats), std::to_string(request.seed)});
    };
    if (!can_filter_) return line({});
    auto filtered = line(request.benchmarks);
    return filtered.size() <= most_line_bytes ? filtered : line({});
}

sandbox::Command TrialRunner::command_for(const TrialRequest& request, const std::string& line) const {
    sandbox::Command command;
    if (request.under.empty()) {
        command.shell_line = line;
    } else {
        command.argv = request.under;
        for (const auto& word : {std::string("/bin/sh"), std::string("-c"), line}) command.argv.push_back(word);
        command.perf_events = true;
    }
    command.job_directory = sides_.of(request.side, request.link_order);
    command.environment = suite_.environment;
    // What the suite says itself counts.
    command.environment.merge(formats::shuffling_environment(suite_.format));
    command.limits = limits_;
    command.cpus = cpus_.bench;
    command.limits.wall = suite_.timeout.trial;
    command.limits.keep_output_bytes = most_result_bytes;
    command.limits.output_bytes = 2 * most_result_bytes;
    return command;
}

tl::expected<std::string, JobFailure> TrialRunner::output_of(const TrialRequest& request,
                                                             const sandbox::Result& result) const {
    if (!writes_file_) {
        if (result.out.dropped_bytes > 0)
            return tl::unexpected(
                failed(request, fmt::format("the output is larger than {} MiB", most_result_bytes >> 20)));
        return result.out.text();
    }
    auto bytes = platform::read_below(sides_.of(request.side, request.link_order), output_name, most_result_bytes);
    if (!bytes) return tl::unexpected(failed(request, "the file {output} cannot be read: " + bytes.error().message));
    return std::move(*bytes);
}

tl::expected<sandbox::Result, JobFailure> TrialRunner::ended(
    const TrialRequest& request, const std::string& line, tl::expected<sandbox::Result, sandbox::SandboxError>&& result,
    const LogSink& log) const {
    if (!result) return tl::unexpected(host_failure("sandbox: " + result.error().message));
    if (result->stopped)
        return tl::unexpected(JobFailure{model::JobPhase::measure, std::nullopt, "cancelled", false, true});
    if (result->ok()) return std::move(*result);
    log(fmt::format("[{}] $ {}\n{}\n", model::to_string(request.side), line, last_words(result->err)));
    if (result->host_was_short) return tl::unexpected(host_failure("the run command " + result->describe()));
    return tl::unexpected(blame_full_disk(failed(request, fmt::format("the run command {}", result->describe())),
                                          sides_.of(request.side, request.link_order), result->disk_full));
}

tl::expected<std::vector<model::MemoryPoint>, JobFailure> TrialRunner::watch_memory(model::Side side,
                                                                                    std::chrono::milliseconds every,
                                                                                    const LogSink& log,
                                                                                    std::stop_token stop) {
    const TrialRequest request{side, {}};
    if (auto removed = remove_output(request, sides_.of(side) / output_name); !removed)
        return tl::unexpected(removed.error());
    const auto line = line_for(request);
    auto command = command_for(request, line);
    command.memory_every = every;
    auto result = ended(request, line, sandbox_.run(command, stop), log);
    if (!result) return tl::unexpected(result.error());
    std::vector<model::MemoryPoint> points;
    for (const auto& sample : result->memory) points.push_back({sample.seconds, sample.bytes});
    return points;
}

tl::expected<model::Trial, JobFailure> TrialRunner::run(const TrialRequest& request, const LogSink& log,
                                                        std::stop_token stop) {
    if (suite_.load) return run_load(request, log, stop);
    const auto directory = sides_.of(request.side, request.link_order);
    if (auto removed = remove_output(request, directory / output_name); !removed)
        return tl::unexpected(removed.error());
    const auto line = line_for(request);
    auto command = command_for(request, line);
    const bool is_whole = request.benchmarks.empty() && request.under.empty();
    if (is_whole) command.figures = figures_of(suite_);

    const host::CounterSource counters{"/", cpus_.bench};
    const auto before = host::read_counters(counters);
    auto ran = sandbox_.run(command, stop);
    const auto after = host::read_counters(counters);
    auto result = ended(request, line, std::move(ran), log);
    if (!result) return tl::unexpected(result.error());
    auto bytes = output_of(request, *result);
    if (!bytes) return tl::unexpected(blame_full_disk(bytes.error(), directory));
    auto parsed = formats::parse(suite_.format, json::Padded(std::move(*bytes)));
    if (!parsed) {
        log(fmt::format("[{}] $ {}\n{}\n", model::to_string(request.side), line, last_words(result->err)));
        // A tool that cannot write often says so nowhere, exits with 0 and leaves half a result.
        return tl::unexpected(blame_full_disk(
            failed(request, fmt::format("the output cannot be read{}: {}",
                                        suite_.format == "auto" ? "" : " as " + suite_.format, parsed.error().message)),
            directory));
    }

    auto trial = finished_trial(request, std::move(*parsed), *result,
                                host::difference(before, after, own_use(*result, is_charged_for_interrupts_)));
    if (trial && is_whole) {
        sources_.note(trial->resources, *result);
        auto whole = values_of(trial->resources, suite_);
        std::move(whole.begin(), whole.end(), std::back_inserter(trial->values));
    }
    return trial;
}

tl::expected<model::Trial, JobFailure> TrialRunner::run_load(const TrialRequest& request, const LogSink& log,
                                                             std::stop_token stop) {
    load::LoadTrial trial{sides_.of(request.side, request.link_order),
                          suite_.environment,
                          limits_,
                          suite_.timeout.trial,
                          cpus_.bench,
                          request.side == model::Side::head};
    const host::CounterSource counters{"/", cpus_.bench};
    const auto before = host::read_counters(counters);
    auto result = load::run_load(
        sandbox_, *suite_.load, trial,
        [&](std::string_view text) { log(fmt::format("[{}] {}", model::to_string(request.side), text)); }, stop);
    const auto after = host::read_counters(counters);
    if (!result) {
        auto& failure = result.error();
        if (failure.cancelled)
            return tl::unexpected(JobFailure{model::JobPhase::measure, std::nullopt, "cancelled", false, true});
        if (failure.infrastructure) return tl::unexpected(host_failure(std::move(failure.reason)));
        return tl::unexpected(blame_full_disk(failed(request, failure.reason), sides_.of(request.side)));
    }
    return finished_trial(request, std::move(result->measured), result->used,
                          host::difference(before, after, own_use(result->used, is_charged_for_interrupts_)));
}

}  // namespace benchgate::measure
