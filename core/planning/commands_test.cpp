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
             // lists, whatever is in them
             "- a\n  /rebench",
             "1. a\n/rebench",
             "- ```\n  /rebench\n  ```",
             "- a\n\n  ```\n  /rebench\n  ```",
             "10. a\n\n    /rebench",
             "text\n2. ```\n\n```\n/rebench",
             // headings, tables, links, HTML
             "/rebench\n===",
             "/rebench\n---",
             "# /rebench",
             "a | b\n--|--\n/rebench",
             "[a]:\n/rebench",
             "[text\n/rebench](http://x)",
             "[text](\n/rebench)",
             "<a title=\"\n/rebench\">x</a>",
             "<div>\n/rebench\n</div>",
             "<img src=\"x\">\n/rebench",
             "<?\n\n/rebench ?>",
             "<![CDATA[\n\n/rebench ]]>",
             "<pre>\n\n</script>\n<!--\n/rebench",
             "> ```\n> a\n/rebench",
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
             "- a\n\n/rebench",
             "1. a\n2. b\n\n/rebench",
             "text\n2. not a list\n/rebench",
             "- ```\n\n/rebench",
             "> quoted\n>\n/rebench",
             "a\n---\n/rebench",
             "***\n/rebench",
             "[link](http://x) and [ ] more\n/rebench",
             "an unclosed [ bracket\n/rebench",
             "a < b and x<y\n/rebench",
             "<img src=\"x\">\n\n/rebench",
             "<b>bold</b> text\n/rebench",
             "<details>\n\n/rebench\n\n</details>",
             "/rebench\n| a | b |\n|---|---|",
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
    EXPECT_NE(message("/rebench waive x max=8 until=2027-01-31 reason=y").find("`max` wants a percentage above 0"),
              std::string::npos);
    EXPECT_NE(message("/rebench waive x max=8% until=2027-02-29 reason=y").find("`until` wants a day of the calendar"),
              std::string::npos);
    EXPECT_NE(message("/rebench waive max=8% until=2027-01-31 reason=y").find("The benchmark is missing."),
              std::string::npos);
    EXPECT_NE(message("/rebench bisect x").find("The range of commits is missing."), std::string::npos);
    EXPECT_NE(message("/rebench bisect x a...b").find("`a...b` is not a range of two commits"), std::string::npos);
    EXPECT_NE(message("/rebench bisect x a..a").find("the same commit"), std::string::npos);
    EXPECT_NE(message("/rebench unwaive \"\"").find("The name is empty."), std::string::npos);
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
    EXPECT_EQ(command(std::string(70000, '\n') + "/rebench"), Command{});
    EXPECT_TRUE(silent(std::string(262'144, '\n') + "/rebench"));
    // What took the Markdown libraries of Debian 12 seconds.
    const auto repeated = [](std::string_view part, std::size_t size) {
        std::string text;
        while (text.size() < size) text += part;
        return text;
    };
    for (const auto* part : {"- ", "* ", "> ", "[", "[a](", "![](", "<a b=\"", "*_", "<!-"}) {
        EXPECT_EQ(command(repeated(part, 30'000) + "\n" + repeated("\n", 30'000) + "/rebench"), Command{}) << part;
        (void)read_command(repeated(part, 30'000) + "\n" + repeated("/rebench\n", 30'000));
    }
}

TEST(Commands, EveryVerbIsRead) {
    for (const auto& [line, verb] :
         std::vector<std::pair<std::string, Verb>>{{"/rebench", Verb::run},
                                                   {"/rebench run suite=a", Verb::run},
                                                   {"/rebench approve", Verb::approve},
                                                   {"/rebench cancel", Verb::cancel},
                                                   {"/rebench status", Verb::status},
                                                   {"/rebench retry", Verb::retry},
                                                   {"/rebench help", Verb::help},
                                                   {"/rebench waive a max=0.5% until=2027-01-31 reason=x", Verb::waive},
                                                   {"/rebench unwaive a", Verb::unwaive},
                                                   {"/rebench bisect a v1..main", Verb::bisect},
                                                   {"/rebench profile a", Verb::profile},
                                                   {"/rebench aa suite=a,b", Verb::aa}}) {
        EXPECT_EQ(command(line).verb, verb) << line;
        if (verb != Verb::run) {
            EXPECT_NE(help_text().find("`/rebench " + std::string(to_string(verb))), std::string::npos) << line;
        }
    }
    EXPECT_EQ(range_of(command("/rebench bisect a release/1.x..main")), (CommitRange{"release/1.x", "main"}));
    EXPECT_FALSE(range_of(command("/rebench")));
}

TEST(Commands, PercentagesAndDaysAreReal) {
    EXPECT_EQ(percent_of("8%"), 8);
    EXPECT_EQ(percent_of("7%"), 7);
    EXPECT_EQ(percent_of("0.5%"), 0.5);
    EXPECT_EQ(percent_of("1000%"), 1000);
    for (const auto* bad :
         {"", "8", "0%", "-1%", "1001%", "1e3%", "inf%", "nan%", "%", "8 %", "00000000000000000000008%"})
        EXPECT_FALSE(percent_of(bad)) << bad;
    EXPECT_EQ(day_of("2028-02-29"), std::chrono::sys_days(std::chrono::February / 29 / 2028));
    for (const auto* bad : {"", "2027-02-29", "2027-00-10", "2027-04-31", "2027-1-31", "-027-01-31", "2027-01-+1",
                            "2027/01/31", "2027-01-31x"})
        EXPECT_FALSE(day_of(bad)) << bad;
}

TEST(Commands, AnEditCountsOnlyIfItSaysSomethingElse) {
    EXPECT_TRUE(has_new_command("thanks", "/rebench"));
    EXPECT_TRUE(has_new_command("/rebench suit=a", "/rebench suite=a"));  // the refusal was heeded
    EXPECT_TRUE(has_new_command("/rebench cancel", "/rebench retry"));
    EXPECT_TRUE(has_new_command("```\n/rebench\n```", "/rebench"));
    EXPECT_TRUE(has_new_command("/rebench\n\n/rebench cancel", "/rebench cancel"));  // none of two was carried out
    EXPECT_FALSE(has_new_command("/rebench", "Hello\n\n/rebench   \nmore words"));
    EXPECT_FALSE(has_new_command("/rebench suite=a,b trials=20", "/rebench trials=20 suite=a,b"));
    EXPECT_FALSE(has_new_command("/rebench", "never mind"));
    EXPECT_FALSE(has_new_command("/rebench suit=a", "typo!\n/rebench suit=a"));
}

}  // namespace
}  // namespace benchgate::planning
