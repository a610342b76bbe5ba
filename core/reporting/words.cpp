#include "core/reporting/words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "core/reporting/escape.h"
#include "core/reporting/numbers.h"

namespace benchgate::reporting {
namespace {

using model::VerdictKind;

/// What reporting knows of a kind of verdict. A benchmark counts once, under the kind of the least `gravity`; rows are
/// read in another order, both kinds of change first.
struct KindOrder {
    VerdictKind kind;
    int gravity;
    int reading;
    int Tally::*counter;
};
constexpr std::array<KindOrder, 7> kind_orders{{{VerdictKind::regressed, 0, 0, &Tally::regressed},
                                                {VerdictKind::failed, 1, 2, &Tally::failed},
                                                {VerdictKind::missing, 2, 4, &Tally::missing},
                                                {VerdictKind::inconclusive, 3, 3, &Tally::inconclusive},
                                                {VerdictKind::improved, 4, 1, &Tally::improved},
                                                {VerdictKind::added, 5, 5, &Tally::added},
                                                {VerdictKind::unchanged, 6, 6, &Tally::unchanged}}};

const KindOrder& order_of(VerdictKind kind) {
    return *std::find_if(kind_orders.begin(), kind_orders.end(),
                         [kind](const KindOrder& order) { return order.kind == kind; });
}

double size_of_change(const model::Verdict& verdict) {
    return verdict.ratio && *verdict.ratio > 0 ? std::fabs(std::log(*verdict.ratio)) : 0;
}

const WaiverNote* waiver_of(const SuiteReport& suite, std::size_t verdict) {
    const auto found = std::find_if(suite.waivers.begin(), suite.waivers.end(),
                                    [&](const WaiverNote& note) { return note.verdict == verdict; });
    return found == suite.waivers.end() ? nullptr : &*found;
}

const AdvisoryNote* advisory_of(const SuiteReport& suite, std::size_t verdict) {
    const auto found = std::find_if(suite.advisories.begin(), suite.advisories.end(),
                                    [&](const AdvisoryNote& note) { return note.verdict == verdict; });
    return found == suite.advisories.end() ? nullptr : &*found;
}

/// Benchmarks that regressed on one host and, asked again, not on another.
std::set<std::string_view> disputed_in(const SuiteReport& suite) {
    std::set<std::string_view> names;
    if (!suite.second_host) return names;
    for (const auto& finding : suite.second_host->findings)
        if (finding.answer == model::SecondAnswer::not_confirmed)
            names.insert(suite.judgement->verdicts.at(finding.verdict).series.key.benchmark);
    return names;
}

void count_verdicts(Tally& tally, const SuiteReport& suite) {
    std::map<std::string_view, VerdictKind> gravest;
    std::set<std::string_view> waived, advised;
    const auto disputed = disputed_in(suite);
    for (std::size_t i = 0; i < suite.judgement->verdicts.size(); ++i) {
        const auto& verdict = suite.judgement->verdicts[i];
        if (!verdict.series.gating) continue;
        if (const auto* note = waiver_of(suite, i); note != nullptr && note->covers) {
            waived.insert(verdict.series.key.benchmark);
            continue;
        }
        if (is_changed(verdict) && advisory_of(suite, i) != nullptr) {
            advised.insert(verdict.series.key.benchmark);
            continue;
        }
        tally.blocking += verdict.kind == VerdictKind::regressed && verdict.action == model::Action::block;
        const auto [place, fresh] = gravest.emplace(verdict.series.key.benchmark, verdict.kind);
        if (!fresh && order_of(verdict.kind).gravity < order_of(place->second).gravity) place->second = verdict.kind;
        if (is_changed(verdict)) {
            const auto& unit = verdict.series.unit;
            tally.only_speed = tally.only_speed && (unit == "ns" || unit == "1/s");
        }
    }
    for (const auto& [name, kind] : gravest) {
        advised.erase(name);
        // One verdict of it is waived, another not: the graver of "waived" and the rest counts.
        const bool is_waived = waived.erase(name) > 0 && kind != VerdictKind::regressed;
        tally.disputed += !is_waived && kind == VerdictKind::inconclusive && disputed.contains(name);
        if (is_waived)
            ++tally.waived;
        else
            ++(tally.*order_of(kind).counter);
    }
    for (const auto name : waived) advised.erase(name);
    tally.waived += static_cast<int>(waived.size());
    tally.advised += static_cast<int>(advised.size());
    tally.benchmarks += static_cast<int>(gravest.size() + waived.size() + advised.size());
}

std::string headline_under_way(const Tally& tally, const SuiteList& suites) {
    const bool any_started = std::any_of(suites.begin(), suites.end(),
                                         [](const SuiteReport* suite) { return suite->state != ReportState::queued; });
    if (!any_started) return fmt::format("Queued: {} to measure", counted(tally.suites, "suite"));
    if (std::all_of(suites.begin(), suites.end(), [](const SuiteReport* suite) {
            return suite->state == ReportState::completed || is_being_confirmed(*suite);
        }))
        return "A regression was seen and is being confirmed on another host";
    if (tally.suites == 1) return "Measuring";
    return fmt::format("Measuring: {} of {} suites done", tally.suites_done, tally.suites);
}

std::string unmeasured_clause(const Tally& tally) {
    if (tally.suites_unmeasured == 0) return "";
    return fmt::format("; {} of {} suites could not be measured", tally.suites_unmeasured, tally.suites);
}

/// At least one benchmark could not be settled, and nothing is worse than that.
std::string headline_of_open(const Tally& tally, int compared) {
    const int settled = compared - tally.inconclusive;
    const auto which = settled <= 0 ? counted(tally.inconclusive, "benchmark")
                                    : fmt::format("{} of {} benchmarks", tally.inconclusive, compared);
    std::string text = "Inconclusive: ";
    if (tally.disputed == tally.inconclusive)
        text += fmt::format("two hosts disagree about {}", which);
    else
        text += fmt::format("{} could not be settled", which);
    if (tally.disputed > 0 && tally.disputed < tally.inconclusive)
        text += fmt::format(", about {} of them two hosts disagree", tally.disputed);
    if (settled <= 0) return text;
    return text + "; no slowdown " + (settled == 1 ? "in the other one" : fmt::format("among the other {}", settled));
}

/// At least one benchmark was judged and nothing regressed.
std::string headline_without_regression(const Tally& tally) {
    const int compared = tally.benchmarks - tally.added - tally.missing - tally.failed - tally.advised;
    if (tally.failed + tally.missing > 0) {
        const char* what = tally.missing == 0 ? "failed" : tally.failed == 0 ? "are missing" : "failed or are missing";
        return fmt::format("{} of {} {}", tally.failed + tally.missing, counted(tally.benchmarks, "benchmark"), what);
    }
    if (tally.inconclusive > 0) return headline_of_open(tally, compared);
    if (compared == 0 && tally.advised > 0) return "Nothing that could hold a merge was compared";
    if (compared == 0) return fmt::format("Nothing to compare: {} new on the head", counted(tally.added, "benchmark"));
    if (tally.improved > 0)
        return fmt::format("{} of {} got {}, and no slowdown of {} or more", tally.improved,
                           counted(compared, "benchmark"), tally.only_speed ? "faster" : "better",
                           format_percent(tally.detect));
    return fmt::format("No slowdown of {} or more in {}", format_percent(tally.detect), counted(compared, "benchmark"));
}

/// What was pushed, or is compared on somebody's own machine, is not about to be merged.
std::string headline_of_regressions(const Report& report, const Tally& tally) {
    const auto all = counted(tally.benchmarks, "benchmark");
    if (!report.pull_number)
        return fmt::format("{} of {} got {}", tally.regressed, all, tally.only_speed ? "slower" : "worse");
    return fmt::format("Merging this would {} {} of {}", tally.only_speed ? "slow" : "worsen", tally.regressed, all);
}

/// A waived regression must not hide what else is open.
std::string beside_the_waived(const Tally& tally) {
    std::string text;
    if (tally.failed > 0) text += fmt::format("; {} failed", tally.failed);
    if (tally.missing > 0) text += fmt::format("; {} {} missing", tally.missing, tally.missing == 1 ? "is" : "are");
    if (tally.inconclusive > 0) text += fmt::format("; {} could not be settled", tally.inconclusive);
    return text;
}

}  // namespace

bool Row::is_advice() const {
    return advisory != nullptr && is_changed(*verdict);
}

SuiteList all_suites(const Report& report) {
    SuiteList suites;
    for (const auto& suite : report.suites) suites.push_back(&suite);
    return suites;
}

bool is_being_confirmed(const SuiteReport& suite) {
    return suite.second_host && suite.second_host->state == model::SecondHostState::pending;
}

std::string second_host_words(const SuiteReport& suite) {
    if (!suite.second_host || is_being_confirmed(suite)) return "";
    const auto& note = *suite.second_host;
    const auto& findings = note.findings;
    if (note.state == model::SecondHostState::unavailable)
        return "regressions confirmed on one host only" + (note.why.empty() ? "" : ": " + note.why);
    const auto confirmed = std::count_if(findings.begin(), findings.end(), [](const model::SecondFinding& one) {
        return one.answer == model::SecondAnswer::confirmed;
    });
    if (findings.size() == 1)
        return fmt::format("regression {}confirmed on {}", confirmed == 0 ? "not " : "", note.runner);
    return fmt::format("{} of {} regressions confirmed on {}", confirmed, findings.size(), note.runner);
}

bool is_changed(const model::Verdict& verdict) {
    return verdict.kind == VerdictKind::regressed || verdict.kind == VerdictKind::improved;
}

Tally tally_of(const SuiteList& suites) {
    Tally tally;
    for (const auto* suite : suites) {
        ++tally.suites;
        tally.suites_done += suite->state == ReportState::completed;
        tally.suites_cancelled += suite->cancelled;
        tally.suites_unmeasured += suite->error.has_value() && !suite->cancelled;
        tally.suites_waited += suite->error.has_value() && !suite->cancelled && suite->error->phase == "queue";
        tally.suites_identical += suite->identical;
        tally.detect = std::max(tally.detect, suite->detect);
        for (const auto& budget : suite->budgets) {
            tally.budgets_over += budget.is_broken();
            tally.budgets_unclear += budget.state == model::BudgetState::unclear;
        }
        for (const auto& claim : suite->claims) tally.claims_broken += claim.state == model::ClaimState::broken;
        for (const auto& one : suite->growth) tally.grown += one.state == model::GrowthState::risen;
        if (suite->judgement) count_verdicts(tally, *suite);
    }
    return tally;
}

std::vector<Row> rows_of(const SuiteList& suites) {
    std::vector<Row> rows;
    for (const auto* suite : suites)
        if (suite->judgement)
            for (std::size_t i = 0; i < suite->judgement->verdicts.size(); ++i)
                rows.push_back({suite, &suite->judgement->verdicts[i], waiver_of(*suite, i), advisory_of(*suite, i)});
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        const auto rank = [](const Row& row) {
            return std::tuple(!row.verdict->series.gating, order_of(row.verdict->kind).reading,
                              is_changed(*row.verdict) ? -size_of_change(*row.verdict) : 0.0);
        };
        if (rank(a) != rank(b)) return rank(a) < rank(b);
        return a.verdict->series.key < b.verdict->series.key;
    });
    return rows;
}

