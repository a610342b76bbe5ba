#include "runners/measure/profiler.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/formats/perf_script.h"
#include "platform/crypto.h"
#include "platform/files.h"

namespace benchgate::measure {
namespace {

constexpr const char* wanted_event = "cpu-clock:u";
constexpr int frequency = 999;  ///< a second; not 1000, which would beat with what happens each millisecond
constexpr const char* data_name = ".benchgate-perf.data";
constexpr std::chrono::minutes longest_script{5};
constexpr std::uint64_t most_script_bytes = std::uint64_t{4} << 30;

std::vector<std::string> record_words() {
    return {"perf", "record", "--quiet", "-e", wanted_event, "-F", std::to_string(frequency),
            // Neither looks for debug files elsewhere nor keeps copies of what it met.
            "-g", "--no-buildid", "--no-buildid-cache", "-o", std::string("/src/") + data_name, "--"};
}

std::string last_line(const platform::Captured& stream) {
    auto text = stream.text();
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    if (const auto line = text.rfind('\n'); line != std::string::npos) text.erase(0, line + 1);
    return text.substr(0, 300);
}

/// What is there may be anything that the code under test left.
void remove_data(const std::filesystem::path& directory) {
    std::error_code ignored;
    if (std::filesystem::is_directory(std::filesystem::symlink_status(directory / data_name, ignored)))
        platform::remove_tree(directory / data_name);
    else
        std::filesystem::remove(directory / data_name, ignored);
}

/// What perf recorded in this directory goes into the fold. The error is one line.
tl::expected<void, std::string> fold_data(sandbox::Sandbox& sandbox, const std::filesystem::path& directory,
                                          const sandbox::Limits& limits, formats::PerfScriptFolder& folder,
                                          std::stop_token stop) {
    sandbox::Command command;
    command.argv = {"perf", "script", "-i", std::string("/src/") + data_name, "--no-inline", "-F", "event,ip,sym,dso"};
    command.job_directory = directory;
    command.limits = limits;
    command.limits.wall = longest_script;
    command.limits.output_bytes = most_script_bytes;
    command.limits.keep_output_bytes = 4096;
    command.on_output = [&](platform::Stream stream, std::string_view bytes) {
        if (stream == platform::Stream::out) folder.feed(bytes);
    };
    const auto result = sandbox.run(command, stop);
    folder.finish();
    if (!result) return tl::unexpected("sandbox: " + result.error().message);
    if (!result->ok())
        return tl::unexpected(fmt::format("perf script {}: {}", result->describe(), last_line(result->err)));
    return {};
}

std::optional<std::string> refused_by_kernel(const std::filesystem::path& host_root) {
    const auto text = platform::read_file(host_root / "proc/sys/kernel/perf_event_paranoid", 32);
    if (!text) return "this kernel has no perf events";
    if (std::atoi(text->c_str()) <= 2) return std::nullopt;
    return fmt::format(
        "kernel.perf_event_paranoid is {}, so that only root may sample: `sysctl "
        "kernel.perf_event_paranoid=2` on the runner's host mends it",
        std::atoi(text->c_str()));
}

class Profiler {
  public:
    Profiler(sandbox::Sandbox& sandbox, const ProfileRequest& request, Observer& observer, const platform::Clock& clock,
             std::stop_token stop)
        : sandbox_(sandbox),
          request_(request),
          observer_(observer),
          clock_(clock),
          stop_(stop),
          trials_(sandbox, *request.suite, request.sides, request.limits, request.cpus) {}

    tl::expected<model::Profile, JobFailure> run() {
        for (round_ = 0; round_ < most_profile_trials && !is_enough(); ++round_) {
            const auto start = clock_.steady();
            if (round_ > 0 && start + longest_round_ > request_.deadline) break;
            Progress progress;
            progress.phase = model::JobPhase::measure;
            progress.block = round_;
            progress.at_most = most_profile_trials;
            observer_.on_progress(progress);
            for (const auto side : {model::Side::base, model::Side::head})
                if (auto done = trial(side); !done) return tl::unexpected(done.error());
            longest_round_ = std::max(longest_round_, clock_.steady() - start);
        }
        model::Profile profile;
        profile.benchmark = request_.benchmark;
        profile.event = wanted_event;
        profile.frequency = frequency;
        profile.whole_command = !trials_.can_filter();
        for (const auto side : {model::Side::base, model::Side::head})
            if (auto filled = fill(profile, side); !filled) return tl::unexpected(filled.error());
        return profile;
    }

  private:
    formats::PerfScriptFolder& fold_of(model::Side side) { return side == model::Side::base ? base_ : head_; }

