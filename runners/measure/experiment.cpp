#include "runners/measure/experiment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/judging/questions.h"
#include "core/model/globs.h"
#include "core/model/resources.h"
#include "platform/files.h"
#include "runners/measure/repeats.h"
#include "runners/measure/room.h"
#include "runners/measure/schedule.h"
#include "runners/measure/void_tally.h"

namespace benchgate::measure {
namespace {

using Clock = platform::Clock;

constexpr std::size_t most_named = 8;

JobFailure no_benchmarks(const std::string& what) {
    return {model::JobPhase::measure, std::nullopt, what, false, false};
}

class Experiment {
  public:
    Experiment(model::Bundle& bundle, const ExperimentOptions& options, const RunTrial& run_trial, Observer& observer,
               const Clock& clock, std::stop_token stop)
        : bundle_(bundle), options_(options), run_trial_(run_trial), observer_(observer), clock_(clock), stop_(stop) {}

    tl::expected<void, JobFailure> run() {
        const auto ran = run_phases();
        if (ran) bundle_.host.push_back(tally_.fact());
        return ran;
    }

  private:
    tl::expected<void, JobFailure> run_phases() {
        bundle_.stopped_by = "plan";
        if (auto warmed = warm_up(); !warmed) return warmed;
        const auto judge_options = judging::options_of(bundle_.experiment);
        const auto measured = phase(model::Phase::measure, [&] {
            return judging::progress_with(options_.questions, bundle_.trials, judge_options);
        });
        if (!measured || !*measured || !bundle_.experiment.confirm) return to_void(measured);
        const auto ask = [&] { return judging::confirm_progress(bundle_.trials, judge_options); };
        if (auto linked = link_anew(ask()); !linked || !*linked) return to_void(linked);
        return to_void(phase(model::Phase::confirm, ask));
    }

    /// The luck of the layouts that alarmed is not asked again. False: time ran out.
    tl::expected<bool, JobFailure> link_anew(const judging::Progress& progress) {
        if (progress.over || options_.link_orders == 1) return true;
        auto linked = options_.link_anew();
        if (!linked) return linked;
        if (!*linked) {
            bundle_.stopped_by = "time";
            return false;
        }
        auto warmed =
            warm_up_orders(options_.link_orders, 2 * options_.link_orders, benchmarks_of(progress.open), repeats_);
        if (!warmed) return tl::unexpected(warmed.error());
        return true;
    }

    static tl::expected<void, JobFailure> to_void(const tl::expected<bool, JobFailure>& result) {
        if (!result) return tl::unexpected(result.error());
        return {};
    }

    bool wanted(const model::Series& series) const {
        const auto& asked = options_.confirm;
        if (!asked.empty() && std::find(asked.begin(), asked.end(), series.key) == asked.end()) return false;
        return options_.only.empty() || model::glob_matches(options_.only, series.key.benchmark);
    }

    bool wanted(const std::string& benchmark) const {
        const auto names_it = [&](const model::SeriesKey& key) { return key.benchmark == benchmark; };
        const auto& asked = options_.confirm;
        if (!asked.empty() && std::none_of(asked.begin(), asked.end(), names_it)) return false;
        return options_.only.empty() || model::glob_matches(options_.only, benchmark);
    }

    /// Names outside of --filter are dropped before anything looks at them.
    void drop_unwanted(model::Trial& trial) {
        std::erase_if(trial.values, [&](const auto& value) {
            const bool drop = !wanted(value.series);
            if (drop && unwanted_.size() < most_named) unwanted_.insert(value.series.key.benchmark);
            return drop;
        });
        std::erase_if(trial.errors,
                      [&](const auto& error) { return !error.benchmark.empty() && !wanted(error.benchmark); });
    }

    std::string nothing_matches() const {
        if (!options_.confirm.empty()) return "none of the benchmarks that are to be confirmed is there";
        auto text = fmt::format("no benchmark matches '{}'", options_.only);
        if (unwanted_.empty()) return text;
        return fmt::format("{}; there are: {}{} (* stops at a /, ** does not)", text, fmt::join(unwanted_, ", "),
                           unwanted_.size() < most_named ? "" : ", ...");
    }

    tl::expected<model::Trial, JobFailure> one_trial(const TrialRequest& request) {
        if (stop_.stop_requested())
            return tl::unexpected(JobFailure{model::JobPhase::measure, std::nullopt, "cancelled", false, true});
        auto trial = run_trial_(request);
        if (!trial) return trial;
        trial->number = next_number_++;
        trial->side = request.side;
        trial->link_order = request.link_order;
        drop_unwanted(*trial);
        judge_what_the_policy_names(*trial);
        return trial;
    }

    /// The bundle says it, so that every later judge counts the same series.
    void judge_what_the_policy_names(model::Trial& trial) const {
        const auto& policy = bundle_.experiment.policy;
        for (auto& value : trial.values)
            if (value.series.better != model::Better::none && model::names_metric_of(policy, value.series.key))
                value.series.gating = true;
    }

