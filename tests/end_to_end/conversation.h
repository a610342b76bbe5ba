#pragma once
// What the tests of commands and buttons have in common: saying something on a pull request, and what is said there
// afterwards. Knows no scenario.

#include <fmt/format.h>

#include "tests/end_to_end/shared_world.h"

namespace benchgate::end_to_end {

class Conversation : public SharedWorld {
  protected:
    static json::Json in(const Pull& pull, json::Json more) {
        more["owner"] = "maintainer";
        more["name"] = pull.repository;
        return more;
    }
    static void say(const Pull& pull, const std::string& text, const std::string& as = "maintainer") {
        world().control("POST", "/comments", in(pull, {{"number", pull.number}, {"body", text}, {"as", as}}));
    }
    /// The head's one check ends so, and stays so when all is calm.
    static testing::AssertionResult becomes(const Pull& pull, const std::string& wanted) {
        const auto now = [&] {
            const auto checks = world().checks(pull.repository, pull.head_sha);
            return checks.size() == 1 ? conclusion(checks[0]) : fmt::format("{} checks", checks.size());
        };
        wait_until([&] { return now() == wanted; }, std::chrono::seconds(60), github_pause);
        if (world().calms_down() && now() == wanted) return testing::AssertionSuccess();
        return testing::AssertionFailure() << "it is " << now();
    }
    static bool is_said(const Pull& pull, const std::string& words,
                        std::chrono::seconds patience = std::chrono::seconds(30)) {
        return wait_until([&] { return all_comments(pull).find(words) != std::string::npos; }, patience, github_pause);
    }
    static std::string all_comments(const Pull& pull) {
        std::string text;
        const auto state = world().state(pull);
        for (const auto& one : json::at(state, "comments")) text += json::text(one, "body").value_or("") + "\n----\n";
        return text;
    }
    static Pull red_pull(const std::string& name) {
        const auto pull = pull_after(name, quick_suite(1000), quick_suite(1500));
        EXPECT_EQ(conclusion(world().completed_check(pull)), "failure");
        return pull;
    }
};

}  // namespace benchgate::end_to_end
