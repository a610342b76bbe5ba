#include "runners/load/trial.h"

#include <sched.h>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>

#include "runners/load/breaking_point.h"
#include "runners/load/inside.h"
#include "runners/load/network.h"
#include "runners/load/objectives.h"
#include "runners/load/script.h"
#include "runners/load/tools.h"

namespace benchgate::load {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::size_t most_output = 64u << 20;
constexpr std::size_t most_words = 500;
constexpr double most_clients = 100'000;

LoadFailure here(std::string reason) {
    return {std::move(reason), true, false, false, ""};
}

std::vector<int> allowed_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<int> cpus;
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    return cpus;
}

/// This program where the sandbox's user can reach it: beside the side's directory, which nothing in a sandbox sees.
tl::expected<fs::path, LoadFailure> program_beside(const fs::path& directory) {
    std::error_code code;
    const auto own = fs::read_symlink("/proc/self/exe", code);
    if (code) return tl::unexpected(here("cannot find this program: " + code.message()));
    const auto folder = directory.parent_path() / "load";
    const auto copy = folder / "benchgate";
    if (fs::exists(copy, code)) return copy;
    constexpr auto everybody = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                               fs::perms::others_read | fs::perms::others_exec;
    fs::create_directories(folder, code);
    if (!code) fs::permissions(folder, everybody, code);
    const auto part = folder / fmt::format("part-{}", ::getpid());
    if (!code) fs::copy_file("/proc/self/exe", part, fs::copy_options::overwrite_existing, code);
    if (!code) fs::permissions(part, everybody, code);
    if (!code) fs::rename(part, copy, code);
    if (code) return tl::unexpected(here("cannot put this program beside the job: " + code.message()));
    return copy;
}

std::string fault_name(const model::Fault& fault) {
    return fmt::format("fault/{}@{:g}s", model::to_string(fault.kind), static_cast<double>(fault.at.count()) / 1e3);
}

model::Measurement one_value(const std::string& benchmark, const std::string& metric, std::string unit,
                             model::Better better, double value) {
    return {{{benchmark, metric}, std::move(unit), better, true}, {}, {value}, {}, true};
}

/// Said in the report under a name that nobody takes for a pass: no number at all makes the verdict "failed".
void add_unsupported(const model::Fault& fault, const std::string& why, model::Measurements& to) {
    const auto name = fault_name(fault) + ": unsupported here";
    to.values.push_back(
        one_value(name, "recovery_time", "ns", model::Better::lower, std::numeric_limits<double>::quiet_NaN()));
    to.errors.push_back({name, "unsupported: " + why});
}

/// One start of the service with the stages of one script.
class Round {
  public:
    Round(sandbox::Sandbox& sandbox, const model::LoadSuite& suite, const LoadTrial& trial, const CpuSplit& cpus)
        : sandbox_(sandbox), suite_(suite), trial_(trial), cpus_(cpus) {}

    tl::expected<model::Measurements, LoadFailure> run(const std::vector<Stage>& stages, sandbox::Result& used,
                                                       std::stop_token stop) {
        const auto program = program_beside(trial_.directory);
        if (!program) return tl::unexpected(program.error());
        auto command = command_for(stages, *program);
        if (!command)
            return tl::unexpected(
                LoadFailure{"the profile has more stages and targets than one trial can be told of: "
                            "fewer steps, a smaller count, or shorter options and targets",
                            false, false, false, ""});
        auto result = sandbox_.run(*command, stop);
        if (!result) return tl::unexpected(here("sandbox: " + result.error().message));
        if (result->stopped) return tl::unexpected(LoadFailure{"cancelled", false, true, false, ""});
        add_use(*result, used);
        if (result->host_was_short) return tl::unexpected(here("the trial " + result->describe()));
        if (!result->ok())
            return tl::unexpected(
                LoadFailure{fmt::format("the trial {}", result->describe()), false, false, false, result->err.text()});
        if (!failure_.reason.empty()) return tl::unexpected(failure_);
        if (!is_done_)
            return tl::unexpected(LoadFailure{"the trial ended in its midst", false, false, false, result->err.text()});
        return figures();
    }