    /// One discarded trial a side: warms caches, and its names fix the number of tests before anything is measured.
    tl::expected<void, JobFailure> warm_up() {
        std::set<model::SeriesKey> gating[2];
        std::vector<model::Trial> trials;
        for (const auto side : {model::Side::base, model::Side::head}) {
            auto trial = one_trial({side, {}, {}, 1, trial_seed(bundle_.experiment.seed, next_number_), 0});
            if (!trial) return tl::unexpected(trial.error());
            if (const auto words = too_large(*trial, bundle_.experiment))
                return tl::unexpected(JobFailure{model::JobPhase::measure, side,
                                                 fmt::format("{}: {}", to_string(side), *words), false, false});
            trial->phase = model::Phase::warmup;
            trial->position = static_cast<int>(trials.size());
            for (const auto& value : trial->values)
                if (value.series.gating && value.series.better != model::Better::none)
                    gating[int(side)].insert(value.series.key);
            trials.push_back(std::move(*trial));
        }
        int both = 0;
        for (const auto& key : gating[0]) both += gating[1].contains(key);
        if (gating[0].empty() && gating[1].empty())
            return tl::unexpected(no_benchmarks(options_.only.empty() && options_.confirm.empty()
                                                    ? "neither commit has a benchmark"
                                                    : nothing_matches()));
        bundle_.experiment.tests = std::max(1, both);
        series_ = both;
        keep(std::move(trials));
        return warm_up_orders(1, options_.link_orders, {}, 1);
    }

    /// One discarded trial a side of each further order.
    tl::expected<void, JobFailure> warm_up_orders(int first, int end, const std::vector<std::string>& names,
                                                  int repeats) {
        std::vector<model::Trial> trials;
        for (int order = first; order < end; ++order)
            for (const auto side : {model::Side::base, model::Side::head}) {
                auto trial =
                    one_trial({side, names, {}, repeats, trial_seed(bundle_.experiment.seed, next_number_), order});
                if (!trial) return tl::unexpected(trial.error());
                trial->phase = model::Phase::warmup;
                trial->position = static_cast<int>(trials.size());
                trials.push_back(std::move(*trial));
            }
        keep(std::move(trials));
        return {};
    }

    /// True: the phase came to its planned end; false: time ran out.
    template <class Ask>
    tl::expected<bool, JobFailure> phase(model::Phase phase, Ask ask) {
        auto progress = ask();
        int blocks = 0;
        report(phase, blocks, progress);
        while (!progress.over) {
            const auto names = benchmarks_of(progress.open);
            while (blocks < progress.next_blocks) {
                if (out_of_time()) {
                    bundle_.stopped_by = "time";
                    return false;
                }
                const auto again = [&](const std::string& reason) { report(phase, blocks, progress, reason); };
                if (auto done = block(phase, blocks, names, again); !done) return tl::unexpected(done.error());
                if (options_.can_repeat && blocks == 0 && phase == model::Phase::measure) choose_repeats_now();
                ++blocks;
                report(phase, blocks, progress);
            }
            progress = ask();
            report(phase, blocks, progress);
        }
        return true;
    }

    /// From the next block on. Within a block all trials repeat alike, and only the trials of one block are compared.
    void choose_repeats_now() {
        std::vector<model::Trial> single, block;
        for (const auto& trial : bundle_.trials) {
            if (trial.phase == model::Phase::warmup) single.push_back(trial);
            if (trial.phase == model::Phase::measure && trial.kept) block.push_back(trial);
        }
        const auto chosen = choose_repeats(
            {single, block, repeats_, std::chrono::duration<double, std::milli>(options_.longest_trial).count() / 2});
        repeats_ = chosen.count;
        bundle_.host.push_back({"run.repeats", model::FactStatus::ok,
                                fmt::format("{} in a process: {}", chosen.count, chosen.how), "", ""});
        observer_.on_log(fmt::format("{} repeats in a process: {}\n", chosen.count, chosen.how));
    }

    int attempts() const { return disturbed_in_a_row_ >= never_quiet_after ? 1 : block_attempts; }

