#include "runners/measure/job.h"

#include <fmt/format.h>

#include <chrono>
#include <map>

#include "runners/measure/artifacts.h"
#include "runners/measure/build.h"
#include "runners/measure/experiment.h"
#include "runners/measure/host_report.h"
#include "runners/measure/link_variants.h"
#include "runners/measure/memory_growth.h"
#include "runners/measure/profiler.h"
#include "runners/measure/resources.h"
#include "runners/measure/side_builder.h"

namespace benchgate::measure {
namespace {

tl::expected<void, JobFailure> prepare(const JobInput& input, sandbox::Sandbox& sandbox) {
    for (const auto& directory : {input.sides.base, input.sides.head})
        if (auto prepared = sandbox.prepare(directory); !prepared)
            return tl::unexpected(
                JobFailure{model::JobPhase::build, std::nullopt, "sandbox: " + prepared.error().message, true, false});
    return {};
}

model::HostFact link_order_fact(int base, int head) {
    if (base == 0 && head == 0)
        return {"build.link_order", model::FactStatus::unknown,
                "as the builds have it: they call no linker of this host", "shuffled",
                "let gcc or clang link several object files"};
    return {"build.link_order", model::FactStatus::ok,
            fmt::format("shuffled, {} links of base and {} of head", base, head), "shuffled", ""};
}

model::HostFact reuse_fact(model::Side side, const ReusedBuild& build) {
    return {fmt::format("build.{}", model::to_string(side)), model::FactStatus::ok,
            fmt::format("reused: built here at {} in {:.1f} s", build.built_at, double(build.took.count()) / 1000), "",
            ""};
}

/// What the two builds cost, as far as the suite asks for it.
struct BuildCosts {
    std::map<model::Side, double> seconds;
    std::map<model::Side, std::uint64_t> artifact_bytes;

    model::HostFact time_fact() const {
        const auto of = [&](model::Side side) {
            const auto found = seconds.find(side);
            return found == seconds.end() ? std::string("no time, not built anew")
                                          : fmt::format("{:.3g} s", found->second);
        };
        return {
            "build.time", model::FactStatus::ok,
            fmt::format("{} (base, which is built first) and {} (head)", of(model::Side::base), of(model::Side::head)),
            "", ""};
    }

