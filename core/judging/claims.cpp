#include "core/judging/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/judging/estimate.h"
#include "core/judging/plan.h"
#include "core/judging/rank_sum.h"
#include "core/model/globs.h"

namespace benchgate::judging {
namespace {

using model::ClaimFinding;
using model::ClaimState;
using model::Side;

/// All values of one series by block, of the trials that count.
struct PairedValues {
    model::Series series;
    std::map<int, Block> blocks;
    bool on_base = false;  ///< in any trial, the warm-up too
    bool on_head = false;
};

using ByKey = std::map<model::SeriesKey, PairedValues>;

/// Series of a metric that some claim names, recorded ones too.
ByKey collect(std::span<const model::Trial> trials, std::span<const model::Claim> claims) {
    std::set<std::string_view> metrics;
    for (const auto& claim : claims) metrics.insert(claim.metric);
    ByKey all;
    for (const auto& trial : trials) {
        std::set<model::SeriesKey> seen;
        for (const auto& value : trial.values) {
            const auto& key = value.series.key;
            if (!metrics.contains(key.metric) || !seen.insert(key).second) continue;
            auto& known = all.try_emplace(key, PairedValues{value.series, {}, false, false}).first->second;
            (trial.side == Side::base ? known.on_base : known.on_head) = true;
            if (trial.phase != model::Phase::measure || !trial.kept) continue;
            auto& block = known.blocks[trial.block];
            (trial.side == Side::base ? block.base : block.head).push_back(model::trial_value(value));
        }
    }
    return all;
}

/// A claim on one series: the values before (base) and after (head) in each block.
struct Pair {
    const model::Claim* claim = nullptr;
    const PairedValues* of = nullptr;
    std::string compared;
    std::vector<Block> blocks;
    std::string missing;  ///< why there is nothing to compare; empty: there is
    std::vector<model::SeriesKey> needed;
};

Pair pair_of(const model::Claim& claim, const PairedValues& of, const ByKey& all) {
    Pair pair{&claim, &of, claim.from, {}, {}, {of.series.key}};
    const PairedValues* other = &of;
    if (!of.on_head) pair.missing = "the head has no such benchmark";
    if (!claim.from.empty() && !of.on_base) pair.missing = fmt::format("'{}' has no such benchmark", claim.from);
    if (claim.from.empty()) {
        pair.compared = model::counterpart(claim.benchmark, of.series.key.benchmark, claim.against);
        const auto found = all.find({pair.compared, claim.metric});
        if (found == all.end() || !found->second.on_head) {
            pair.missing =
                fmt::format("the head has no benchmark '{}' with the metric {}", pair.compared, claim.metric);
            return pair;
        }
        other = &found->second;
        pair.needed.push_back(other->series.key);
        if (other->series.unit != of.series.unit) pair.missing = "their units differ";
    }
    for (const auto& [number, block] : of.blocks) {
        const auto beside = other->blocks.find(number);
        if (beside == other->blocks.end()) continue;
        pair.blocks.push_back({claim.from.empty() ? beside->second.head : beside->second.base, block.head});
    }
    std::erase_if(pair.blocks, [](const Block& block) {
        return block.base.empty() || block.head.empty() ||
               std::max(block.base.size(), block.head.size()) > max_block_side;
    });
    return pair;
}

struct Claimed {
    std::vector<Pair> pairs;
    std::vector<std::pair<const model::Claim*, std::size_t>> too_many;  ///< claims, and how many benchmarks they name
};

Claimed pairs_of(const ByKey& all, std::span<const model::Claim> claims) {
    Claimed found;
    for (const auto& claim : claims) {
        std::vector<const PairedValues*> named;
        for (const auto& [key, values] : all)
            if (key.metric == claim.metric && model::glob_matches(claim.benchmark, key.benchmark))
                named.push_back(&values);
        if (found.pairs.size() + named.size() > most_claimed) {
            found.too_many.emplace_back(&claim, named.size());
            continue;
        }
        for (const auto* values : named) found.pairs.push_back(pair_of(claim, *values, all));
    }
    return found;
}

bool constant(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [&](double one) { return one == values.front(); });
}

std::vector<double> side(std::span<const Block> blocks, std::vector<double> Block::*of) {
    std::vector<double> values;
    for (const auto& block : blocks) values.insert(values.end(), (block.*of).begin(), (block.*of).end());
    return values;
}

/// What the blocks say so far; `settled`: no later block can change it.
struct Answer {
    ClaimFinding finding;
    bool settled = false;
};

class Walk {
  public:
    Walk(const Pair& pair, const Plan& plan, NullTable& nulls) : pair_(pair), plan_(plan), nulls_(nulls) {
        auto& finding = answer_.finding;
        finding.series = pair.of->series;
        finding.compared = pair.compared;
        finding.between_refs = !pair.claim->from.empty();
        finding.at_least = pair.claim->at_least;
        finding.action = pair.claim->action;
        finding.line = pair.claim->line;
    }

