#include "service/github/bodies.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "core/json/json.h"

namespace benchgate::github {
namespace {

json::Json parsed(const std::string& text) {
    return json::parse(text).value();
}

std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return count;
}

CheckRun check() {
    CheckRun run;
    run.name = "benchgate/micro";
    run.head_sha = "0123456789012345678901234567890123456789";
    return run;
}

TEST(Bodies, AQueuedCheckHasOnlyWhatIsKnown) {
    EXPECT_EQ(parsed(create_check_body(check())),
              (json::Json{{"name", "benchgate/micro"},
                          {"status", "queued"},
                          {"head_sha", "0123456789012345678901234567890123456789"}}));
    EXPECT_EQ(parsed(update_check_body(check())), (json::Json{{"name", "benchgate/micro"}, {"status", "queued"}}));
}

TEST(Bodies, ACompletedCheckIsAsGitHubDescribesIt) {
    CheckRun run = check();
    run.status = CheckStatus::completed;
    run.conclusion = CheckConclusion::action_required;
    run.details_url = "https://bench.example/a/b/pull/1";
    run.external_id = "run-7";
    run.started_at = TimePoint(std::chrono::seconds(1'800'000'000));
    run.completed_at = *run.started_at + std::chrono::milliseconds(61'999);
    run.title = "1 regression";
    run.summary = "| a |";
    run.text = "more";
    run.annotations = {{"src/a.cpp", 3, 2, AnnotationLevel::failure, "slower", "title"}};
    run.actions = {{"Measure again", "Measures on fresh blocks", "rebench"}};
    EXPECT_EQ(
        parsed(update_check_body(run)),
        (json::Json{
            {"name", "benchgate/micro"},
            {"status", "completed"},
            {"conclusion", "action_required"},
            {"details_url", "https://bench.example/a/b/pull/1"},
            {"external_id", "run-7"},
            {"started_at", "2027-01-15T08:00:00Z"},
            {"completed_at", "2027-01-15T08:01:01Z"},
            {"output",
             {{"title", "1 regression"},
              {"summary", "| a |"},
              {"text", "more"},
              {"annotations",
               {{{"path", "src/a.cpp"},
                 {"start_line", 3},
                 {"end_line", 3},
                 {"annotation_level", "failure"},
                 {"message", "slower"},
                 {"title", "title"}}}}}},
            {"actions",
             {{{"label", "Measure again"}, {"description", "Measures on fresh blocks"}, {"identifier", "rebench"}}}}}));
}

TEST(Bodies, StayWithinGitHubsLimits) {
    CheckRun run = check();
    run.title = std::string(300, 't');
    run.summary = std::string(70'000, 's');
    for (int k = 0; k < 70'000; ++k) run.text += "é";
    run.annotations.assign(60, {"a", 1, 1, AnnotationLevel::notice, std::string(100'000, 'm'), std::string(300, 't')});
    run.actions.assign(4, {std::string(30, 'l'), std::string(50, 'd'), "id"});
    const auto body = parsed(create_check_body(run));
    const auto& output = body["output"];
    EXPECT_EQ(output["title"].get<std::string>().size(), 255u);
    EXPECT_EQ(output["summary"].get<std::string>().size(), 65535u);
    EXPECT_TRUE(output["summary"].get<std::string>().find("longer than GitHub allows") != std::string::npos);
    EXPECT_EQ(characters(output["text"].get<std::string>()), 65535u);
    EXPECT_EQ(output["annotations"].size(), 50u);
    EXPECT_LE(output["annotations"][0]["message"].get<std::string>().size(), 64u << 10);
    EXPECT_EQ(output["annotations"][0]["title"].get<std::string>().size(), 255u);
    ASSERT_EQ(body["actions"].size(), 3u);
    EXPECT_EQ(body["actions"][0]["label"].get<std::string>().size(), 20u);
    EXPECT_EQ(body["actions"][0]["description"].get<std::string>().size(), 40u);
    EXPECT_EQ(characters(parsed(comment_body(std::string(70'000, 'c')))["body"].get<std::string>()), 65536u);
    const std::string fits(65536, 'c');
    EXPECT_EQ(parsed(comment_body(fits))["body"], fits);
}

TEST(Bodies, RefuseAContradiction) {
    CheckRun open_end = check();
    open_end.status = CheckStatus::completed;
    EXPECT_THROW(create_check_body(open_end), std::logic_error);
    CheckRun early = check();
    early.conclusion = CheckConclusion::success;
    EXPECT_THROW(update_check_body(early), std::logic_error);
    CheckRun unreadable = check();
    unreadable.actions = {{"l", "d", std::string(21, 'i')}};
    EXPECT_THROW(update_check_body(unreadable), std::logic_error);
}

TEST(Cut, NeverSplitsACharacter) {
    EXPECT_EQ(cut_to("hello", 5, "..."), "hello");
    EXPECT_EQ(cut_to("hello!", 5, "..."), "he...");
    EXPECT_EQ(cut_to("ääääää", 5, "…"), "ääää…");
    EXPECT_EQ(cut_to("😀😀😀", 2, ""), "😀😀");
    EXPECT_EQ(cut_to("", 5, "..."), "");
    EXPECT_EQ(cut_to("abc", 0, ""), "");
    // Not UTF-8: a lone byte, a cut sequence, an overlong slash, a surrogate.
    EXPECT_EQ(cut_to("a\xff"
                     "b",
                     9, ""),
              "a\xef\xbf\xbd"
              "b");
    EXPECT_EQ(cut_to("a\xc3", 9, ""), "a\xef\xbf\xbd");
    EXPECT_EQ(cut_to("\xc0\xaf", 9, ""), "\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ(characters(cut_to("\xed\xa0\x80", 9, "")), 3u);
}

TEST(Bodies, NameReactionsAsGitHubDoes) {
    EXPECT_EQ(reaction_body(Reaction::eyes), R"({"content":"eyes"})");
    EXPECT_EQ(to_string(Reaction::plus_one), "+1");
    EXPECT_EQ(to_string(Reaction::confused), "confused");
}

}  // namespace
}
