#include "service/reports/run_report.h"

#include <gtest/gtest.h>

#include "platform/ids.h"
#include "service/store/test_database.h"

namespace benchgate::reports {
namespace {

struct RunReport : store::TestDatabase {};

TEST_F(RunReport, SaysWhatItsConfigurationAsksForInVain) {
    store::RunRow run;
    run.repository_id = 1;
    run.run_id = platform::random_uuid();
    run.number = 7;
    run.head_sha = "h";
    run.base_sha = run.merge_base = "b";
    run.base_ref = "main";
    run.trigger_id = "delivery";
    run.created_at = start();
    run.config =
        "suites: {a: {run: x}}\nbudgets: [{benchmark: b, metric: time, max: 5ms}]\n"
        "claims: [{benchmark: b, metric: time, from: v1, at_least: -5%}]\n";
    run.message = "a newer commit was pushed";
    pool.transaction([&](store::Tx& tx) {
        const auto report = run_report(tx, run, {"http://here", ""});
        EXPECT_EQ(report.notes,
                  (std::vector<std::string>{"a newer commit was pushed", "Note: claims are not judged by this version",
                                            "Note: the budget in line 2 met no benchmark: nothing here "
                                            "is \"b\" with the metric \"time\" in ns"}));
    });
}

}  // namespace
}  // namespace benchgate::reports