  private:
    /// nullopt: it is longer than a program can be told.
    std::optional<sandbox::Command> command_for(const std::vector<Stage>& stages, const fs::path& program) {
        Script script;
        script.service = suite_.service;
        script.service_cpus = cpus_.service;
        script.generator_cpus = cpus_.generator;
        script.faults = suite_.faults;
        milliseconds longest = trial_.patience;
        for (const auto& stage : stages) {
            calls_.push_back(calls_of(suite_.load, stage, static_cast<int>(cpus_.generator.size())));
            std::vector<std::string> lines;
            for (const auto& call : calls_.back()) lines.push_back(call.line);
            script.stages.push_back({stage.name, stage.length, std::move(lines)});
            longest += stage.length;
        }
        outputs_.resize(calls_.size());
        for (std::size_t i = 0; i < calls_.size(); ++i) outputs_[i].resize(calls_[i].size());
        sandbox::Command command;
        command.job_directory = trial_.directory;
        command.environment = trial_.environment;
        command.read_only = {program.parent_path()};
        command.limits = trial_.limits;
        command.cpus = trial_.cpus;
        command.limits.wall = longest;
        command.limits.keep_output_bytes = most_output;
        command.limits.output_bytes = 2 * most_output;
        if (suite_.service.limits.memory_bytes > 0)
            command.limits.memory_bytes = static_cast<std::uint64_t>(suite_.service.limits.memory_bytes);
        script.service.limits.memory_bytes = static_cast<double>(command.limits.memory_bytes);
        command.argv = {program.string(), inside_word};
        auto words = to_words(script);
        if (words.empty()) return std::nullopt;
        std::move(words.begin(), words.end(), std::back_inserter(command.argv));
        command.on_started = [this](pid_t pid) { network_ = SandboxNetwork(pid); };
        command.on_output = [this](platform::Stream stream, std::string_view bytes) {
            if (stream == platform::Stream::out) take(bytes);
        };
        return command;
    }

    /// The service runs as the same user as who speaks here, so it can speak, too: from the first word that no
    /// supervisor says nothing more is read.
    void take(std::string_view bytes) {
        while (!bytes.empty() && !is_nonsense_) {
            const auto end = bytes.find('\n');
            text_ += bytes.substr(0, end);
            if (text_.size() > most_event_bytes) return give_up_reading("a line without an end");
            if (end == std::string_view::npos) return;
            const auto event = read_event(text_);
            if (!event) return give_up_reading(event.error());
            heed(*event);
            text_.clear();
            bytes.remove_prefix(end + 1);
        }
    }

    void give_up_reading(const std::string& what) {
        is_nonsense_ = true;
        text_.clear();
        failure_ = {"the trial said something else than what happened: " + what, false, false, false, ""};
    }

    /// Each happens once; somebody who says it over and over would keep this host busy.
    bool is_new(EventKind kind, std::size_t place) { return heeded_.emplace(kind, place).second; }

    void heed(const Event& event) {
        const auto place = static_cast<std::size_t>(std::max(event.index, 0));
        const bool is_fault = event.index >= 0 && place < suite_.faults.size();
        switch (event.kind) {
            case EventKind::started:
                if (!is_new(event.kind, 0)) break;
                for (std::size_t i = 0; i < suite_.faults.size(); ++i)
                    if (is_network(suite_.faults[i].kind))
                        if (const auto why = network_.unsupported(suite_.faults[i])) unsupported_[i] = *why;
                break;
            case EventKind::begin:
                if (is_fault && is_new(event.kind, place) && is_network(suite_.faults[place].kind) &&
                    !unsupported_.contains(place))
                    if (const auto why = network_.begin(suite_.faults[place])) unsupported_[place] = *why;
                break;
            case EventKind::end:
                if (is_fault && is_new(event.kind, place) && is_network(suite_.faults[place].kind) &&
                    !unsupported_.contains(place))
                    if (const auto why = network_.end()) unsupported_[place] = *why;
                break;
            case EventKind::recovered:
                if (is_fault) recovered_[place] = event.seconds;
                break;
            case EventKind::unsupported:
                if (is_fault) unsupported_[place] = event.words.substr(0, most_words);
                break;
            case EventKind::call:
                if (event.index >= 0 && place < outputs_.size() && event.call >= 0 &&
                    static_cast<std::size_t>(event.call) < outputs_[place].size())
                    outputs_[place][static_cast<std::size_t>(event.call)] = event;
                break;
            case EventKind::failed:
                // Once the code under test may run, nothing that is said in there lays the blame on this host.
                failure_ = {event.words.substr(0, most_words),
                            !event.is_services_fault && !heeded_.contains({EventKind::started, 0}), false,
                            event.is_services_fault, event.out};
                break;
            case EventKind::done:
                is_done_ = true;
                note_ = event.words.substr(0, most_words);
                break;
        }
    }