    /// The same in each trial of a side. The size is exact. The time is one observation that no repetition stands
    /// behind, taken when the other side's build may have warmed the caches: it has no direction, so nobody judges it.
    void add_to(model::Trial& trial) const {
        if (const auto bytes = artifact_bytes.find(trial.side); bytes != artifact_bytes.end())
            trial.values.push_back(whole_value(model::whole_build, model::measure_artifact_size, "bytes",
                                               model::Better::lower, static_cast<double>(bytes->second)));
        if (const auto time = seconds.find(trial.side); time != seconds.end())
            trial.values.push_back(whole_value(model::whole_build, model::measure_build_time, "ns", model::Better::none,
                                               time->second * 1e9));
    }
};

/// What both builds of a job share.
struct Workshop {
    std::optional<LinkOrder> linkers;  ///< where an order is shuffled
    JobCompilers compilers;
    std::optional<std::string> system;  ///< BuildCache::system_of, once it is known
};

bool builds_for_itself(const JobInput& input) {
    return input.shuffle_links || input.measure_identical;
}

/// A compiler that need not compile is no measure of the time that a build takes.
CompilerCache* compilers_for(const JobInput& input) {
    const bool is_timed = is_measured(input.suite, model::measure_build_time);
    return builds_for_itself(input) || is_timed || input.suite.build.empty() ? nullptr : input.compilers;
}

tl::expected<void, JobFailure> furnish(Workshop& workshop, const JobInput& input, bool shuffles,
                                       sandbox::Sandbox& sandbox, std::stop_token stop) {
    auto& compilers = workshop.compilers;
    if (compilers.are_cached()) {
        workshop.system = BuildCache::system_of(sandbox, input.sides.base, std::move(stop));
        compilers.open(input.compilers_of.empty() ? input.comparison.repository : input.compilers_of, input.head_origin,
                       workshop.system);
    }
    if (!shuffles) return {};
    auto made = make_linkers(sandbox,
                             compilers.are_cached() ? compilers.linkers() : input.sides.base.parent_path() / "linkers");
    if (!made) return tl::unexpected(made.error());
    workshop.linkers = std::move(*made);
    return {};
}

tl::expected<BuildCosts, JobFailure> build_both(const JobInput& input, sandbox::Sandbox& sandbox, Observer& observer,
                                                model::Bundle& bundle, Workshop& workshop, LinkVariants& variants,
                                                const platform::Clock& clock, std::stop_token stop) {
    BuildCosts costs;
    const auto log = [&](std::string_view bytes) { observer.on_log(bytes); };
    SideBuilderOptions options;
    // Where layouts are compared, every side is built for itself.
    options.builds = builds_for_itself(input) ? nullptr : input.builds;
    options.processor = host::describe_host(bundle.host);
    options.head_origin = input.head_origin;
    options.system = workshop.system;
    options.before_build = [&](model::Side side) { return variants.keep_source(side, stop); };
    SideBuilder builder(sandbox, std::move(options), log, clock);
    std::map<model::Side, int> links;
    for (const auto side : {model::Side::base, model::Side::head}) {
        BuildRequest request{side, input.sides.of(side), &input.suite, input.limits};
        request.cpus = input.cpus.build;
        // What a compiler makes is looked up by COMPILER_PATH too.
        if (workshop.linkers && (input.shuffle_links || workshop.compilers.are_cached()))
            request.link_order = &*workshop.linkers;
        if (input.shuffle_links) request.link_seed = 2 * input.experiment.seed + (side == model::Side::head);
        request.compilers = workshop.compilers.of(side);
        const auto built = builder.make(request, stop);
        if (!built) return tl::unexpected(built.error());
        if (built->reused)
            bundle.host.push_back(reuse_fact(side, *built->reused));
        else if (is_measured(input.suite, model::measure_build_time) && !input.suite.build.empty())
            costs.seconds[side] = std::chrono::duration<double>(built->took).count();
        if (workshop.linkers) links[side] = LinkOrder::take_count(input.sides.of(side));
        workshop.compilers.count(side);
    }
    if (input.shuffle_links && !variants.are_asked_for()) {
        bundle.host.push_back(link_order_fact(links[model::Side::base], links[model::Side::head]));
        log(fmt::format("link order: {}\n", bundle.host.back().observed));
    }
    if (!costs.seconds.empty()) bundle.host.push_back(costs.time_fact());
    return costs;
}

/// Both sides must name the same files with the same bytes.
tl::expected<bool, JobFailure> compare_artifacts(const JobInput& input, model::Bundle& bundle, std::stop_token stop) {
    if (input.suite.artifacts.empty()) return false;
    for (const auto side : {model::Side::base, model::Side::head}) {
        auto hashes = hash_artifacts(input.sides.of(side), input.suite.artifacts, stop);
        if (stop.stop_requested())
            return tl::unexpected(JobFailure{model::JobPhase::build, std::nullopt, "cancelled", false, true});
        if (!hashes)
            return tl::unexpected(JobFailure{model::JobPhase::build, side,
                                             fmt::format("{}: {}", model::to_string(side), hashes.error()), false,
                                             false});
        (side == model::Side::base ? bundle.base_artifacts : bundle.head_artifacts) = std::move(*hashes);
    }
    return bundle.base_artifacts == bundle.head_artifacts;
}

void size_artifacts(const JobInput& input, const model::Bundle& bundle, BuildCosts& costs) {
    if (!is_measured(input.suite, model::measure_artifact_size)) return;
    for (const auto side : {model::Side::base, model::Side::head}) {
        const auto& hashes = side == model::Side::base ? bundle.base_artifacts : bundle.head_artifacts;
        if (hashes.empty()) continue;
        if (const auto bytes = artifact_bytes(input.sides.of(side), hashes)) costs.artifact_bytes[side] = *bytes;
    }
}

tl::expected<void, JobFailure> grow_memory(const JobInput& input, TrialRunner& runner, const MemoryOptions& options,
                                           model::Bundle& bundle, Observer& observer, const platform::Clock& clock,
                                           std::stop_token stop) {
    // A job that only answers somebody else's question is no place for one of its own.
    if (!is_measured(input.suite, model::measure_memory_growth) || !input.confirm.empty() || input.questions.alone)
        return {};
    auto watched = watch_memory(runner, options, observer, clock, stop);
    if (!watched) return tl::unexpected(watched.error());
    const bool is_whole = watched->why_not.empty();
    bundle.host.push_back(
        {fmt::format("measure.{}", model::measure_memory_growth),
         is_whole ? model::FactStatus::ok : model::FactStatus::unknown,
         is_whole ? fmt::format("{}, in {} runs beside the trials", watched->runs.source, watched->runs.runs.size())
                  : "not measured: " + watched->why_not,
         "", ""});
    if (is_whole) bundle.memory = std::move(watched->runs);
    return {};
}

}  // namespace

tl::expected<model::Bundle, JobFailure> run_job(const JobInput& input, sandbox::Sandbox& sandbox, Observer& observer,
                                                const platform::Clock& clock, std::stop_token stop) {
    const auto deadline = clock.steady() + input.suite.timeout.job;
    model::Bundle bundle;
    bundle.comparison = input.comparison;
    bundle.experiment = input.experiment;
    bundle.runner = input.runner;
    bundle.sandbox = input.sandbox_note;
    bundle.host = host_report({input.host_root, input.sides.base, true, input.cpus}, sandbox);
    const JobClock times(clock);

    Progress progress;
    progress.phase = model::JobPhase::build;
    observer.on_progress(progress);
    if (!input.suite.fetch.empty() && !input.may_fetch)
        return tl::unexpected(JobFailure{
            model::JobPhase::fetch, std::nullopt,
            fmt::format("suite '{}' has `fetch` lines, which need a network, and this runner gives none: its operator "
                        "may start it with --allow-fetch",
                        input.suite.name),
            false, false});
    if (auto prepared = prepare(input, sandbox); !prepared) return tl::unexpected(prepared.error());
    // Asked before anything takes long. It is no fault of the host: others may lack it as well, and nothing is gained
    // by trying them all.
    if (!input.profile.empty() && input.suite.load)
        return tl::unexpected(JobFailure{model::JobPhase::build, std::nullopt,
                                         "a suite under load has no run command to take a profile of", false, false});
    if (!input.profile.empty())
        if (const auto why = profiles_unsupported(sandbox, input.sides.base, input.limits, input.host_root, stop))
            return tl::unexpected(JobFailure{model::JobPhase::build, std::nullopt,
                                             "profiles are unsupported here: " + *why, false, stop.stop_requested()});
    const auto log = [&](std::string_view bytes) { observer.on_log(bytes); };
    // A profile is of one layout: that of the build.
    const int orders = input.profile.empty() ? input.suite.link_orders : 1;
    Workshop workshop{{}, JobCompilers(compilers_for(input), sandbox), {}};
    if (auto furnished = furnish(workshop, input, orders > 1 || input.shuffle_links, sandbox, stop); !furnished)
        return tl::unexpected(furnished.error());
    LinkVariants variants(sandbox,
                          {input.sides, &input.suite, orders, input.limits, input.cpus.build, input.experiment.seed,
                           input.shuffle_links, workshop.linkers ? &*workshop.linkers : nullptr, &workshop.compilers},
                          log, clock);
    auto costs = build_both(input, sandbox, observer, bundle, workshop, variants, clock, stop);
    if (!costs) return tl::unexpected(costs.error());
    if (!input.profile.empty()) {
        auto profile =
            take_profile(sandbox, {input.profile, input.sides, &input.suite, input.limits, deadline, input.cpus},
                         observer, clock, stop);
        if (!profile) return tl::unexpected(profile.error());
        bundle.profile = std::move(*profile);
        bundle.stopped_by = "plan";
        times.close(bundle);
        return bundle;
    }
    auto identical = compare_artifacts(input, bundle, stop);
    if (!identical) return tl::unexpected(identical.error());
    bundle.identical = *identical && !input.measure_identical;
    tl::expected<int, JobFailure> linked = 1;
    if (!bundle.identical) linked = variants.link(stop);
    if (!linked) return tl::unexpected(linked.error());
    if (workshop.compilers.are_cached()) bundle.host.push_back(workshop.compilers.fact());
    if (!bundle.identical) {
        TrialRunner runner(sandbox, input.suite, input.sides, input.limits, input.cpus);
        ExperimentOptions options;
        options.link_orders = *linked;
        options.link_anew = [&] { return variants.link_anew(deadline, stop); };
        options.deadline = deadline;
        options.watched_cpus = host::watched_cpus({"/", input.cpus.bench});
        options.can_filter = runner.can_filter();
        options.can_repeat = runner.can_repeat();
        options.longest_trial = input.suite.timeout.trial;
        options.only = input.only;
        options.questions = input.questions;
        options.confirm = input.confirm;
        size_artifacts(input, bundle, *costs);
        const auto run_trial = [&](const TrialRequest& request) {
            auto trial = runner.run(request, log, stop);
            if (trial) costs->add_to(*trial);
            return trial;
        };
        bundle.host.push_back(runner.order());
        if (auto measured = run_experiment(bundle, options, run_trial, observer, clock, stop); !measured)
            return tl::unexpected(measured.error());
        if (orders > 1) {
            bundle.host.push_back(variants.fact());
            log(fmt::format("link order: {}\n", variants.fact().observed));
        }
        for (auto& fact : runner.sources()) bundle.host.push_back(std::move(fact));
        if (auto grown = grow_memory(input, runner, {input.experiment.seed, deadline}, bundle, observer, clock, stop);
            !grown)
            return tl::unexpected(grown.error());
    }
    times.close(bundle);
    return bundle;
}

}  // namespace benchgate::measure