    bool is_enough() const { return base_.samples() >= enough_samples && head_.samples() >= enough_samples; }

    JobFailure failed(model::Side side, const std::string& reason) const {
        return {model::JobPhase::measure, side, fmt::format("{}: {}", model::to_string(side), reason), false, false};
    }

    tl::expected<void, JobFailure> trial(model::Side side) {
        const auto& directory = request_.sides.of(side);
        remove_data(directory);
        const auto log = [&](std::string_view bytes) { observer_.on_log(bytes); };
        const auto measured = trials_.run({side, {request_.benchmark}, record_words()}, log, stop_);
        if (!measured) return tl::unexpected(measured.error());
        const bool is_there = std::any_of(measured->values.begin(), measured->values.end(), [&](const auto& value) {
            return value.series.key.benchmark == request_.benchmark;
        });
        if (!is_there)
            return tl::unexpected(failed(
                side, fmt::format("there is no benchmark '{}'; a profile compares both sides", request_.benchmark)));
        const auto folded = fold_data(sandbox_, directory, request_.limits, fold_of(side), stop_);
        remove_data(directory);
        if (stop_.stop_requested())
            return tl::unexpected(JobFailure{model::JobPhase::measure, std::nullopt, "cancelled", false, true});
        if (!folded) return tl::unexpected(failed(side, folded.error()));
        return {};
    }

    tl::expected<void, JobFailure> fill(model::Profile& profile, model::Side side) {
        const auto& fold = fold_of(side);
        if (fold.of_other_events() > 0)
            return tl::unexpected(failed(side, fmt::format("perf took another event than {}", wanted_event)));
        if (fold.samples() == 0)
            return tl::unexpected(
                failed(side, fmt::format("no samples in {} runs: the benchmark takes too little processor time for "
                                         "{} samples a second",
                                         round_, frequency)));
        auto& filled = side == model::Side::base ? profile.base : profile.head;
        filled.samples = fold.samples();
        filled.trials = round_;
        filled.folded = model::folded_text(fold.stacks());
        filled.sha256 = platform::sha256_hex(filled.folded);
        return {};
    }

    sandbox::Sandbox& sandbox_;
    const ProfileRequest& request_;
    Observer& observer_;
    const platform::Clock& clock_;
    std::stop_token stop_;
    TrialRunner trials_;
    formats::PerfScriptFolder base_{wanted_event}, head_{wanted_event};
    int round_ = 0;
    std::chrono::nanoseconds longest_round_{0};
};

}  // namespace

std::optional<std::string> profiles_unsupported(sandbox::Sandbox& sandbox, const std::filesystem::path& directory,
                                                const sandbox::Limits& limits, const std::filesystem::path& host_root,
                                                std::stop_token stop) {
    if (!sandbox.probe().isolated)
        return "they are taken inside the sandbox only, and this runner works without one: install bubblewrap there";
    sandbox::Command command;
    command.job_directory = directory;
    command.limits = limits;
    command.limits.wall = std::chrono::seconds(20);
    command.limits.keep_output_bytes = 4096;
    command.shell_line = "command -v perf";
    const auto found = sandbox.run(command, stop);
    if (!found) return "sandbox: " + found.error().message;
    if (!found->ok()) return "there is no perf program: install Debian's package linux-perf on the runner's host";
    if (auto refused = refused_by_kernel(host_root)) return refused;

    remove_data(directory);
    command.shell_line.clear();
    command.argv = record_words();
    for (const char* word : {"/bin/sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"})
        command.argv.emplace_back(word);
    command.perf_events = true;
    const auto recorded = sandbox.run(command, stop);
    formats::PerfScriptFolder folder(wanted_event);
    const auto folded = recorded && recorded->ok() ? fold_data(sandbox, directory, limits, folder, stop)
                                                   : tl::expected<void, std::string>();
    remove_data(directory);
    if (!recorded) return "sandbox: " + recorded.error().message;
    if (!recorded->ok()) return fmt::format("perf record {}: {}", recorded->describe(), last_line(recorded->err));
    if (!folded) return folded.error();
    if (folder.samples() == 0) return fmt::format("perf takes no samples of {} here", wanted_event);
    return std::nullopt;
}

tl::expected<model::Profile, JobFailure> take_profile(sandbox::Sandbox& sandbox, const ProfileRequest& request,
                                                      Observer& observer, const platform::Clock& clock,
                                                      std::stop_token stop) {
    return Profiler(sandbox, request, observer, clock, stop).run();
}

}  // namespace benchgate::measure
