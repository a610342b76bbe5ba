#include "runners/measure/job.h"

#include <fmt/format.h>

#include "runners/host/facts.h"
#include "runners/measure/artifacts.h"
#include "runners/measure/build.h"
#include "runners/measure/experiment.h"
#include "runners/measure/profiler.h"

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

tl::expected<void, JobFailure> build_both(const JobInput& input, sandbox::Sandbox& sandbox, Observer& observer,
                                          model::Bundle& bundle, std::stop_token stop) {
    const auto log = [&](std::string_view bytes) { observer.on_log(bytes); };
    std::optional<LinkOrder> order;
    if (input.shuffle_links) {
        auto made = LinkOrder::create(input.sides.base.parent_path() / "linkers");
        if (!made)
            return tl::unexpected(
                JobFailure{model::JobPhase::build, std::nullopt, "the linkers: " + made.error(), true, false});
        order = std::move(*made);
        if (auto prepared = sandbox.prepare(order->directory()); !prepared)
            return tl::unexpected(
                JobFailure{model::JobPhase::build, std::nullopt, "sandbox: " + prepared.error().message, true, false});
    }
    std::map<model::Side, int> links;
    for (const auto side : {model::Side::base, model::Side::head}) {
        BuildRequest request{side, input.sides.of(side), &input.suite, input.limits};
        request.link_order = order ? &*order : nullptr;
        request.link_seed = 2 * input.experiment.seed + (side == model::Side::head);
        if (auto built = build(sandbox, request, log, stop); !built) return built;
        if (order) links[side] = LinkOrder::take_count(input.sides.of(side));
    }
    if (order) {
        bundle.host.push_back(link_order_fact(links[model::Side::base], links[model::Side::head]));
        log(fmt::format("link order: {}\n", bundle.host.back().observed));
    }
    return {};
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

}  // namespace

tl::expected<model::Bundle, JobFailure> run_job(const JobInput& input, sandbox::Sandbox& sandbox, Observer& observer,
                                                const platform::Clock& clock, std::stop_token stop) {
    const auto deadline = clock.steady() + input.suite.timeout.job;
    model::Bundle bundle;
    bundle.comparison = input.comparison;
    bundle.experiment = input.experiment;
    bundle.runner = input.runner;
    bundle.sandbox = input.sandbox_note;
    bundle.started_at = platform::format_utc(clock.now());
    host::FactOptions facts;
    facts.root = input.host_root;
    facts.work_directory = input.sides.base;
    bundle.host = host::collect_facts(facts);

    Progress progress;
    progress.phase = model::JobPhase::build;
    observer.on_progress(progress);
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
    if (auto built = build_both(input, sandbox, observer, bundle, stop); !built) return tl::unexpected(built.error());
    if (!input.profile.empty()) {
        auto profile = take_profile(sandbox, {input.profile, input.sides, &input.suite, input.limits, deadline},
                                    observer, clock, stop);
        if (!profile) return tl::unexpected(profile.error());
        bundle.profile = std::move(*profile);
        bundle.stopped_by = "plan";
        bundle.finished_at = platform::format_utc(clock.now());
        return bundle;
    }
    auto identical = compare_artifacts(input, bundle, stop);
    if (!identical) return tl::unexpected(identical.error());
    bundle.identical = *identical && !input.measure_identical;
    if (!bundle.identical) {
        TrialRunner runner(sandbox, input.suite, input.sides, input.limits);
        const auto log = [&](std::string_view bytes) { observer.on_log(bytes); };
        ExperimentOptions options;
        options.deadline = deadline;
        options.watched_cpus = host::watched_cpus();
        options.can_filter = runner.can_filter();
        options.only = input.only;
        options.questions = input.questions;
        options.confirm = input.confirm;
        const auto run_trial = [&](const TrialRequest& request) { return runner.run(request, log, stop); };
        if (auto measured = run_experiment(bundle, options, run_trial, observer, clock, stop); !measured)
            return tl::unexpected(measured.error());
    }
    bundle.finished_at = platform::format_utc(clock.now());
    return bundle;
}

}  // namespace benchgate::measure