namespace {

std::string headline_of_verdicts(const Report& report, const SuiteList& suites) {
    if (!report.problems.empty())
        return fmt::format("Not measured: the configuration has {}",
                           counted(static_cast<long long>(report.problems.size()), "error"));
    const Tally tally = tally_of(suites);
    if (tally.suites == 0) return "Nothing was measured";
    if (tally.suites_done < tally.suites) return headline_under_way(tally, suites);
    if (tally.regressed > 0) return headline_of_regressions(report, tally) + unmeasured_clause(tally);
    if (tally.waived > 0)
        return fmt::format("{} of {} regressed and {} waived{}{}", tally.waived, counted(tally.benchmarks, "benchmark"),
                           tally.waived == 1 ? "is" : "are", beside_the_waived(tally), unmeasured_clause(tally));
    if (tally.benchmarks > 0) return headline_without_regression(tally) + unmeasured_clause(tally);
    if (tally.suites_cancelled > 0) return "Cancelled before there was a result";
    if (tally.suites_unmeasured > 0)
        return tally.suites == 1
                   ? "Could not be measured"
                   : fmt::format("{} of {} suites could not be measured", tally.suites_unmeasured, tally.suites);
    if (tally.suites_identical == tally.suites) return "Nothing to measure: both commits build the same artifacts";
    return "No benchmark was judged";
}

/// Limits and claims that are not kept: "1 budget is broken, 2 claims do not hold"; empty if all are.
std::string broken_clause(const Tally& tally) {
    std::vector<std::string> clauses;
    if (const int n = tally.budgets_over; n > 0)
        clauses.push_back(fmt::format("{} {} broken", counted(n, "budget"), n == 1 ? "is" : "are"));
    if (const int n = tally.claims_broken; n > 0)
        clauses.push_back(fmt::format("{} not hold", counted(n, "claim") + (n == 1 ? " does" : " do")));
    if (const int n = tally.grown; n > 0)
        clauses.push_back(
            fmt::format("{} faster with the size", counted(n, "benchmark") + (n == 1 ? " grows" : " grow")));
    return fmt::format("{}", fmt::join(clauses, ", "));
}

}  // namespace

