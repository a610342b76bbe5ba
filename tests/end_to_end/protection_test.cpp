// A branch that asks for the check before a merge: GitHub refuses the merge while it is red, and lets it through when
// it is green, by a better push or by a waiver.

#include "tests/end_to_end/shared_world.h"

namespace benchgate::end_to_end {
namespace {

class Protection : public SharedWorld {
  protected:
    static json::Json in(const Pull& pull, json::Json more = json::Json::object()) {
        more["owner"] = "maintainer";
        more["name"] = pull.repository;
        return more;
    }
    /// Protected before it is opened, as repositories are.
    static Pull protected_pull(const std::string& name) {
        world().make_repository(name, quick_suite(1000));
        Pull pull{name, 0, ""};
        world().control("POST", "/protection", in(pull, {{"contexts", {"benchgate"}}}));
        world().commit(name, "change", quick_suite(1500));
        return world().open_pull(name, "change");
    }
    /// Why GitHub refuses the merge; empty: it has merged.
    static std::string refusal(const Pull& pull) {
        try {
            world().control("POST", "/merge", in(pull, {{"number", pull.number}}));
            return "";
        } catch (const std::runtime_error& refused) {
            return refused.what();
        }
    }
    static testing::AssertionResult becomes(const Pull& pull, const std::string& wanted) {
        const auto now = [&] {
            const auto checks = world().checks(pull.repository, pull.head_sha);
            return checks.size() == 1 ? conclusion(checks[0]) : std::to_string(checks.size()) + " checks";
        };
        wait_until([&] { return now() == wanted; });
        if (world().calms_down() && now() == wanted) return testing::AssertionSuccess();
        return testing::AssertionFailure() << "it is " << now();
    }
    static bool is_merged(const Pull& pull) {
        return json::boolean(json::at(world().state(pull), "pull"), "merged").value_or(false);
    }
};

TEST_F(Protection, ARedCheckHoldsTheMergeUntilAWaiver) {
    const auto pull = protected_pull("held");
    EXPECT_NE(refusal(pull), "") << "merged before anything was measured";
    EXPECT_TRUE(becomes(pull, "failure"));
    EXPECT_NE(refusal(pull).find("Required status checks have not succeeded"), std::string::npos) << refusal(pull);
    EXPECT_FALSE(is_merged(pull));
    world().control("POST", "/comments",
                    in(pull, {{"number", pull.number},
                              {"body", "/rebench waive sorted max=90% until=2027-01-31 reason=known"},
                              {"as", "maintainer"}}));
    EXPECT_TRUE(becomes(pull, "success"));
    EXPECT_EQ(refusal(pull), "");
    EXPECT_TRUE(is_merged(pull));
}

TEST_F(Protection, ARedCheckHoldsTheMergeUntilABetterPush) {
    auto pull = protected_pull("pushed");
    EXPECT_TRUE(becomes(pull, "failure"));
    EXPECT_NE(refusal(pull), "");
    world().commit("pushed", "better", quick_suite(1000), "change");
    world().push(pull, "better");
    EXPECT_NE(refusal(pull), "") << "the new head has no verdict yet";
    EXPECT_TRUE(becomes(pull, "success"));
    EXPECT_EQ(refusal(pull), "");
    EXPECT_TRUE(is_merged(pull));
}

}  // namespace
}  // namespace benchgate::end_to_end
