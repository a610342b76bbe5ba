// A pull request whose suite asks for several link orders, by the real programs: the runner builds each side several
// times, confirms in orders of its own, and what compilers made before is found where a runner keeps it.

#include <set>

#include "tests/end_to_end/conversation.h"

namespace benchgate::end_to_end {
namespace {

class LinkOrders : public Conversation {
  protected:
    /// "sorted" near so many ns, of a program of three objects.
    static Files program(int nanoseconds) {
        return {{".benchgate.yml",
                 "suites:\n"
                 "  quick:\n"
                 "    build: 'for one in main a b; do cc -c $one.c || exit 1; done; cc *.o -o program'\n"
                 "    run: sh bench.sh\n"
                 "    format: json\n"
                 "    link_orders: 2\n"
                 "    trials: { max: 12 }\n"},
                {"bench.sh",
                 "n=$(od -An -N2 -tu2 /dev/urandom); t=$(./program)\n"
                 "printf '{\"measurements\":[{\"benchmark\":\"sorted\",\"unit\":\"ns\",\"samples\":[%s]}]}\\n' "
                 "$((t + t * (n % 20) / 1000))\n"},
                {"a.c", "int a(void) { return " + std::to_string(nanoseconds) + "; }\n"},
                {"b.c", "int b(void) { return 0; }\n"},
                {"main.c",
                 "#include <stdio.h>\n"
                 "int a(void), b(void);\n"
                 "int main(void) { printf(\"%d\\n\", a() + b()); }\n"}};
    }
    /// Of the one job that the page of the pull request links; null: there is none.
    static json::Json bundle_of(const Pull& pull) {
        const auto page = world().get("/maintainer/" + pull.repository + "/pull/" + std::to_string(pull.number)).body;
        const auto at = page.find("/api/v1/jobs/");
        const auto end = page.find("/bundle", at);
        if (at == std::string::npos || end == std::string::npos) return {};
        return json::parse(world().get(page.substr(at, end + 7 - at)).body).value_or(json::Json());
    }
    static std::string fact(const json::Json& bundle, const std::string& id) {
        for (const auto& one : json::at(bundle, "host"))
            if (one["id"] == id) return one["observed"];
        return "none";
    }
};

TEST_F(LinkOrders, ASlowdownIsSeenInAllOfThemAndConfirmedInFreshOnes) {
    platform::SpawnOptions look;
    look.argv = {"/bin/sh", "-c", "command -v cc"};
    if (!platform::run(look).value().ok()) GTEST_SKIP() << "no compiler";
    auto pull = pull_after("orders", program(1000), program(1500));
    EXPECT_EQ(conclusion(world().completed_check(pull)), "failure");
    ASSERT_TRUE(world().calms_down());
    auto bundle = bundle_of(pull);
    std::map<std::string, std::set<int>> orders;
    for (const auto& trial : json::at(bundle, "trials"))
        orders[trial["phase"]].insert(static_cast<int>(json::integer(trial, "link_order").value_or(0)));
    EXPECT_EQ(orders["measure"], (std::set{0, 1})) << fact(bundle, "build.link_order");
    EXPECT_EQ(orders["confirm"], (std::set{2, 3})) << fact(bundle, "build.link_order");
    EXPECT_NE(fact(bundle, "build.link_order").find("and 2 fresh ones to confirm"), std::string::npos)
        << fact(bundle, "build.link_order");

    // The base was compiled for the first head, and a.c alone is another one now.
    world().commit("orders", "again", program(1600), "change");
    world().push(pull, "again");
    ASSERT_FALSE(world().completed_check(pull).is_null());
    ASSERT_TRUE(world().calms_down());
    bundle = bundle_of(pull);
    const auto compiled = fact(bundle, "build.compiler_cache");
    if (compiled == "none") GTEST_SKIP() << "no ccache or no bubblewrap";
    EXPECT_NE(compiled.find(" and 5 of 6 compilations of head"), std::string::npos) << compiled;
    EXPECT_TRUE(compiled.starts_with("6 of 6") || compiled.starts_with("3 of 3"))
        << compiled << ": of the base all, or all that was not built before";
}

}  // namespace
}  // namespace benchgate::end_to_end