std::string headline(const Report& report, const SuiteList& suites) {
    auto text = headline_of_verdicts(report, suites);
    const Tally tally = tally_of(suites);
    if (tally.advised > 0 && tally.suites_done == tally.suites)
        text +=
            fmt::format("; {} only advice", counted(tally.advised, "alarm") + (tally.advised == 1 ? " is" : " are"));
    const auto broken = broken_clause(tally);
    if (broken.empty() || tally.suites_done < tally.suites) return text;
    if (tally.regressed > 0) return text + "; " + broken;
    // What breaks the gate comes first.
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return broken + "; " + text;
}

std::string_view gate_sentence(ReportState state, model::Gate gate) {
    if (state != ReportState::completed) return "";
    switch (gate) {
        case model::Gate::success:
            return "The check passes.";
        case model::Gate::failure:
            return "The check fails.";
        case model::Gate::neutral:
            return "The check is neutral and blocks nothing.";
        case model::Gate::action_required:
            return "The check waits for a person.";
    }
    return "";
}

std::string next_step(const Report& report, const SuiteList& suites, model::Gate gate) {
    if (!report.problems.empty())
        return "The configuration is read from the base branch; `benchgate check-config` shows the same errors.";
    const Tally tally = tally_of(suites);
    if (tally.suites_done < tally.suites) return "";
    // `benchgate compare` has no page, and nobody who would hear a command.
    const auto on_pull = [&](const char* sentence) { return report.page_url.empty() ? "" : sentence; };
    // What makes the check fail comes first: a row that only asks for a look may stand above it.
    const bool something_else_fails = gate == model::Gate::failure && tally.blocking == 0 &&
                                      tally.budgets_over + tally.claims_broken + tally.grown > 0;
    if (tally.regressed > 0 && !something_else_fails) {
        if (gate == model::Gate::success || gate == model::Gate::neutral)
            return std::string("Look at the changed rows before merging.") +
                   on_pull(" `/rebench` measures this head again.");
        if (report.page_url.empty()) return "Start with the first row. `--explain` shows the numbers behind it.";
        return "Start with the first row. `benchgate compare` measures the same on your own machine, and a push or "
               "`/rebench` measures again here.";
    }
    if (tally.budgets_over > 0)
        return "A budget is an absolute limit: the head must get below it, or the base branch must change it.";
    if (tally.claims_broken > 0)
        return "A claim says what the head must reach: make it so, or claim less on the base branch.";
    if (tally.grown > 0) return "Look at what the cost of one more element depends on: the exponent has risen.";
    if (tally.suites_cancelled > 0) return on_pull("`/rebench` measures this head.");
    if (tally.suites_unmeasured > 0 && tally.suites_waited == tally.suites_unmeasured)
        return "A runner with all of these labels must be up; or `host_class` on the base branch must name what there "
               "is. Then `/rebench retry` measures.";
    if (tally.suites_unmeasured > 0)
        return std::string("The end of the log says why.") + on_pull(" `/rebench retry` runs what failed again.");
    if (tally.failed + tally.missing > 0) return "Look at the benchmarks that gave no result on the head.";
    if (tally.disputed > 0)
        return "One host saw a slowdown that another one of its class did not: both estimates stand in the remarks. "
               "See what is different between the hosts. `/rebench` measures again.";
    if (tally.inconclusive > 0)
        return std::string("Nothing is known to be wrong, and nothing is known to be right.") +
               on_pull(" `/rebench` measures again;") + (report.page_url.empty() ? " More" : " more") +
               " trials or a quieter host would settle it.";
    return "Nothing to do.";
}

