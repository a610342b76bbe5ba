// Main's history, from pushes to a verdict on the commit that did it: nobody asks, and nothing is said on GitHub.

#include "tests/end_to_end/shared_world.h"

namespace benchgate::end_to_end {
namespace {

class MainsHistory : public SharedWorld {
  protected:
    /// One benchmark near so many ns, eight trials a side: as cheap as a push can be.
    static Files cheap_suite(int ns) {
        return {{".benchgate.yml",
                 "suites:\n  quick: { build: \"true\", run: \"sh bench.sh\", format: json, "
                 "trials: { max: 8 } }\n"},
                {"bench.sh",
                 "n=$(od -An -N2 -tu2 /dev/urandom)\nprintf '{\"measurements\":[{\"benchmark\":\"sorted\",\"unit\":"
                 "\"ns\",\"samples\":[%s]}]}\\n' $(( " +
                     std::to_string(ns) + " + n % 20 ))\n"}};
    }
    /// The local main, with its webhook: the local GitHub sends none where a branch only moves.
    static void push_main(const std::string& name) {
        static std::map<std::string, std::string> tips;
        const auto before = tips.contains(name) ? tips[name] : world().head_of(name, "main~1");
        const auto after = tips[name] = world().head_of(name, "main");
        world().control("POST", "/commits",
                        {{"owner", "maintainer"},
                         {"name", name},
                         {"path", (world().folder() / "work" / name).string()},
                         {"head", "main"},
                         {"branch", "main"}});
        world().control("POST", "/events",
                        {{"owner", "maintainer"},
                         {"name", name},
                         {"event", "push"},
                         {"payload", {{"ref", "refs/heads/main"}, {"before", before}, {"after", after}}}});
    }
    static void push_words(const std::string& name, int pushes) {
        static int number = 0;
        for (int i = 0; i < pushes; ++i) {
            world().commit(name, "main", {{"README.md", std::to_string(++number) + "\n"}});
            push_main(name);
        }
    }
    static json::Json changes(const std::string& name) {
        const auto answer = world().get("/api/v1/repositories/maintainer/" + name + "/changes");
        const auto document = json::parse(answer.body);
        return document ? json::at(*document, "changes") : json::Json::array();
    }
    /// Eighteen jobs, one after the other: half a minute on a machine of one's own, minutes on a busy one.
    static bool is(const std::string& name, const std::string& state) {
        return wait_until(
            [&] {
                const auto all = changes(name);
                return all.size() == 1 && json::text(all[0], "state") == state;
            },
            std::chrono::seconds(400));
    }
};

TEST_F(MainsHistory, ACommitThatMadeMainSlowerIsFoundMeasuredAndNamed) {
    const std::string name = "watched", page = "/maintainer/" + name;
    world().make_repository(name, cheap_suite(1000));
    push_words(name, 10);
    const auto good = world().head_of(name, "main");
    world().commit(name, "main", {{"README.md", "nothing that matters\n"}});
    const auto culprit = world().commit(name, "main", {{"bench.sh", cheap_suite(1500).at("bench.sh")}});
    world().commit(name, "main", {{"README.md", "nothing either\n"}});
    push_main(name);
    push_words(name, 5);
    ASSERT_TRUE(is(name, "confirmed")) << json::dump(changes(name), 2) << world().get(page).body;
    ASSERT_TRUE(world().calms_down());

    const auto change = changes(name).at(0);
    EXPECT_EQ(json::text(change, "direction"), "worse");
    EXPECT_EQ(json::text(change, "first_bad"), culprit);
    EXPECT_EQ(json::text(change, "subject"), "Change main");
    EXPECT_EQ(json::text(json::at(change, "range"), "after"), good);
    EXPECT_NEAR(json::number(json::at(change, "measured"), "ratio").value_or(0), 1.5, 0.1);
    const auto list = world().get(page + "/changes").body;
    EXPECT_NE(list.find("worse, confirmed"), std::string::npos) << list;
    EXPECT_NE(list.find("/maintainer/watched/commit/" + culprit), std::string::npos) << list;
    const auto at = list.find(page + "/benchmarks/");
    ASSERT_NE(at, std::string::npos);
    const auto series = world().get(list.substr(at, list.find('"', at) - at)).body;
    EXPECT_NE(series.find("<svg class=\"chart\""), std::string::npos) << series;
    EXPECT_NE(series.find("class=\"mark regressed\""), std::string::npos) << series;
    EXPECT_NE(world().get(page).body.find(page + "/changes"), std::string::npos) << "the way there";

    const auto id = json::text(change, "id").value();
    const std::string address = "/api/v1/repositories/maintainer/watched/changes/" + id;
    const std::string word = R"({"handling": "expected", "by": "ada", "note": "safer"})";
    EXPECT_EQ(world().ask({.method = "POST", .url = address, .body = word}).status, 401) << "not for everybody";
    EXPECT_EQ(world().post(address, word).status, 200);
    const auto handling = json::at(changes(name).at(0), "handling");
    EXPECT_EQ(json::text(handling, "state"), "expected");
    EXPECT_EQ(json::text(handling, "by"), "ada");
    EXPECT_EQ(world().post(address, R"({"handling": "forgotten", "by": "ada"})").status, 422);
    EXPECT_EQ(world().post(address, R"({"measure": true, "by": "ada"})").status, 409) << "nothing is undecided";

    EXPECT_EQ(world().post("/api/v1/repositories/maintainer/watched/series", "").body, "{\"jobs\":16}");
    EXPECT_TRUE(world().calms_down());
    ASSERT_EQ(changes(name).size(), 1u);
    EXPECT_EQ(json::text(changes(name).at(0), "id"), id);
}

/// Every minute, so that the next one is soon.
TEST_F(MainsHistory, ASuiteIsMeasuredWhenItsTimeHasComeAndItsPointIsMains) {
    const std::string name = "scheduled", page = "/maintainer/" + name;
    auto files = cheap_suite(1000);
    files.at(".benchgate.yml") =
        "suites:\n  nightly: { build: \"true\", run: \"sh bench.sh\", format: json, trials: { max: 8 }, "
        "on: { schedule: \"* * * * *\" } }\n";
    world().make_repository(name, files);
    const auto before = world().commit(name, "main", {{"README.md", "one\n"}});
    const auto head = world().commit(name, "main", {{"bench.sh", cheap_suite(1001).at("bench.sh")}});
    push_main(name);
    const auto page_says = [&](const std::string& words) {
        return world().get(page).body.find(words) != std::string::npos;
    };
    const auto checks = [&] { return world().checks(name, head, "benchgate/nightly"); };
    ASSERT_TRUE(wait_until([&] { return page_says("<h2>Schedules</h2>"); }, std::chrono::seconds(60)))
        << "the push did not make the schedule known";
    ASSERT_TRUE(wait_until([&] { return checks().size() == 1 && conclusion(checks().at(0)) != "none"; },
                           std::chrono::seconds(240)))
        << world().get(page).body;
    EXPECT_EQ(conclusion(checks().at(0)), "success") << words(checks().at(0));
    EXPECT_TRUE(page_says(">Schedule</a>")) << world().get(page).body;
    EXPECT_TRUE(page_says("<code>" + before.substr(0, 7))) << "the commit before is what it was compared with";

    const auto points = [&] {
        const auto series = json::parse(world().get("/api/v1/repositories" + page + "/series").body);
        return series ? json::dump(*series) : "";
    };
    EXPECT_TRUE(wait_until([&] { return points().find("\"sorted\"") != std::string::npos; })) << points();
    EXPECT_TRUE(world().checks(name, head).empty()) << "no push measured anything";
    // Nothing is due any more while the other tests look for calm.
    world().commit(name, "main", {{".benchgate.yml", cheap_suite(1000).at(".benchgate.yml")}});
    push_main(name);
    EXPECT_TRUE(wait_until([&] { return !page_says("<h2>Schedules</h2>"); }, std::chrono::seconds(60)));
    EXPECT_TRUE(world().calms_down());
}

}  // namespace
}  // namespace benchgate::end_to_end
