#include "service/reports/profile_notes.h"

#include <algorithm>
#include <set>

#include "service/reports/profile_report.h"

namespace benchgate::reports {
namespace {

constexpr int most_runs_looked_at = 100;
constexpr std::size_t most_profiles = 3, most_functions = 3;

reporting::SuiteReport* suite_that_regressed(reporting::Report& report, const std::string& suite,
                                             const std::string& benchmark) {
    const auto regressed = [&](const model::Verdict& verdict) {
        return verdict.kind == model::VerdictKind::regressed && verdict.series.key.benchmark == benchmark;
    };
    for (auto& one : report.suites)
        if (one.name == suite && one.judgement && std::ranges::any_of(one.judgement->verdicts, regressed)) return &one;
    return nullptr;
}

bool has_regressed(const reporting::SuiteReport& suite) {
    return suite.judgement && std::ranges::any_of(suite.judgement->verdicts, [](const model::Verdict& verdict) {
               return verdict.kind == model::VerdictKind::regressed;
           });
}

}  // namespace

void add_profiles(store::Tx& tx, const store::RunRow& run, const Addresses& addresses, reporting::Report& report) {
    if (!run.number || std::ranges::none_of(report.suites, has_regressed)) return;
    std::set<std::pair<std::string, std::string>> told;
    for (const auto& other : store::list_runs(tx, run.repository_id, run.number, most_runs_looked_at)) {
        if (told.size() == most_profiles) return;
        if (other.kind != model::RunKind::profile || other.head_sha != run.head_sha ||
            other.state != model::RunState::finished)
            continue;
        const auto profile = profile_report(tx, other, addresses);
        auto* suite = suite_that_regressed(report, profile.suite, profile.benchmark);
        if (!profile.profile || suite == nullptr || !told.emplace(profile.suite, profile.benchmark).second) continue;
        auto grew = reporting::share_changes(profile.base, profile.head).grew;
        if (grew.size() > most_functions) grew.resize(most_functions);
        suite->profiles.push_back({profile.benchmark, profile.page_url, std::move(grew)});
    }
}

}  // namespace benchgate::reports