    Answer run() {
        if (!pair_.missing.empty()) return settled(ClaimState::unmeasured, pair_.missing);
        const std::span<const Block> all = pair_.blocks;
        std::optional<int> look;
        for (std::size_t count = 1; count <= all.size(); ++count) {
            const auto seen = all.first(count);
            trials_ += static_cast<int>(std::max(seen.back().base.size(), seen.back().head.size()));
            const auto due = plan_.look_at(trials_);
            if (!due || due == look) continue;
            look = due;
            answer_.finding.trials_used = trials_;
            if (!positive(seen)) return settled(ClaimState::unmeasured, "a value is not a number above zero");
            if (test(seen, plan_.looks[static_cast<std::size_t>(*look)].alpha)) return answer_;
        }
        auto& finding = answer_.finding;
        finding.state = look ? ClaimState::unshown : ClaimState::unmeasured;
        answer_.settled = look && *look + 1 == static_cast<int>(plan_.looks.size());
        if (!look) finding.reason = "measuring ended before the first look";
        return answer_;
    }

  private:
    Answer settled(ClaimState state, std::string why) {
        answer_.finding.state = state;
        answer_.finding.reason = std::move(why);
        answer_.settled = true;
        return answer_;
    }

    static bool positive(std::span<const Block> blocks) {
        const auto good = [](double value) { return std::isfinite(value) && value > 0; };
        return std::all_of(blocks.begin(), blocks.end(), [&](const Block& block) {
            return std::all_of(block.base.begin(), block.base.end(), good) &&
                   std::all_of(block.head.begin(), block.head.end(), good);
        });
    }

    /// True: decided.
    bool test(std::span<const Block> seen, double alpha) {
        auto& finding = answer_.finding;
        const auto before = side(seen, &Block::base);
        const auto after = side(seen, &Block::head);
        finding.before = median(before);
        finding.after = median(after);
        const bool less = finding.at_least < 0;
        if (constant(before) && constant(after)) {
            finding.ratio = *finding.after / *finding.before;
            finding.interval = {finding.ratio, finding.ratio};
            const double bound = *finding.before * (1 + finding.at_least);
            const bool reached = less ? *finding.after <= bound : *finding.after >= bound;
            finding.state = reached ? ClaimState::holds : ClaimState::broken;
            finding.reason = "it does not vary, so it is compared exactly";
            return answer_.settled = true;
        }
        const auto margin = Margin::ratio(std::round(finding.at_least * million));
        const auto& null = nulls_.of(seen);
        const auto pairs = all_pairs(seen, Margin::Scale::ratio, false);
        finding.ratio = hodges_lehmann(pairs);
        finding.interval = test_interval(pairs, null, {alpha, alpha});
        // v: the values before, times the claimed factor, exceed those after; u: those after exceed them.
        const bool below = null.p(v_statistic(seen, margin, false)) <= alpha;
        const bool above = null.p(u_statistic(seen, margin, false)) <= alpha;
        if (!below && !above) return false;
        finding.state = below == less ? ClaimState::holds : ClaimState::broken;
        return answer_.settled = true;
    }

    const Pair& pair_;
    const Plan& plan_;
    NullTable& nulls_;
    Answer answer_;
    int trials_ = 0;
};

Plan plan_of(const std::vector<Pair>& pairs, const ClaimOptions& options) {
    return make_plan({options.max_trials, options.false_alarms, static_cast<int>(pairs.size())});
}

int blocks_kept(std::span<const model::Trial> trials) {
    std::set<int> kept;
    for (const auto& trial : trials)
        if (trial.phase == model::Phase::measure && trial.kept) kept.insert(trial.block);
    return static_cast<int>(kept.size());
}

std::string counted(std::size_t claims, std::string_view one, std::string_view many) {
    return fmt::format("{} claim{}", claims, claims == 1 ? one : many);
}

}  // namespace