    tl::expected<model::Measurements, LoadFailure> figures() const {
        model::Measurements all;
        for (std::size_t stage = 0; stage < calls_.size(); ++stage) {
            GeneratorUse use{0, 0, std::max(1, static_cast<int>(cpus_.generator.size()))};
            for (std::size_t call = 0; call < calls_[stage].size(); ++call) {
                const auto& event = outputs_[stage][call];
                if (!event)
                    return tl::unexpected(LoadFailure{"a load tool's figures are missing", false, false, false, ""});
                use.cpu_seconds += event->cpu_seconds;
                use.wall_seconds = std::max(use.wall_seconds, event->seconds);
                if (auto failure = add_call(calls_[stage][call], *event, all))
                    return tl::unexpected(std::move(*failure));
            }
            if (auto failure = saturated(calls_[stage].front().stage, use)) return tl::unexpected(std::move(*failure));
        }
        add_faults(all);
        if (!note_.empty()) all.errors.push_back({"", note_});
        if (cpus_.shared)
            all.errors.push_back({"", "there is one CPU: the load tool takes from the service what it needs"});
        return all;
    }

    std::optional<LoadFailure> add_call(const ToolCall& call, const Event& event, model::Measurements& all) const {
        const ToolOutput output{event.exit_code, event.out, event.err};
        auto read = read_output(suite_.load, call, output);
        const auto log = fmt::format("$ {}\n{}\n{}\n", call.line, event.out.substr(0, 4096), event.err.substr(0, 4096));
        // One that never came to work says why; that it was busy all its short life says nothing.
        if (!read)
            return LoadFailure{fmt::format("stage {}: {}", call.benchmark, read.error()), false, false,
                               clients_gave_up(suite_.load.tool, event.exit_code), log};
        if (auto failure = saturated(call.benchmark, {event.cpu_seconds, event.seconds, call.threads})) return failure;
        const auto broken = broken_objectives({}, *read, {});
        if (!broken.empty() && !trial_.may_fail_wholly)
            return LoadFailure{fmt::format("stage {}: {}", call.benchmark, broken.front()), false, false, false, log};
        join(std::move(*read), all);
        return std::nullopt;
    }

    /// Stages of one name give one benchmark several samples.
    static void join(model::Measurements&& from, model::Measurements& to) {
        for (auto& value : from.values) {
            const auto same = std::find_if(to.values.begin(), to.values.end(),
                                           [&](const auto& other) { return other.series.key == value.series.key; });
            if (same == to.values.end()) {
                to.values.push_back(std::move(value));
                continue;
            }
            if (same->summary) {
                same->samples = {same->summary->center};
                same->summary.reset();
            }
            same->samples.push_back(model::trial_value(value));
        }
        std::move(from.errors.begin(), from.errors.end(), std::back_inserter(to.errors));
    }

    std::optional<LoadFailure> saturated(const std::string& name, const GeneratorUse& use) const {
        if (!is_saturated(use)) return std::nullopt;
        return LoadFailure{
            fmt::format("stage {}: the load tool itself was at its limit ({:.0f} % of its {}): the figures would be "
                        "those of {}, not of the service. Ask for less, or give it more CPUs (load.cpus)",
                        name, 100 * use.share(), use.cpus == 1 ? std::string("CPU") : fmt::format("{} CPUs", use.cpus),
                        suite_.load.tool),
            false, false, false, ""};
    }

    void add_faults(model::Measurements& all) const {
        for (std::size_t i = 0; i < suite_.faults.size(); ++i) {
            const auto& fault = suite_.faults[i];
            if (const auto why = unsupported_.find(i); why != unsupported_.end()) {
                add_unsupported(fault, why->second, all);
            } else if (const auto seconds = recovered_.find(i); seconds != recovered_.end()) {
                all.values.push_back(
                    one_value(fault_name(fault), "recovery_time", "ns", model::Better::lower, 1e9 * seconds->second));
                // Of the others it is how long the next look took, some ten microseconds: nothing to be judged.
                all.values.back().series.gating =
                    fault.kind == model::FaultKind::kill || fault.kind == model::FaultKind::pause;
            } else {
                add_unsupported(fault, "it was not carried out", all);
            }
        }
    }

    static void add_use(const sandbox::Result& one, sandbox::Result& all) {
        const auto add = [](const std::optional<sandbox::Sourced>& from, std::optional<sandbox::Sourced>& to) {
            if (from) to = sandbox::Sourced{(to ? to->value : 0) + from->value, from->source};
        };
        all.wall += one.wall;
        all.memory_wait_seconds += one.memory_wait_seconds;
        add(one.cpu_seconds, all.cpu_seconds);
        add(one.user_seconds, all.user_seconds);
        add(one.system_seconds, all.system_seconds);
        if (one.peak_memory_bytes &&
            (!all.peak_memory_bytes || all.peak_memory_bytes->value < one.peak_memory_bytes->value))
            all.peak_memory_bytes = one.peak_memory_bytes;
    }

