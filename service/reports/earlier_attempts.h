#pragma once
// A head that was measured before: what the earlier attempts said is shown, and a regression of theirs that the present
// one leaves open, or was not asked about, stands with the numbers of then; so do a broken claim, growth that has risen
// and a budget that is over. Owns which runs are attempts at the same question (the same head, base and class of
// hosts), and which suites a run leaves to the attempts before it: the check speaks for all suites of the head,
// whatever part of them was measured last. The rule is core/judging/standing.h.

#include <span>
#include <string>
#include <vector>

#include "core/model/config.h"
#include "core/reporting/report.h"
#include "service/store/jobs.h"
#include "service/store/runs.h"

namespace benchgate::reports {

struct Attempt {
    store::RunRow run;
    std::vector<store::JobRow> jobs;
};

/// Finished runs of the same head of a pull request that ended before this one, newest first.
std::vector<Attempt> earlier_attempts(store::Tx& tx, const store::RunRow& run);

/// A job that compares head with base for a suite's verdicts: no confirmation of another one, none for claims alone.
bool compares(const store::JobRow& job);

/// The job of an earlier attempt that speaks for a suite of which this run has no result.
struct Carried {
    std::size_t attempt = 0;
    std::size_t job = 0;  ///< index into the attempt's jobs
    std::string name;     ///< for the report, where another suite may have the same
};
struct PresentRun {
    const store::RunRow& run;
    const std::vector<store::JobRow>& jobs;
    const model::Config* config;  ///< nullptr: it cannot be read
};
/// Asked of the pull request's own question: a run aside adds its own result to that and takes nothing away.
std::vector<Carried> carried_suites(store::Tx& tx, const PresentRun& present, const reporting::Report& report,
                                    const std::vector<Attempt>& attempts);

/// Where a suite of the report is from.
struct SuiteSource {
    const store::RunRow& run;
    const store::JobRow& job;
    std::size_t older = 0;  ///< index of the first attempt before it
};

/// What the attempts before it said of a suite of the report.
struct Before {
    std::vector<model::Verdict> own;  ///< what its own attempt said
    /// Newest first; with what was only advice, since a budget heeds that, too.
    std::vector<std::vector<model::Verdict>> verdicts;
    std::size_t newest = 0;  ///< number of the attempt that said verdicts[0]; that of the next is one less
    bool stands = false;     ///< one of their verdicts was put into the suite
};

/// For a run that speaks for a pull request, `sources` being its report's suites in order. The verdicts that stand are
/// put into the report, and the answers that do and that `config` still asks for (nullptr: all). One for each suite.
std::vector<Before> heed_earlier_attempts(store::Tx& tx, const std::vector<Attempt>& attempts,
                                          const std::vector<SuiteSource>& sources, const model::Config* config,
                                          reporting::Report& report);

/// What is to be said of a run aside, and of suites that are carried; each a sentence without its full stop.
std::vector<std::string> notes_on_attempts(const store::RunRow& run, const std::vector<Attempt>& attempts,
                                           const std::vector<Carried>& carried);

}  // namespace benchgate::reports