Progress claim_progress(std::span<const model::Trial> trials, std::span<const model::Claim> claims,
                        const ClaimOptions& options) {
    const auto all = collect(trials, claims);
    const auto pairs = pairs_of(all, claims).pairs;
    const auto plan = plan_of(pairs, options);
    NullTable nulls;
    std::set<model::SeriesKey> open, named;
    for (const auto& pair : pairs) {
        named.insert(pair.needed.begin(), pair.needed.end());
        if (!Walk(pair, plan, nulls).run().settled) open.insert(pair.needed.begin(), pair.needed.end());
    }
    Progress progress;
    progress.open = {open.begin(), open.end()};
    std::set_difference(named.begin(), named.end(), open.begin(), open.end(), std::back_inserter(progress.settled));
    const int done = blocks_kept(trials) * trials_per_block;
    progress.over = open.empty() || done >= plan.max_trials();
    if (progress.over) return progress;
    const auto next =
        std::find_if(plan.looks.begin(), plan.looks.end(), [&](const Look& l) { return l.trials > done; });
    progress.next_blocks = next->blocks();
    return progress;
}

Progress both(Progress progress, const Progress& also) {
    if (also.over) return progress;
    std::set<model::SeriesKey> open(progress.open.begin(), progress.open.end());
    open.insert(also.open.begin(), also.open.end());
    progress.open = {open.begin(), open.end()};
    std::erase_if(progress.settled, [&](const model::SeriesKey& key) { return open.contains(key); });
    progress.next_blocks = progress.over ? also.next_blocks : std::min(progress.next_blocks, also.next_blocks);
    progress.over = false;
    return progress;
}

std::vector<ClaimFinding> judge_claims(std::span<const model::Trial> trials, std::span<const model::Claim> claims,
                                       const ClaimOptions& options) {
    const auto all = collect(trials, claims);
    const auto [pairs, too_many] = pairs_of(all, claims);
    const auto plan = plan_of(pairs, options);
    NullTable nulls;
    std::vector<ClaimFinding> findings;
    findings.reserve(pairs.size() + too_many.size());
    for (const auto& pair : pairs) findings.push_back(Walk(pair, plan, nulls).run().finding);
    for (const auto& [claim, named] : too_many)
        findings.push_back(unmeasured_claim(
            *claim, fmt::format("it names {} benchmarks; all claims together may name {}", named, most_claimed)));
    return findings;
}

ClaimFinding unmeasured_claim(const model::Claim& claim, std::string why) {
    ClaimFinding finding;
    finding.series.key = {claim.benchmark, claim.metric};
    finding.compared = claim.from.empty() ? claim.against : claim.from;
    finding.between_refs = !claim.from.empty();
    finding.at_least = claim.at_least;
    finding.action = claim.action;
    finding.line = claim.line;
    finding.reason = std::move(why);
    return finding;
}

GateDecision gate_with_claims(GateDecision decision, std::span<const ClaimFinding> findings,
                              model::InconclusiveAction inconclusive) {
    const auto count = [&](auto test) {
        return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(), test));
    };
    const auto ask = [&](std::size_t claims, model::Gate gate, std::string reason) {
        if (claims == 0) return;
        if (model::worse(decision.gate, gate) != decision.gate)
            decision = {gate, std::move(reason)};
        else if (decision.gate == gate)
            decision.reason += "; " + reason;
    };
    const auto broken = [&](model::Action action) {
        return count([&](const auto& one) { return one.state == ClaimState::broken && one.action == action; });
    };
    const auto open = count([](const ClaimFinding& one) {
        return (one.state == ClaimState::unshown || one.state == ClaimState::unmeasured) &&
               one.action != model::Action::log;
    });
    const auto block = broken(model::Action::block), review = broken(model::Action::review);
    ask(block, model::Gate::failure, counted(block, " does not hold", "s do not hold"));
    ask(review, model::Gate::neutral, counted(review, " does not hold", "s do not hold"));
    ask(open, inconclusive == model::InconclusiveAction::block ? model::Gate::action_required : model::Gate::neutral,
        counted(open, " is not shown", "s are not shown"));
    return decision;
}

}  // namespace benchgate::judging
