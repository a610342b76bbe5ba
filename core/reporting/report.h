#pragma once
// What there is to say about one comparison, for every way of saying it. Filled by the judge's and the outbox's
// workers and by `benchgate compare`; the renderers beside this file only read it. Holds no Markdown and no HTML: all
// texts are raw and hostile until a renderer escapes them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/calibration.h"
#include "core/model/config.h"
#include "core/model/explanation.h"
#include "core/model/host.h"
#include "core/model/second_host.h"
#include "core/model/verdict.h"

namespace benchgate::reporting {

enum class ReportState { queued, in_progress, completed };

/// Why a suite could not be measured.
struct SuiteError {
    std::string phase;     ///< "queue" (no runner ever had it), "fetch", "build", "measure", "upload", "parse", "lost",
                           ///< "cancelled"
    std::string message;   ///< one line
    std::string log_tail;  ///< the last lines of the log; may be empty
};

/// What a waiver says of one regressed verdict (core/judging/waivers.h).
struct WaiverNote {
    std::size_t verdict = 0;  ///< index into the judgement's verdicts
    bool covers = false;
    std::string why_not;  ///< one clause; empty if it covers
    double max = 0;       ///< ceiling, 0.08 = 8 %
    std::string until;    ///< YYYY-MM-DD
    std::string author;   ///< login
    std::string reason;
};

/// A verdict that holds nothing: on this host its series alarms on unchanged code (core/judging/calibration.h).
struct AdvisoryNote {
    std::size_t verdict = 0;  ///< index into the judgement's verdicts
    model::FalseAlarms counted;
};

/// What became of asking a second host about the regressions that would turn the check red.
struct SecondHostNote {
    model::SecondHostState state = model::SecondHostState::pending;
    std::string runner;  ///< name; while it is waited for perhaps "b or c"; empty: there is none
    std::string why;     ///< of one that is unavailable: a clause; may be empty
    std::vector<model::SecondFinding> findings;  ///< on the judgement's verdicts
    std::string bundle_url;                      ///< of its own measurements; empty: none
};

/// Share of its side's samples in which a function itself was running, not what it called.
struct FunctionShare {
    std::string name;
    double base = 0;
    double head = 0;
    double difference() const { return head - base; }
    bool operator==(const FunctionShare&) const = default;
};

/// Where the time of a benchmark that regressed went: from a profile of both sides, taken after the verdict.
struct ProfileNote {
    std::string benchmark;
    std::string page_url;
    std::vector<FunctionShare> grew;  ///< the most first, a few; empty: no more than the sampling alone may make
};

struct SuiteReport {
    std::string name;
    ReportState state = ReportState::queued;
    std::optional<model::Judgement> judgement;  ///< its gate and gate_reason heed waivers, advisories and budgets
    std::vector<WaiverNote> waivers;
    std::vector<AdvisoryNote> advisories;
    std::optional<SecondHostNote> second_host;  ///< absent: nothing was to be confirmed
    std::vector<model::BudgetFinding> budgets;  ///< on the judgement's verdicts
    std::vector<model::ClaimFinding> claims;
    std::vector<model::GrowthFinding> growth;
    /// What the claims ask of the gate where there is no judgement: those since a ref are measured even if the commits
    /// of the comparison build the same artifacts.
    model::Gate claims_gate = model::Gate::success;
    std::vector<ProfileNote> profiles;
    std::optional<SuiteError> error;
    bool identical = false;  ///< the artifacts' hashes are equal: nothing was measured
    bool cancelled = false;  ///< ended without a result on somebody's wish
    std::string runner;      ///< name; empty before a lease
    std::string host_class;  ///< labels, comma separated
    std::vector<model::HostFact> host;
    int trials = 0;  ///< kept, a side
    std::uint64_t seed = 0;
    bool inconclusive_blocks = false;  ///< the policy's `inconclusive: block`: no result must not pass
    double detect = 0.03;              ///< the largest change that the policy leaves unseen (detect_of)
    double false_alarms = 0.01;        ///< the error rate this suite was judged at
    double duration_seconds = 0;
    std::string progress;    ///< of a suite under way, e.g. "measuring block 3 of at most 15"; empty: unknown
    std::string outlook;     ///< of a suite that is not over: outlook_sentence; empty: not asked for
    std::string bundle_url;  ///< where the raw samples are; empty: nowhere
    std::vector<model::Explanation> explanations;  ///< one a verdict where they were asked for, else none
};

/// An error of `.benchgate.yml`.
struct ConfigProblem {
    std::string file;
    int line = 0;  ///< 1-based; 0: no place
    int column = 0;
    std::string message;
};

struct Report {
    std::string repository;      ///< owner/name, or a folder's name
    std::string repository_url;  ///< https://github.com/owner/name; empty: SHAs are not linked
    std::optional<std::int64_t> pull_number;
    std::string base_sha;
    std::string head_sha;
    std::string base_ref;
    ReportState state = ReportState::queued;
    std::string page_url;  ///< the page with every detail; empty: none
    std::vector<SuiteReport> suites;
    model::Gate gate = model::Gate::neutral;  ///< of all suites; meaningful when completed
    std::vector<ConfigProblem> problems;
    /// Sentences about the base, the run or what the configuration asks for in vain, without their full stops.
    std::vector<std::string> notes;
    std::vector<std::string>
        undelivered;  ///< sentences: what GitHub did not take; for the page, which is not on GitHub
};

/// The worst gate of the suites; a suite that could not be measured or gave no result counts as inconclusive:
/// neutral, or action_required where the policy blocks on that.
model::Gate gate_of(const std::vector<SuiteReport>& suites);

/// The change of which "no slowdown of ..." may speak: the largest that the policy wants to be seen in any of the
/// metrics that were judged.
double detect_of(const model::Policy& policy, const model::Judgement& judgement);

/// A sentence for each budget that names nothing of what was judged: a green check must not seem to answer for it.
std::vector<std::string> notes_of(const std::vector<SuiteReport>& suites, const std::vector<model::Budget>& budgets);

/// The same for the objectives of load suites; and, of those whose latencies are a closed loop's, what that means.
std::vector<std::string> notes_of(const std::vector<SuiteReport>& suites, const std::vector<model::Suite>& asked);

/// The same for claims, and for growth.
std::vector<std::string> notes_of(const std::vector<SuiteReport>& suites, const std::vector<model::Claim>& claims);
std::vector<std::string> notes_of(const std::vector<SuiteReport>& suites, const std::vector<model::Growth>& rules);

/// A sentence for each wish of the configuration that a green check could be thought to answer for, and does not.
std::vector<std::string> notes_of(const std::vector<model::Unmet>& unmet);

/// queued, in_progress or completed of the whole, from its suites (none: completed).
ReportState state_of(const std::vector<SuiteReport>& suites);

}  // namespace benchgate::reporting
