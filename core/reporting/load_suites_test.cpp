// What every way of reporting says of a suite under load: whose latencies they are, and why a fault could not be done.

#include <gtest/gtest.h>

#include <map>

#include "core/json/json.h"
#include "core/reporting/check.h"
#include "core/reporting/comment.h"
#include "core/reporting/csv.h"
#include "core/reporting/html.h"
#include "core/reporting/markdown.h"
#include "core/reporting/page.h"
#include "core/reporting/report_json.h"
#include "core/reporting/sample_report.h"
#include "core/reporting/text.h"

namespace benchgate::reporting {
namespace {

/// One stage by wrk, a fault that this host cannot do, and nothing else.
Report loaded() {
    auto latency = sample::verdict("steady", model::VerdictKind::regressed, 1.5);
    latency.series.key.metric = "p99_closed_loop";
    auto fault = sample::verdict("fault/delay@1s: unsupported here", model::VerdictKind::failed, 1);
    fault.series.key.metric = "recovery_time";
    fault.ratio.reset();
    fault.reason = "no kept trial gave a value; unsupported: tc: Error: Specified qdisc kind is unknown.";
    auto report = sample::report({sample::suite("shop", {latency, fault}, model::Gate::failure)});
    model::Suite suite;
    suite.name = "shop";
    suite.load.emplace();
    suite.load->load.tool = "wrk";
    report.notes = notes_of(report.suites, std::vector<model::Suite>{suite});
    return report;
}

std::map<std::string, std::string> everywhere(const Report& report) {
    const auto check = render_check(report, {"shop"});
    return {{"comment", render_comment(report)},
            {"check", check.summary + check.text},
            {"page", render_page(report)},
            {"HTML", render_html(report)},
            {"Markdown", render_markdown(report)},
            {"terminal", render_text(report, {})},
            {"JSON", json::dump(report_json(report))}};
}

/// A name of a metric as Markdown, HTML or plain text.
bool names(const std::string& text, const std::string& metric) {
    std::string escaped;
    for (const char c : metric) escaped += c == '_' ? std::string("\\_") : std::string(1, c);
    return text.find(metric) != std::string::npos || text.find(escaped) != std::string::npos;
}

TEST(LoadSuites, ThatLatenciesAreAClosedLoopsIsSaidEverywhere) {
    for (const auto& [where, text] : everywhere(loaded())) {
        EXPECT_TRUE(names(text, "p99_closed_loop")) << where << ":\n" << text;
        EXPECT_NE(text.find("the latencies of suite shop are a closed loop"), std::string::npos) << where << ":\n"
                                                                                                 << text;
    }
    EXPECT_TRUE(names(render_csv(loaded()), "p99_closed_loop"));
}

TEST(LoadSuites, WhyAFaultIsUnsupportedIsSaidEverywhere) {
    for (const auto& [where, text] : everywhere(loaded())) {
        EXPECT_NE(text.find("unsupported here"), std::string::npos) << where << ":\n" << text;
        EXPECT_NE(text.find("qdisc kind is unknown"), std::string::npos) << where << ":\n" << text;
    }
}

}  // namespace
}  // namespace benchgate::reporting
