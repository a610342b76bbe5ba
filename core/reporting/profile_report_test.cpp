// What a profile's answer, page and drawing say, and that foreign names stay names in all three.
#include "core/reporting/profile_report.h"

#include <gtest/gtest.h>

#include "core/reporting/flame_graph.h"
#include "core/reporting/text_for_tests.h"

namespace benchgate::reporting {
namespace {

ProfileReport sample() {
    ProfileReport report;
    report.repository = "octo/engine";
    report.repository_url = "https://github.com/octo/engine";
    report.pull_number = 7;
    report.benchmark = "Sort/1024";
    report.suite = "micro";
    report.base_sha = std::string(40, 'a');
    report.head_sha = std::string(40, 'b');
    report.runner = "bench-1";
    report.page_path = "/octo/engine/pull/7/profile/1";
    report.page_url = "https://bench.example" + report.page_path;
    report.state = "finished";
    report.base = {{"all;main;alike", 800}, {"all;main;more", 200}, {"all;main;gone", 50}, {"all;main;steady", 500}};
    report.head = {
        {"all;main;alike", 800}, {"all;main;more", 900}, {"all;main;more;fresh", 200}, {"all;main;steady", 640}};
    report.profile = model::Profile{"Sort/1024", "cpu-clock:u", 999, false, {1550, 5, "", ""}, {2540, 5, "", ""}};
    return report;
}

TEST(ProfileReport, NamesTheFunctionsWhoseOwnShareChanged) {
    const auto report = sample();
    const auto changes = share_changes(report.base, report.head);
    ASSERT_EQ(changes.grew.size(), 2u);
    EXPECT_EQ(changes.grew[0].name, "more");
    EXPECT_NEAR(changes.grew[0].base, 200.0 / 1550, 1e-9);
    EXPECT_NEAR(changes.grew[0].head, 900.0 / 2540, 1e-9);
    EXPECT_EQ(changes.grew[1].name, "fresh");
    ASSERT_EQ(changes.shrank.size(), 3u);
    EXPECT_EQ(changes.shrank[0].name, "alike");

    const auto text = render_profile_answer(report);
    EXPECT_NE(text.find("| 12.9 % | 35.4 % | +22.5 |"), std::string::npos) << text;
    EXPECT_NE(text.find("| 3.2 % | 0.0 % | −3.2 |"), std::string::npos) << text;
    EXPECT_NE(text.find("Base 1,550 samples in 5 trials and head 2,540 samples in 5 trials"), std::string::npos)
        << text;
    EXPECT_NE(text.find("no verdict depends on them"), std::string::npos);
    EXPECT_NE(text.find("(https://bench.example/octo/engine/pull/7/profile/1)"), std::string::npos);
    EXPECT_NE(text.find("https://github.com/octo/engine/commit/" + report.head_sha), std::string::npos);
}

TEST(ProfileReport, WhatSamplingAloneMayDoIsNoChange) {
    const model::FoldedStacks base{{"all;a", 500}, {"all;b", 500}}, head{{"all;a", 520}, {"all;b", 480}};
    const auto changes = share_changes(base, head);
    EXPECT_TRUE(changes.grew.empty());
    EXPECT_TRUE(changes.shrank.empty());
    auto report = sample();
    report.base = base;
    report.head = head;
    EXPECT_NE(render_profile_answer(report).find("No function's own share"), std::string::npos);
    EXPECT_NE(render_profile_page(report).find("No function"), std::string::npos);
}

TEST(ProfileReport, ManyFunctionsAreTenInTheAnswer) {
    auto report = sample();
    report.base = {{"all;rest", 100'000}};
    report.head = {{"all;rest", 100'000}};
    for (int i = 0; i < 40; ++i) report.head["all;f" + std::to_string(i)] = 2000;
    const auto text = render_profile_answer(report);
    EXPECT_EQ(count(text, "| 0.0 % |"), 10u) << text;
    EXPECT_NE(text.find("and 30 more"), std::string::npos);
    EXPECT_LT(text.size(), 65'000u);
}

TEST(ProfileReport, HostileNamesAreOnlyNames) {
    auto report = sample();
    const std::string evil_frame = "<script>alert(1)</script>|@team`</title><!-- ]]>&";
    report.benchmark = report.suite = report.runner = evil_frame;
    report.head["all;main;" + model::frame_name(evil_frame)] = 900;
    const auto page = render_profile_page(report);
    EXPECT_EQ(page.find("<script"), std::string::npos);
    EXPECT_EQ(page.find("</title><!--"), std::string::npos);
    EXPECT_NE(page.find("&lt;script&gt;"), std::string::npos);
    const auto text = render_profile_answer(report);
    EXPECT_EQ(text.find("<script"), std::string::npos) << text;
    EXPECT_EQ(text.find("@team"), std::string::npos) << text;
    report.profile.reset();
    report.error = evil_frame;
    report.log_tail = "```\n" + evil_frame;
    EXPECT_EQ(render_profile_page(report).find("<script"), std::string::npos);
    EXPECT_EQ(render_profile_answer(report).find("| @team"), std::string::npos);
}

TEST(ProfileReport, WithoutAProfileTheReasonIsSaid) {
    auto report = sample();
    report.profile.reset();
    report.error = "profiles are unsupported here: there is no perf program";
    for (const auto& text : {render_profile_answer(report), render_profile_page(report)}) {
        EXPECT_NE(text.find("there is no perf program"), std::string::npos) << text;
        EXPECT_EQ(text.find("amples"), std::string::npos) << text;
        EXPECT_EQ(text.find("<svg"), std::string::npos) << text;
    }
    report.error.clear();
    report.state = "running";
    report.progress = "building both commits";
    const auto page = render_profile_page(report);
    EXPECT_NE(page.find("building both commits"), std::string::npos);
    EXPECT_NE(page.find("http-equiv=\"refresh\""), std::string::npos);
}

TEST(FlameGraph, ShowsWidthsColoursAndFigures) {
    const auto report = sample();
    const auto svg = flame_graph_svg(report.base, report.head, {model::Side::head, "a \"title\" & more"});
    EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    EXPECT_NE(svg.find("aria-label=\"a &quot;title&quot; &amp; more\""), std::string::npos) << svg.substr(0, 300);
    EXPECT_NE(svg.find("<title>more\nbase 12.9 %, head 43.3 % (+30.40 points)"), std::string::npos) << svg;
    EXPECT_NE(svg.find("fill=\"#ec604b\""), std::string::npos) << "the largest growth is in full red";
    EXPECT_EQ(svg.find("gone"), std::string::npos) << "head does not run it";
    EXPECT_NE(flame_graph_svg(report.base, report.head, {model::Side::base, ""}).find("<title>gone\n"),
              std::string::npos);
    EXPECT_EQ(svg.find("<script"), std::string::npos);
    EXPECT_EQ(svg.find("style="), std::string::npos) << "the page's policy forbids it";
    EXPECT_EQ(count(svg, "<g>"), count(svg, "</g>"));
    EXPECT_NE(flame_graph_svg({}, {}, {}).find("</svg>"), std::string::npos);
}

TEST(FlameGraph, StaysSmallWhateverItIsGiven) {
    model::FoldedStacks wide, deep;
    for (int i = 0; i < 20'000; ++i) wide["all;a" + std::to_string(i % 100) + ";f" + std::to_string(i)] = 1;
    std::string stack = "all";
    for (std::size_t i = 1; i < model::most_frames; ++i) deep[stack += ";f"] = 5;
    EXPECT_LT(flame_graph_svg(wide, wide, {}).size(), 100'000u);
    const auto svg = flame_graph_svg(deep, deep, {});
    EXPECT_LT(svg.size(), 1u << 20);
    EXPECT_GE(count(svg, "<rect"), 200u);
}

}  // namespace
}  // namespace benchgate::reporting