namespace {
/// " (3 other processes, 1 stolen CPU time)", as the runner's tally has it; empty where there is none, or something
/// else than such words.
std::string why_void(const SuiteReport& suite) {
    constexpr std::string_view before = " thrown away ";
    for (const auto& fact : suite.host) {
        if (fact.id != model::void_blocks_fact) continue;
        const auto from = fact.observed.find(before), begin = from + before.size();
        const auto end = from == std::string::npos ? from : fact.observed.find(')', begin);
        if (end == std::string::npos || end - begin > 200) return "";
        const auto words = fact.observed.substr(begin, end + 1 - begin);
        constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzCPU0123456789 ,()";
        return words.find_first_not_of(plain) == std::string::npos ? " " + words : "";
    }
    return "";
}
}  // namespace

std::string method_sentence(const SuiteReport& suite) {
    if (!suite.judgement) return "";
    std::string text = fmt::format("{} a side in blocks of 4 + 4", counted(suite.trials, "trial"));
    if (suite.judgement->blocks_void > 0)
        text += fmt::format(", {} measured again for the host's sake{}", counted(suite.judgement->blocks_void, "block"),
                            why_void(suite));
    std::optional<double> seen;
    bool all_settled = true;
    for (const auto& verdict : suite.judgement->verdicts) {
        all_settled = all_settled && verdict.kind != VerdictKind::inconclusive;
        if (verdict.series.gating && verdict.minimum_detectable && !verdict.exact &&
            verdict.kind == VerdictKind::unchanged)
            seen = std::max(seen.value_or(0), *verdict.minimum_detectable);
    }
    if (seen)
        text += fmt::format("; changes of {} or more would have been seen{}", format_percent(*seen),
                            all_settled ? "" : " (inconclusive ones aside)");
    return text;
}

}  // namespace benchgate::reporting
