// What the judge writes down of its decisions says the same as the verdict, whatever was measured.

#include "core/model/explanation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/judging/judge.h"

namespace benchgate::judging {
namespace {

using model::Better;
using model::LookOutcome;
using model::VerdictKind;

/// Blocks of 4 + 4 with a spread of `noise`, head multiplied by `effect`; few digits, so that there are ties.
class Trials {
  public:
    explicit Trials(unsigned seed) : state_(seed) {}

    std::vector<Block> blocks(int count, double effect, double noise) {
        std::vector<Block> made(static_cast<std::size_t>(count));
        for (auto& block : made)
            for (int i = 0; i < 4; ++i) {
                block.base.push_back(draw(1, noise));
                if (count % 4 != 3 || i < 3) block.head.push_back(draw(effect, noise));
            }
        return made;
    }

  private:
    double draw(double effect, double noise) {
        state_ = state_ * 1664525u + 1013904223u;
        return std::round(2000 * effect * (1 + noise * ((state_ >> 8) / static_cast<double>(1u << 24) - 0.5)));
    }
    unsigned state_;
};

JobBlocks job(unsigned seed, Better better) {
    Trials trials(seed);
    JobBlocks made;
    int at = 0;
    for (const double effect : {0.95, 0.98, 1.0, 1.01, 1.02, 1.03, 1.05, 1.3})
        for (const double noise : {0.0, 0.02, 0.05, 0.1, 0.4}) {
            const model::Series series{{"b" + std::to_string(++at), "m"}, "ns", better, true};
            const int blocks = (at + static_cast<int>(seed)) % 3 == 0 ? 7 : 15;
            made.measured.series.push_back({series, trials.blocks(blocks, effect, noise), {}});
            if (at % 4 != 0) made.confirmed.series.push_back({series, trials.blocks(5, effect, noise), {}});
        }
    made.measured.kept = 15;
    made.confirmed.kept = 5;
    return made;
}

/// The last look is the one that decided, and none before it could have.
void expect_decided_by_its_last_look(const model::Verdict& verdict, VerdictKind first_kind,
                                     const model::Explanation& explanation) {
    const auto& how = explanation.measured;
    ASSERT_FALSE(how.looks.empty());
    const auto& last = how.looks.back();
    double spent = 0;
    int trials = 0;
    for (const auto& look : how.looks) {
        EXPECT_GT(look.trials, trials);
        trials = look.trials;
        spent += look.worse.level;
        for (const auto* test : {&look.worse, &look.better, look.clear ? &*look.clear : nullptr})
            if (test) {
                EXPECT_EQ(test->reached(), test->critical && test->statistic >= *test->critical);
            }
        const bool decides = &look == &last;
        EXPECT_EQ(look.outcome == LookOutcome::open || look.outcome == LookOutcome::waiting,
                  !decides || verdict.trials_used > last.trials || !verdict.reason.rfind("measuring ended", 0) ||
                      !verdict.reason.rfind("no slowdown; it may be", 0));
        if (!decides) {
            EXPECT_FALSE(look.better.reached());
        }
    }
    EXPECT_LE(spent, how.alpha * (1 + 1e-12));
    EXPECT_EQ(last.outcome == LookOutcome::regressed, first_kind == VerdictKind::regressed);
    EXPECT_EQ(last.outcome == LookOutcome::improved, first_kind == VerdictKind::improved);
    if (first_kind == VerdictKind::regressed) {
        EXPECT_TRUE(last.worse.reached());
        EXPECT_EQ(verdict.p, last.worse.p);
        EXPECT_EQ(verdict.trials_used, last.trials);
    }
    if (verdict.kind == VerdictKind::improved) {
        EXPECT_EQ(verdict.p, last.better.p);
    }
    if (verdict.kind == VerdictKind::unchanged) {
        int cleared_by = 0;
        for (const auto& look : how.looks)
            if (look.clear && look.clear->reached()) {
                ++cleared_by;
                EXPECT_EQ(verdict.p, look.clear->p);
                EXPECT_EQ(how.figures_blocks, look.blocks);
            }
        EXPECT_EQ(cleared_by, 1);
    }
}

/// The interval's ends are the pairs at the ranks that are named.
void expect_interval_from_ranks(const model::Verdict& verdict, const model::PhaseRecord& how,
                                const SeriesBlocks& series) {
    ASSERT_TRUE(how.interval && how.nominal);
    const auto seen = std::span(series.blocks).first(static_cast<std::size_t>(how.figures_blocks));
    auto pairs = all_pairs(seen, Margin::Scale::ratio, false).sorted;
    const auto expect_at = [&](const std::optional<std::int64_t>& rank, const std::optional<double>& end) {
        ASSERT_EQ(rank.has_value(), end.has_value());
        if (rank) {
            EXPECT_NEAR(pairs.at(static_cast<std::size_t>(*rank - 1)), *end, 1e-12);
        }
    };
    EXPECT_EQ(how.interval->pairs, static_cast<std::int64_t>(pairs.size()));
    expect_at(how.interval->low_rank, verdict.interval.low);
    expect_at(how.interval->high_rank, verdict.interval.high);
    expect_at(how.nominal->low_rank, verdict.nominal.low);
    expect_at(how.nominal->high_rank, verdict.nominal.high);
}

TEST(Explanation, SaysTheSameAsTheVerdictWhateverWasMeasured) {
    std::set<VerdictKind> kinds;
    std::size_t unconfirmed = 0;
    for (unsigned seed = 1; seed <= 20; ++seed)
        for (const auto better : {Better::lower, Better::higher}) {
            const auto blocks = job(seed, better);
            const auto [judgement, explanations] = judge_explained(blocks, {});
            ASSERT_EQ(explanations.size(), judgement.verdicts.size());
            EXPECT_EQ(judgement, judge(blocks, {}));
            auto gate = model::Gate::success;
            for (std::size_t i = 0; i < explanations.size(); ++i) {
                const auto& verdict = judgement.verdicts[i];
                const auto& explanation = explanations[i];
                kinds.insert(verdict.kind);
                gate = model::worse(gate, explanation.asks);
                EXPECT_EQ(explanation.measured.tests, judgement.tests);
                if (explanation.measured.by_values) {
                    EXPECT_FALSE(verdict.reason.empty());
                    EXPECT_FALSE(verdict.p);
                    continue;
                }
                const auto& confirmation = explanation.confirmation;
                const auto first = confirmation ? VerdictKind::regressed : verdict.kind;
                expect_decided_by_its_last_look(verdict, first, explanation);
                expect_interval_from_ranks(verdict, explanation.measured, blocks.measured.series[i]);
                EXPECT_EQ(verdict.kind == VerdictKind::regressed,
                          confirmation && confirmation->kind == VerdictKind::regressed);
                unconfirmed += confirmation && verdict.kind != VerdictKind::regressed;
                if (verdict.kind == VerdictKind::regressed) {
                    std::optional<std::string> highest;
                    for (const auto& level : explanation.levels) {
                        EXPECT_EQ(level.reached, std::round(1e6 * level.at) <=
                                                     1e6 * std::min(*explanation.worse, *confirmation->worse) + 1e-6);
                        if (level.reached) highest = level.name;
                    }
                    EXPECT_EQ(highest, verdict.level);
                }
                if (explanation.measured.detectable && !explanation.measured.detectable->by_the_policy) {
                    EXPECT_EQ(verdict.minimum_detectable, explanation.measured.detectable->from_noise);
                }
            }
            EXPECT_EQ(gate, judgement.gate);
        }
    EXPECT_EQ(kinds, (std::set{VerdictKind::regressed, VerdictKind::improved, VerdictKind::unchanged,
                               VerdictKind::inconclusive}))
        << "all kinds that a test can give were met";
    EXPECT_GT(unconfirmed, 0u);
}

TEST(Explanation, TellsWhatWasSettledByTheValuesAlone) {
    JobBlocks blocks;
    const std::vector<Block> counter(3, Block{{512, 512, 512, 512}, {512, 512, 512, 512}});
    blocks.measured.series.push_back({{{"b", "allocations"}, "count", Better::lower, true}, counter, {}});
    blocks.measured.kept = 3;
    const auto explained = judge_explained(blocks, {});
    EXPECT_TRUE(explained.explanations.at(0).measured.by_values);
    EXPECT_TRUE(explained.explanations.at(0).measured.looks.empty());
    EXPECT_FALSE(explained.explanations.at(0).measured.interval);
}

}  // namespace
}  // namespace benchgate::judging