    sandbox::Sandbox& sandbox_;
    const model::LoadSuite& suite_;
    const LoadTrial& trial_;
    const CpuSplit& cpus_;
    SandboxNetwork network_{-1};
    std::vector<std::vector<ToolCall>> calls_;
    std::vector<std::vector<std::optional<Event>>> outputs_;
    std::map<std::size_t, std::string> unsupported_;
    std::map<std::size_t, double> recovered_;
    std::set<std::pair<EventKind, std::size_t>> heeded_;
    std::string text_;
    bool is_nonsense_ = false;
    LoadFailure failure_;
    bool is_done_ = false;
    std::string note_;
};

/// What an objective speaks of is judged, whatever the tool's format says.
void judge_what_objectives_name(const model::LoadSuite& suite, model::Measurements& measured) {
    for (const auto& budget : model::budgets_of(suite))
        for (auto& value : measured.values)
            if (value.series.key.metric == budget.metric && value.series.better != model::Better::none)
                value.series.gating = true;
}

class Search {
  public:
    using RunStage = std::function<tl::expected<model::Measurements, LoadFailure>(const Stage&)>;
    Search(const model::LoadSuite& suite, const Log& log, RunStage run)
        : suite_(suite), log_(log), run_(std::move(run)), has_rate_(model::holds_rate(suite.load.tool)) {}

    tl::expected<model::Measurements, LoadFailure> run() {
        BreakingPoint point({suite_.search->start, suite_.search->factor, !has_rate_, has_rate_ ? 1e9 : most_clients});
        double reached = 0;  // requests a second at the highest level that held
        while (const auto level = point.next()) {
            const auto stage = search_stage(suite_, *level);
            auto figures = run_(stage);
            if (!figures && (!figures.error().service_broke || (point.tries() == 0))) return figures;
            auto broken = figures ? broken_objectives(suite_.objectives, *figures, stage.level.rate)
                                  : std::vector<std::string>{figures.error().reason};
            if (figures && broken.empty())
                if (const auto untold = untold_objective(suite_.objectives, *figures)) {
                    // Late answers have taken it away; without any the tool does not know it at all.
                    if (!untold->has_failures)
                        return tl::unexpected(LoadFailure{
                            fmt::format("nothing can be held to the objective in line {}: {} tells no {}",
                                        untold->objective->line, suite_.load.tool, untold->objective->metric),
                            false, false, false, ""});
                    broken.push_back(fmt::format("requests{} failed, and no {} is told",
                                                 untold->benchmark.empty() ? "" : " of " + untold->benchmark,
                                                 untold->objective->metric));
                }
            log_(fmt::format("{}: {}\n", stage.name,
                             broken.empty() ? "held" : fmt::format("{}", fmt::join(broken, "; "))));
            if (broken.empty()) reached = has_rate_ ? *level : answered_rate(*figures);
            if (!broken.empty()) last_ = fmt::format("{}: {}", stage.name, broken.front());
            point.told(broken.empty());
        }
        model::Measurements measured;
        measured.values.push_back(one_value("search", "breaking_point", "1/s", model::Better::higher, reached));
        if (point.is_open_above())
            measured.errors.push_back(
                {"", fmt::format("the service never broke: {:g} held, and no more was tried", point.highest())});
        else if (point.highest() == 0)
            measured.errors.push_back({"", "no level held; " + last_});
        return measured;
    }

  private:
    const model::LoadSuite& suite_;
    const Log& log_;
    RunStage run_;
    bool has_rate_;
    std::string last_;
};

}  // namespace

tl::expected<LoadResult, LoadFailure> run_load(sandbox::Sandbox& sandbox, const model::LoadSuite& suite,
                                               const LoadTrial& trial, const Log& log, std::stop_token stop) {
    const auto cpus =
        split_cpus(trial.cpus.empty() ? allowed_cpus() : trial.cpus, suite.load.cpus, suite.service.limits.cpus);
    auto asked = trial;
    asked.may_fail_wholly = trial.may_fail_wholly || suite.search;
    LoadResult result;
    const auto round = [&](const std::vector<Stage>& stages) {
        return Round(sandbox, suite, asked, cpus).run(stages, result.used, stop);
    };
    auto figures = suite.search ? Search(suite, log, [&](const Stage& stage) { return round({stage}); }).run()
                                : round(plan_stages(suite));
    if (!figures) {
        if (!figures.error().log.empty()) log(figures.error().log + "\n");
        return tl::unexpected(std::move(figures.error()));
    }
    result.measured = std::move(*figures);
    judge_what_objectives_name(suite, result.measured);
    return result;
}

}  // namespace benchgate::load
