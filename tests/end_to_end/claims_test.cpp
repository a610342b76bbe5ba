// What a configuration asks besides the verdicts: claims of both kinds, and growth, from the pull request to what is
// said of it.

#include "core/json/json.h"
#include "tests/end_to_end/conversation.h"

namespace benchgate::end_to_end {
namespace {

using testing::HasSubstr;

class Claims : public Conversation {
  protected:
    /// "sorted" takes so long; "new" is a third faster than "old"; "grow/N" takes 20 N, or N^2 where it is `steep`.
    static std::string bench(int sorted_ns, bool steep) {
        return fmt::format(R"sh(noise() {{ n=$(od -An -N2 -tu2 /dev/urandom); echo $(( $1 + $1 * (n % 20) / 1000 )); }}
one() {{ printf '%s{{"benchmark":"%s","unit":"ns","samples":[%s]}}' "$3" "$1" "$(noise $2)"; }}
printf '{{"measurements":['
one sorted {} ''
one old 6000 ,
one new 4000 ,
for n in 20 200 2000; do one grow/$n $(( n * {} )) ,; done
printf ']}}\n'
)sh",
                           sorted_ns, steep ? "n" : "20");
    }
    static Files main_files() {
        return {{".benchgate.yml", config_of("sh build.sh", "sh bench.sh") +
                                       "policy: { levels: [ {name: noted, at: 5%, action: log} ] }\n"
                                       "claims:\n"
                                       "  - { benchmark: sorted, metric: time, from: release-1, at_least: -80% }\n"
                                       "  - { benchmark: sorted, metric: time, from: release-0, at_least: -1% }\n"
                                       "  - { benchmark: new, metric: time, against: old, at_least: -20% }\n"
                                       "growth:\n"
                                       "  - { benchmark: \"grow/{n}\" }\n"},
                {"build.sh", "echo built\n"},
                {"bench.sh", bench(1000, false)}};
    }
};

TEST_F(Claims, EachKindIsMeasuredAndSaid) {
    const std::string name = "claimed";
    world().make_repository(name, main_files());
    world().commit(name, "release-1", {{"bench.sh", bench(3000, false)}});
    world().control("POST", "/commits",
                    {{"owner", "maintainer"},
                     {"name", name},
                     {"path", (world().folder() / "work" / name).string()},
                     {"head", "release-1"},
                     {"branch", "release-1"}});
    world().commit(name, "change", {{"bench.sh", bench(1000, true)}});
    const auto pull = world().open_pull(name, "change");
    const auto check = world().completed_check(pull);
    EXPECT_EQ(conclusion(check), "failure") << "a third of release-1 is left, and a fifth is claimed";
    EXPECT_TRUE(is_told_once(pull));
    EXPECT_EQ(leases_of(name), 2u) << "the comparison, and release-1; release-0 is not there";

    const auto said = comment(pull);
    EXPECT_THAT(said, HasSubstr("1 claim does not hold"));
    EXPECT_THAT(said, HasSubstr("since release"));
    EXPECT_THAT(said, HasSubstr("steeper"));
    EXPECT_THAT(words(check), HasSubstr("does not hold"));
    EXPECT_THAT(said, testing::Not(HasSubstr("not by the service")));
    const auto shown = page(pull);
    for (const auto* part : {"does not hold", "holds", "not measured", "is no branch or tag of this repository",
                             "against old", "steeper", "grow/{n}"})
        EXPECT_THAT(shown, HasSubstr(part));

    const auto report = json::parse(world().get("/api/v1/runs/" + json::text(check, "external_id").value_or("")).body);
    ASSERT_TRUE(report);
    const auto& suite = json::at(*report, "suites").at(0);
    const auto& claims = json::at(suite, "claims");
    ASSERT_EQ(claims.size(), 3u) << json::dump(suite);
    std::map<std::string, std::string> states;
    for (const auto& claim : claims)
        states[json::text(claim, "from").value_or(json::text(claim, "against").value_or(""))] =
            json::text(claim, "state").value_or("");
    EXPECT_EQ(states, (std::map<std::string, std::string>{
                          {"release-1", "does not hold"}, {"release-0", "not measured"}, {"old", "holds"}}));
    const auto& growth = json::at(suite, "growth").at(0);
    EXPECT_EQ(json::text(growth, "state"), "steeper") << json::dump(growth);
}

}  // namespace
}  // namespace benchgate::end_to_end
