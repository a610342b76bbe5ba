#include "core/planning/commands.h"

#include <gtest/gtest.h>

namespace benchgate::planning {
namespace {

bool silent(std::string_view comment) {
    return std::holds_alternative<NoCommand>(read_command(comment));
}

Command command(std::string_view comment) {
    const auto result = read_command(comment);
    if (const auto* found = std::get_if<Command>(&result)) return *found;
    const auto* error = std::get_if<CommandError>(&result);
    ADD_FAILURE() << comment << "\n" << (error != nullptr ? error->message : "no command");
    return {};
}

std::string message(std::string_view comment) {
    const auto result = read_command(comment);
    const auto* error = std::get_if<CommandError>(&result);
    return error != nullptr ? error->message : "(no error)";
}

TEST(Commands, AreRead) {
    EXPECT_EQ(command("/rebench"), Command{});
    EXPECT_EQ(command("Thanks!\r\n\r\n/rebench\r\nmore"), Command{});
    EXPECT_EQ(command("text\n   /rebench  "), Command{});
    EXPECT_EQ(command("/rebench suite=a,b filter=\"BM sort/*\" trials=20 profile=quick host=x86_64 base=v1.0").values,
              (std::map<std::string, std::string>{{"suite", "a,b"},
                                                  {"filter", "BM sort/*"},
                                                  {"trials", "20"},
                                                  {"profile", "quick"},
                                                  {"host", "x86_64"},
                                                  {"base", "v1.0"}}));
    const std::string sha(40, 'a');
    EXPECT_EQ(command("/rebench approve " + sha).words, std::vector{sha});
    EXPECT_EQ(command("/rebench cancel").verb, Verb::cancel);
    const auto waive = command("/rebench waive \"Sort \\\"x\\\"\" max=8% until=2027-01-31 reason=\"known, see 12\"");
    EXPECT_EQ(waive.verb, Verb::waive);
    EXPECT_EQ(waive.words, std::vector<std::string>{"Sort \"x\""});
    EXPECT_EQ(waive.values.at("reason"), "known, see 12");
    EXPECT_EQ(command("/rebench bisect Sort v1..v2").words, (std::vector<std::string>{"Sort", "v1..v2"}));
}

TEST(Commands, ShownOrQuotedOnesDoNotCount) {
    for (const auto* comment : {
             "",
             "please /rebench",
             "/rebenchmark",
             "/Rebench",
             "    /rebench",
             "\t/rebench",
             "```\n/rebench\n```",
             "````\n```\n/rebench\n````",
             "~~~ sh\n/rebench\n~~~",
             "```\n/rebench",
             "> /rebench",
             "> quoted\n/rebench",
             "`\n/rebench\n`",
             "see ``a\n/rebench\nb``",
             "<!-- \n/rebench\n-->",
             "<!--\n\n/rebench\n\n-->",
             "text <!-- a\n/rebench -->",
             "<pre>\n\n/rebench\n</pre>",
             "<PRE class=x>\n/rebench",
             "- /rebench",
             "`/rebench`",
         })
        EXPECT_TRUE(silent(comment)) << comment;
}

TEST(Commands, WhatOnlyLooksLikeCodeDoesNotHideThem) {
    for (const auto* comment : {
             "`a` b\n/rebench",
             "an unclosed ` tick\n/rebench",
             "\\`\n/rebench\n`",
             "``a`\n/rebench",
             "```\ncode\n```\n/rebench",
             "> quoted\n\n/rebench",
             "<!-- a -->\n/rebench",
             "`<!--`\n/rebench",
             "<pre>x</pre>\n/rebench",
             "``` a`b\n/rebench",
             "`\n\n/rebench\n\n`",
         })
        EXPECT_EQ(command(comment), Command{}) << comment;
}

TEST(Commands, WrongOnesAreAnsweredWithWhatIsRight) {
    EXPECT_EQ(message("/rebench suit=a"),
              "There is no key `suit`. Did you mean `suite`? Valid: `suite`, `filter`, `base`, `trials`, `profile`, "
              "`host`.\n\nUsage: `/rebench [suite=a,b] [filter=GLOB] [base=REF] [trials=N] [profile=quick|full] "
              "[host=CLASS]`");
    EXPECT_NE(message("/rebench cancle").find("There is no command `cancle`. Did you mean `cancel`?"),
              std::string::npos);
    EXPECT_NE(message("/rebench cancel now").find("`now` is one word too many."), std::string::npos);
    EXPECT_NE(message("/rebench cancel a=b").find("This command takes none."), std::string::npos);
    EXPECT_NE(message("/rebench trials=7").find("`trials` wants a whole number from 8 to 60, not `7`."),
              std::string::npos);
    EXPECT_NE(message("/rebench trials=10 trials=20").find("`trials` is given twice."), std::string::npos);
    EXPECT_NE(message("/rebench suite=").find("`suite` wants a value"), std::string::npos);
    EXPECT_NE(message("/rebench filter=\"x").find("A quote is not closed."), std::string::npos);
    EXPECT_NE(message("/rebench base=a..b").find("`base` wants a branch, a tag or a commit"), std::string::npos);
    EXPECT_NE(message("/rebench approve abc123").find("not a full commit id"), std::string::npos);
    EXPECT_NE(message("/rebench waive x max=8% until=2027-01-31").find("`reason` is missing."), std::string::npos);
    EXPECT_NE(message("/rebench waive x max=8 until=2027-13-31 reason=y").find("`max` wants a share"),
              std::string::npos);
    EXPECT_NE(message("/rebench\n\n/rebench cancel").find("more than one"), std::string::npos);
    EXPECT_NE(message("/rebench " + std::string(2000, 'x')).find("longer than 1000"), std::string::npos);
}

TEST(Commands, AnswersCarryForeignTextOnlyAsCode) {
    const std::string text = message("/rebench @acme/team`[x](http://evil)<!--=1");
    EXPECT_NE(text.find("`` @acme/team`[x](http://evil)<!--=1 ``"), std::string::npos) << text;
    EXPECT_EQ(as_code("a``b"), "``` a``b ```");
    EXPECT_EQ(as_code("a\x01\xE2\x80\xAE"
                      "b"),
              "`a????b`");
    EXPECT_EQ(as_code(""), "` `");
    EXPECT_EQ(as_code("abcdef", 3), "`abc...`");
}

TEST(Commands, HostileCommentsAreReadInTime) {
    std::string ticks;
    for (int i = 1; i < 350; ++i) ticks += std::string(static_cast<std::size_t>(i), '`') + "x";
    EXPECT_EQ(command(ticks.substr(0, 60000) + "\n\n/rebench"), Command{});
    std::string openings;
    while (openings.size() < 60000) openings += "<!-- --> ` ";
    EXPECT_EQ(command(openings + "\n\n/rebench"), Command{});
    EXPECT_TRUE(silent(std::string(70000, '\n') + "/rebench"));
}

TEST(Commands, NearestIsNear) {
    EXPECT_EQ(nearest("micor", {"load", "micro"}), "micro");
    EXPECT_EQ(nearest("zzz", {"load", "micro"}), std::nullopt);
    EXPECT_EQ(nearest("", {"a"}), std::nullopt);
    EXPECT_NE(help_text().find("/rebench approve SHA"), std::string::npos);
}

}  // namespace
}  // namespace benchgate::planning