    /// Measures one block until the host leaves it alone, at most attempts() times and as long as there is time.
    template <class Again>
    tl::expected<void, JobFailure> block(model::Phase phase, int number, const std::vector<std::string>& names,
                                         const Again& again) {
        const auto start = clock_.steady();
        const int most = attempts();
        for (int attempt = 0; attempt < most; ++attempt) {
            const auto attempt_start = clock_.steady();
            std::vector<model::Trial> trials;
            std::optional<host::VoidReason> reason;
            const BlockId id{phase, number, attempt};
            const auto order = block_order(bundle_.experiment.seed, id);
            int begun[2] = {0, 0};
            for (int position = 0; position < block_size; ++position) {
                const auto side = order[position];
                const int linked = options_.link_orders == 1 ? 0 : link_orders(id, side)[begun[int(side)]++];
                auto trial =
                    one_trial({side, names, {}, repeats_, trial_seed(bundle_.experiment.seed, next_number_), linked});
                if (!trial) return tl::unexpected(trial.error());
                trial->phase = phase;
                trial->block = number;
                trial->attempt = attempt;
                trial->position = position;
                const auto duration =
                    std::chrono::nanoseconds(static_cast<std::int64_t>(trial->resources.wall_ms * 1e6));
                auto disturbed = host::void_reason(trial->host, {duration, options_.watched_cpus}, options_.thresholds);
                if (disturbed && !reason) reason = std::move(disturbed);
                trials.push_back(std::move(*trial));
            }
            longest_attempt_ = std::max(longest_attempt_, clock_.steady() - attempt_start);
            // One more that ends too late would take with it what there is.
            const bool no_time = clock_.steady() + longest_attempt_ > options_.deadline;
            const bool stands = !reason || attempt + 1 == most || no_time;
            for (auto& trial : trials) {
                trial.kept = stands;
                if (!stands) trial.void_reason = reason->text;
            }
            keep(std::move(trials));
            if (reason) tally_.add(reason->kind, stands);
            if (stands) {
                disturbed_in_a_row_ = reason ? disturbed_in_a_row_ + 1 : 0;
                if (disturbed_in_a_row_ == never_quiet_after)
                    observer_.on_log(
                        fmt::format("the host is never quiet ({}): blocks are kept as they come\n", reason->text));
                break;
            }
            observer_.on_log(fmt::format("block {} is measured again: {}\n", number, reason->text));
            again(reason->text);
        }
        longest_block_ = std::max(longest_block_, clock_.steady() - start);
        return {};
    }

    std::array<int, trials_a_side> link_orders(const BlockId& id, model::Side side) const {
        return block_link_orders(bundle_.experiment.seed, id, side, options_.link_orders);
    }

    void keep(std::vector<model::Trial> trials) {
        if (trials.empty()) return;
        observer_.on_trials(trials);
        std::move(trials.begin(), trials.end(), std::back_inserter(bundle_.trials));
    }

    std::vector<std::string> benchmarks_of(const std::vector<model::SeriesKey>& open) const {
        if (!options_.can_filter) return {};
        std::set<std::string> names;
        for (const auto& key : open) {
            // What the whole command uses is only comparable while all of it runs.
            if (key.benchmark == model::whole_command) return {};
            if (!model::is_of_the_whole(key.benchmark)) names.insert(key.benchmark);
        }
        return {names.begin(), names.end()};
    }

    /// What the next block may take: where it has one attempt, the blocks that had three say too much.
    std::chrono::nanoseconds next_block() const { return attempts() == 1 ? longest_attempt_ : longest_block_; }

    bool out_of_time() const { return clock_.steady() + next_block() > options_.deadline; }

    void report(model::Phase phase, int blocks, const judging::Progress& progress, const std::string& disturbed = "") {
        Progress seen;
        seen.disturbed = disturbed;
        seen.phase = model::JobPhase::measure;
        seen.confirming = phase == model::Phase::confirm;
        seen.block = blocks;
        seen.at_most = bundle_.experiment.max_trials / trials_a_side;
        seen.open = static_cast<int>(progress.open.size());
        seen.series = series_;
        if (longest_block_.count() > 0) {
            const auto left = next_block() * std::max(0, seen.at_most - blocks);
            const auto until_deadline = options_.deadline - clock_.steady();
            seen.seconds_left = static_cast<int>(
                std::chrono::duration<double>(std::min<std::chrono::nanoseconds>(left, until_deadline)).count());
        }
        observer_.on_progress(seen);
    }

    model::Bundle& bundle_;
    const ExperimentOptions& options_;
    const RunTrial& run_trial_;
    Observer& observer_;
    const Clock& clock_;
    std::stop_token stop_;
    std::int64_t next_number_ = 0;
    int series_ = 0;
    int repeats_ = first_repeats;
    std::set<std::string> unwanted_;  ///< a few of the names that --filter left out
    VoidTally tally_;
    int disturbed_in_a_row_ = 0;  ///< blocks kept although their last attempt was disturbed, too
    std::chrono::nanoseconds longest_block_{0};
    std::chrono::nanoseconds longest_attempt_{0};
};

}  // namespace

tl::expected<void, JobFailure> run_experiment(model::Bundle& bundle, const ExperimentOptions& options,
                                              const RunTrial& run_trial, Observer& observer,
                                              const platform::Clock& clock, std::stop_token stop) {
    return Experiment(bundle, options, run_trial, observer, clock, stop).run();
}

}  // namespace benchgate::measure
