#pragma once
// What every way of reporting has in common: which verdicts matter, in which order, and the sentences about them. The
// sentences are plain text without foreign words, unless said. Internal to reporting.

#include <string>
#include <string_view>
#include <vector>

#include "core/reporting/report.h"

namespace benchgate::reporting {

struct Row {
    const SuiteReport* suite = nullptr;
    const model::Verdict* verdict = nullptr;
    const WaiverNote* waiver = nullptr;  ///< of a regression that somebody waived, whether it still covers it or not
    const AdvisoryNote* advisory = nullptr;
    bool is_waived() const { return waiver != nullptr && waiver->covers; }
    /// An alarm that is only advice.
    bool is_advice() const;
};

/// Benchmarks are counted once, by the gravest of their gating verdicts.
struct Tally {
    int benchmarks = 0;
    int regressed = 0;
    int blocking = 0;  ///< verdicts that make the check fail
    int waived = 0;    ///< regressed, and every such verdict of it is waived
    int advised = 0;   ///< changed, but such alarms are only advice on this host
    int improved = 0;
    int inconclusive = 0;
    int disputed = 0;  ///< of the inconclusive: seen on one host, and not on the one that was to confirm it
    int failed = 0;
    int added = 0;
    int missing = 0;
    int unchanged = 0;
    int budgets_over = 0;     ///< verdicts that break a budget and ask for more than a line, each budget counted
    int budgets_unclear = 0;  ///< too near to the limit
    int claims_broken = 0;
    int grown = 0;           ///< families whose exponent has risen
    bool only_speed = true;  ///< what regressed or improved are times and rates
    double detect = 0;       ///< the largest change that any suite's policy leaves unseen
    int suites = 0;
    int suites_done = 0;
    int suites_unmeasured = 0;  ///< ended with an error
    int suites_waited = 0;      ///< of these: no runner ever took them
    int suites_cancelled = 0;
    int suites_identical = 0;
};

using SuiteList = std::vector<const SuiteReport*>;

SuiteList all_suites(const Report& report);
Tally tally_of(const SuiteList& suites);

/// Every verdict, gravest first: regressed, improved, failed, inconclusive, missing, new, unchanged; within a kind by
/// size of change, then by name. Recorded (not gating) ones come last.
std::vector<Row> rows_of(const SuiteList& suites);
bool is_changed(const model::Verdict& verdict);

/// A regression was seen, and a second host is to confirm it.
bool is_being_confirmed(const SuiteReport& suite);
/// How many hosts have a say in what blocks: "2 of 3 regressions confirmed on oak"; empty: nothing was to be confirmed.
std::string second_host_words(const SuiteReport& suite);

/// One sentence without its full stop: "Merging this would slow 2 of 14 benchmarks".
std::string headline(const Report& report, const SuiteList& suites);
/// As GitHub's check and the JSON name it.
std::string_view state_word(ReportState state);
/// "The check fails."; empty before the end.
std::string_view gate_sentence(ReportState state, model::Gate gate);
/// The next step for the author, Markdown; empty while under way.
std::string next_step(const Report& report, const SuiteList& suites, model::Gate gate);
/// "20 trials a side in blocks of 4 + 4, 1 block measured again; changes of 2.4 % or more would have been seen"
std::string method_sentence(const SuiteReport& suite);
/// "over (yellow)", "within", "not measured".
std::string budget_word(const model::BudgetFinding& note);
/// "at most 50 ms", "at least 10 k/s", "50 ms to 80 ms".
std::string limit_text(const model::BudgetFinding& note, std::string_view unit);
/// The head's value with its interval, and whose it is where it is not this attempt's: "61 ms (59.8 ms to 62.1 ms)"; a
/// dash without a value.
std::string budget_value_text(const model::BudgetFinding& note, const model::Verdict& verdict);
/// "alarmed 2 times in 5 comparisons of a commit with itself on this host"
std::string advisory_text(const AdvisoryNote& note);
/// "+25.3 % slower", "20.2 % faster": the word takes the place of a minus; "−0.4 %" where nothing changed.
std::string worded_change(const model::Verdict& verdict);
/// "2.1 %", or "any" of what is compared exactly.
std::string detectable_text(const model::Verdict& verdict);
/// "yes", "exact" or "no" for a change; a dash otherwise. What got better is not measured again, nor is the growth of
/// memory.
std::string_view confirmation_word(const model::Verdict& verdict);
/// Its reason is news to the author: two modes, a drift, why it stayed open. Not what its kind says anyway.
bool has_remark(const model::Verdict& verdict);
/// The interval to show: that of the error level spent, else the nominal one.
const model::Interval& shown_interval(const model::Verdict& verdict);
/// "queued", "measuring", "could not be measured", ... ; one suite's state in few words, with its progress.
std::string state_words(const SuiteReport& suite);

}  // namespace benchgate::reporting
