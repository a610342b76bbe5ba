#include "core/reporting/history.h"

#include <gtest/gtest.h>

#include "core/reporting/text_for_tests.h"

namespace benchgate::reporting {
namespace {

const std::string evil_text = "<script>alert(1)</script>\"'<!-- -->|@team\n";

HistoryPlace place() {
    return {"acme/engine", "https://github.com/acme/engine"};
}

HistoryChange change(const std::string& state, const std::string& sha) {
    HistoryChange made;
    made.id = "c1";
    made.series = {"5e1e5", "micro", "lab", {"Sort/1024", "time"}};
    made.unit = "ns";
    made.state = state;
    made.handling = "open";
    made.sha = made.to_sha = sha;
    made.from_sha = std::string(40, 'a');
    made.before = 100;
    made.after = 120;
    made.change = 0.2;
    made.low = 0.19;
    made.high = 0.21;
    made.found_at = "2026-11-21T04:38:43Z";
    made.events = {{"2026-11-21T04:38:43Z", "benchgate", "found", ""}};
    return made;
}

std::string sha(std::size_t i) {
    auto text = std::to_string(i);
    return std::string(40 - text.size(), '0') + text;
}

HistorySeries series(std::size_t points) {
    HistorySeries made;
    made.name = {"5e1e5", "micro", "lab", {"Sort/1024", "time"}};
    made.unit = "ns";
    made.hosts = {{"anvil", 1, 0}, {"bellows", 1.5, 2}};
    for (std::size_t i = 0; i < points; ++i) {
        HistoryPointView point;
        point.sha = sha(i);
        point.value = point.measured = i < points / 2 ? 100 : 120;
        point.host = "anvil";
        point.run_id = "run-" + std::to_string(i);
        made.points.push_back(point);
    }
    made.changes = {change("confirmed", sha(points / 2))};
    made.newest_sigmas = -4.2;
    made.week = 0.03;
    made.drift = 0.2;
    made.drift_low = 0.19;
    made.drift_high = 0.21;
    made.aside = {{sha(900), "it is missing on this commit"}, {sha(901), "it is missing on this commit"}};
    return made;
}

/// The drawing in the page; empty: none.
std::string drawn_in(const HistorySeries& shown) {
    const auto page = render_series(place(), shown);
    const auto begin = page.find("<svg class=\"chart\""), end = page.find("</svg>");
    return begin == std::string::npos ? "" : page.substr(begin, end - begin);
}

TEST(History, TheChartShowsDotsLevelsAndChangesAndLeadsToRuns) {
    const auto chart = drawn_in(series(40));
    EXPECT_EQ(count(chart, "<circle class=\"dot\""), 40u);
    EXPECT_EQ(count(chart, "class=\"level\""), 2u);
    EXPECT_EQ(count(chart, "class=\"mark regressed\""), 1u);
    EXPECT_NE(chart.find("href=\"#change-1\""), std::string::npos);
    EXPECT_NE(chart.find("href=\"/acme/engine/runs/run-7\""), std::string::npos);
    EXPECT_NE(chart.find("aria-label=\"Sort/1024, time: the newest 40 values on main, from 100 ns to 120 ns\""),
              std::string::npos)
        << chart;
    EXPECT_EQ(count(drawn_in(series(1000)), "<circle class=\"dot\""), 400u) << "the newest";
}

TEST(History, StrangeValuesAreDrawnOrNot) {
    auto one = series(1);
    EXPECT_NE(drawn_in(one).find("<circle"), std::string::npos);
    EXPECT_EQ(drawn_in(series(0)), "");
    for (const double value : {0.0, -5.0, 1e308, 1e-308, 5e-324}) {
        auto alike = series(12);
        for (auto& point : alike.points) point.value = value;
        const auto chart = drawn_in(alike);
        EXPECT_EQ(chart.find("nan"), std::string::npos) << value;
        EXPECT_EQ(chart.find("inf"), std::string::npos) << value;
    }
    auto wide = series(2);
    wide.points[0].value = -1.7e308;
    wide.points[1].value = 1.7e308;
    EXPECT_EQ(drawn_in(wide), "") << "its range is no number";
}

TEST(History, ASeriesTellsItsChangesItsHostsAndWhatWasSetAside) {
    const auto page = render_series(place(), series(40));
    for (const auto* part : {"worse, confirmed", "+20 %", "+19 % to +21 %", "100 ns → 120 ns",
                             "Values of bellows (hollow dots) are shown on the scale", "2 measurements set aside",
                             "4.2 standard deviations below those", "Week over week: +3 %.",
                             "newest ten: +20 % (+19 % to +21 %)", "2 commits: it is missing on this commit",
                             "lower is better", "href=\"https://github.com/acme/engine/commit/", "id=\"change-1\""})
        EXPECT_NE(page.find(part), std::string::npos) << part;
    auto empty = series(0);
    empty.changes.clear();
    EXPECT_NE(render_series(place(), empty).find("There is no value that could be drawn."), std::string::npos);
}

TEST(History, AChangeTellsTheCommitThatDidItOrTheRange) {
    auto searched = change("confirmed", sha(9));
    searched.first_bad = sha(7);
    searched.subject = "Sort twice";
    searched.measured_ratio = 1.25;
    searched.measured_low = 1.2;
    searched.measured_high = 1.3;
    searched.measured_run = "r1";
    auto page = render_changes(place(), {searched});
    EXPECT_NE(page.find("Sort twice"), std::string::npos);
    EXPECT_NE(page.find("+25 %"), std::string::npos) << "the gate's figure";
    EXPECT_NE(page.find("href=\"/acme/engine/runs/r1\""), std::string::npos);
    EXPECT_NE(page.find("href=\"/acme/engine/benchmarks/5e1e5\""), std::string::npos);
    auto open = change("found", sha(9));
    open.commits = 8;
    page = render_changes(place(), {open});
    EXPECT_NE(page.find("one of 8 commits after"), std::string::npos);
    EXPECT_NE(page.find("to be measured"), std::string::npos);
    auto handled = change("rejected", sha(9));
    handled.handling = "expected";
    handled.handled_by = "ada";
    handled.handled_at = "2026-11-22T10:00:00Z";
    handled.note = "the new index costs this";
    page = render_changes(place(), {handled});
    EXPECT_NE(page.find("not confirmed"), std::string::npos);
    EXPECT_NE(page.find("ada, 2026-11-22 10:00: the new index costs this"), std::string::npos);
    EXPECT_NE(render_changes(place(), {}).find("No change was seen."), std::string::npos);
    EXPECT_NE(render_series_list(place(), {}).find("No push to the default branch was measured yet."),
              std::string::npos);
}

TEST(History, ADriftIsToldBesideItsAllowanceAndCutsNoLevel) {
    auto shown = series(40);
    auto drift = change("drifted", sha(39));
    drift.commits = 39;
    drift.reason = "Small steps since v1.4.0 add up to more than the 5 % that the policy allows per release.";
    shown.changes = {drift};
    shown.allowance = HistoryAllowance{"release", 0.05, "v1.4.0", sha(0), 0.2, 0.19, 0.21, true};
    const auto page = render_series(place(), shown);
    for (const auto* part : {">drift</span>", "over 39 commits after", "Small steps since v1.4.0",
                             "Allowance for small steps: 5 % worse per release; since v1.4.0 they add up to +20 % (+19 "
                             "% to +21 %), more than "
                             "allowed."})
        EXPECT_NE(page.find(part), std::string::npos) << part;
    EXPECT_EQ(count(drawn_in(shown), "class=\"level\""), 1u);
    EXPECT_EQ(count(drawn_in(shown), "class=\"mark"), 0u);
    EXPECT_EQ(series_json(place(), shown)["allowance"]["beyond"], true);
    EXPECT_EQ(series_json(place(), shown)["allowance"]["after"], sha(0));
    shown.allowance = HistoryAllowance{"week", 0.05};
    EXPECT_NE(render_series(place(), shown).find("too few commits were measured yet"), std::string::npos);
    EXPECT_EQ(series_json(place(), series(4))["allowance"], json::Json());
}

TEST(History, ForeignTextIsOnlyText) {
    auto changed = change("confirmed", sha(20));
    changed.series.key = {evil_text, evil_text};
    changed.series.suite = changed.subject = changed.note = changed.handled_by = changed.reason = evil_text;
    changed.first_bad = changed.from_sha = evil_text;
    changed.commits = 3;
    auto shown = series(40);
    shown.name.key = {evil_text, evil_text};
    shown.name.suite = shown.name.host_class = shown.unit = evil_text;
    shown.points[3].host = shown.points[3].sha = shown.points[3].run_id = evil_text;
    shown.changes = {changed};
    shown.aside = {{evil_text, evil_text}};
    shown.hosts = {{evil_text, 1, 0}, {evil_text, 2, 1}};
    const auto pages = render_series(place(), shown) + render_changes(place(), {changed}) +
                       render_series_list(place(), {{shown.name, 3, 1}});
    EXPECT_EQ(pages.find("<script"), std::string::npos);
    EXPECT_EQ(pages.find("\"'<!--"), std::string::npos);
}

TEST(History, TheDocumentsSayWhatThePagesSay) {
    const auto document = series_json(place(), series(40));
    EXPECT_EQ(document["points"].size(), 40u);
    EXPECT_EQ(document["changes"][0]["state"], "confirmed");
    EXPECT_EQ(document["changes"][0]["direction"], "worse");
    EXPECT_EQ(document["changes"][0]["interval"], json::Json::array({0.19, 0.21}));
    EXPECT_EQ(document["changes"][0]["measured"], json::Json());
    EXPECT_EQ(document["changes"][0]["events"][0]["what"], "found");
    EXPECT_EQ(document["set_aside"].size(), 2u);
    EXPECT_EQ(document["drift"]["interval"], json::Json::array({0.19, 0.21}));
    EXPECT_EQ(document["week_over_week"], 0.03);
    EXPECT_EQ(changes_json(place(), {change("found", sha(1))})["changes"][0]["series"]["benchmark"], "Sort/1024");
    EXPECT_EQ(series_list_json(place(), {{series(1).name, 3, 1}})["series"][0]["changes"], 1);
}

}  // namespace
}  // namespace benchgate::reporting
