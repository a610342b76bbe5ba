// Nothing missed: what GitHub said while nobody listened is made up for, once. And the two commands of the operator: a
// delivery handled again says nothing twice, a simulated one says nothing at all.

#include <fmt/format.h>

#include <thread>

#include "tests/end_to_end/shared_world.h"

namespace benchgate::end_to_end {
namespace {

using std::chrono::seconds;

class Recovery : public SharedWorld {
  protected:
    static json::Json in(const Pull& pull, json::Json more) {
        more["owner"] = "maintainer";
        more["name"] = pull.repository;
        return more;
    }
    static void stop_service() { ASSERT_TRUE(World::end_orderly(world().service(), seconds(30))); }
    /// GitHub's log of deliveries, of one repository, the oldest first.
    static std::vector<json::Json> deliveries(const std::string& repository, const std::string& event) {
        std::vector<json::Json> found;
        for (const auto& one : world().control("GET", "/deliveries"))
            if (json::text(one, "event") == event &&
                json::text(json::at(json::at(json::at(one, "request"), "payload"), "repository"), "name") == repository)
                found.push_back(one);
        return found;
    }
    static std::string guid(const json::Json& delivery) { return json::text(delivery, "guid").value(); }
    static json::Json stored(const std::string& guid) {
        const auto answer = world().get("/api/v1/deliveries?guid=" + guid);
        return answer.status == 200 ? json::parse(answer.body).value() : json::Json();
    }
    static std::size_t writes_to_github() {
        std::size_t count = 0;
        for (const auto& one : world().control("GET", "/requests"))
            count +=
                json::text(one, "method") != "GET" && !json::text(one, "path").value_or("").ends_with("/access_tokens");
        return count;
    }
    static std::size_t violations() { return world().control("GET", "/violations").size(); }
};

TEST_F(Recovery, WhatWasDeliveredToNobodyIsThereWhenTheServiceIsBackAndNothingIsTwice) {
    const auto before = violations();
    world().make_repository("away", equal_suite());
    world().commit("away", "change", {{"new.txt", "1\n"}});
    ASSERT_TRUE(world().calms_down());
    stop_service();
    auto pull = world().open_pull("away", "change");
    world().commit("away", "change", {{"new.txt", "2\n"}}, "change");
    world().push(pull, "change");
    world().control("POST", "/comments",
                    in(pull, {{"number", pull.number}, {"body", "/rebench help"}, {"as", "maintainer"}}));
    ASSERT_TRUE(wait_until([&] { return deliveries("away", "issue_comment").size() == 1; }));
    world().start_service();
    EXPECT_EQ(conclusion(world().completed_check(pull)), "success") << world().log_of("service");
    ASSERT_TRUE(wait_until([&] { return comments(pull) == 3; }, seconds(30)))
        << "the command, the answer to it, and the verdict";
    ASSERT_TRUE(world().calms_down());
    EXPECT_EQ(comments(pull), 3u);
    EXPECT_EQ(world().checks("away", pull.head_sha).size(), 1u);

    // GitHub delivers the very same once more, and the service is started again.
    for (const auto& one : deliveries("away", "pull_request"))
        world().control("POST", "/redeliver", {{"id", json::at(one, "id")}});
    ASSERT_TRUE(wait_until([&] { return deliveries("away", "pull_request").size() >= 4; }));
    stop_service();
    world().start_service();
    ASSERT_TRUE(world().calms_down());
    EXPECT_EQ(comments(pull), 3u);
    EXPECT_EQ(world().checks("away", pull.head_sha).size(), 1u);
    EXPECT_EQ(leases_of("away"), 1u);
    EXPECT_EQ(violations(), before) << json::dump(world().control("GET", "/violations"), 2);
}

TEST_F(Recovery, WhatGitHubNeverTriedToDeliverIsFoundByComparing) {
    world().make_repository("unspoken", equal_suite());
    world().commit("unspoken", "first", {{"first.txt", "1\n"}});
    world().commit("unspoken", "second", {{"second.txt", "1\n"}});
    auto moved = world().open_pull("unspoken", "first");
    ASSERT_FALSE(world().completed_check(moved).is_null());
    ASSERT_TRUE(world().calms_down());
    stop_service();
    world().start_service({{"BENCHGATE_RECOVERY_INTERVAL", "1"}});
    stop_service();
    world().control("POST", "/relay", {{"lose", 1000}, {"event", "pull_request"}});
    world().commit("unspoken", "first", {{"first.txt", "2\n"}}, "first");
    world().push(moved, "first");
    const auto opened = world().open_pull("unspoken", "second");
    std::this_thread::sleep_for(seconds(3));  // longer than two intervals: it was away
    world().control("POST", "/relay", {{"lose", 0}});
    EXPECT_EQ(deliveries("unspoken", "pull_request").size(), 1u);
    world().start_service({{"BENCHGATE_RECOVERY_INTERVAL", "1"}});
    EXPECT_EQ(conclusion(world().completed_check(moved)), "success") << world().log_of("service");
    EXPECT_EQ(conclusion(world().completed_check(opened)), "success");
    EXPECT_TRUE(is_told_once(opened));
    EXPECT_TRUE(is_told_once(moved));
    stop_service();
    world().start_service();
}

TEST_F(Recovery, ReplaySaysNothingTwice) {
    const auto pull = pull_after("replayed", equal_suite(), {{"new.txt", "1\n"}});
    ASSERT_FALSE(world().completed_check(pull).is_null());
    world().control("POST", "/comments",
                    in(pull, {{"number", pull.number}, {"body", "/rebench help"}, {"as", "maintainer"}}));
    ASSERT_TRUE(wait_until([&] { return comments(pull) == 3; }, seconds(30)));
    ASSERT_TRUE(world().calms_down());
    const auto leases = leases_of("replayed");
    for (const auto* event : {"pull_request", "issue_comment"}) {
        const auto said = world().command({"replay", guid(deliveries("replayed", event).at(0))});
        EXPECT_EQ(said.status, 0) << said.err;
        EXPECT_NE(said.out.find("once more"), std::string::npos) << said.out;
    }
    ASSERT_TRUE(world().calms_down());
    EXPECT_EQ(comments(pull), 3u);
    EXPECT_EQ(world().checks("replayed", pull.head_sha).size(), 1u);
    EXPECT_EQ(leases_of("replayed"), leases);
}

TEST_F(Recovery, ReplayFetchesWhatNeverCame) {
    world().make_repository("dropped", equal_suite());
    world().commit("dropped", "one", {{"one.txt", "1\n"}});
    world().commit("dropped", "two", {{"two.txt", "1\n"}});
    ASSERT_TRUE(world().calms_down());
    world().control("POST", "/relay", {{"drop", 2}, {"event", "pull_request"}});
    const auto by_guid = world().open_pull("dropped", "one"), by_number = world().open_pull("dropped", "two");
    ASSERT_TRUE(wait_until([&] { return deliveries("dropped", "pull_request").size() == 2; }));
    const auto lost = deliveries("dropped", "pull_request");
    EXPECT_TRUE(stored(guid(lost[0])).is_null());
    EXPECT_EQ(world().command({"replay", guid(lost[0])}).status, 0);
    const auto said = world().command({"replay", json::dump(json::at(lost[1], "id"))});
    EXPECT_EQ(said.status, 0) << said.err;
    EXPECT_NE(said.out.find("fetched"), std::string::npos) << said.out;
    EXPECT_FALSE(world().completed_check(by_guid).is_null());
    EXPECT_FALSE(world().completed_check(by_number).is_null());
    EXPECT_TRUE(is_told_once(by_guid));
    EXPECT_TRUE(is_told_once(by_number));

    EXPECT_EQ(world().command({"replay", "00000000-0000-4000-8000-000000000000"}).status, 1);
    EXPECT_EQ(world().command({"replay", "4711"}).status, 1);
    EXPECT_EQ(world().command({"replay", "two words"}).status, 2);
    EXPECT_EQ(world().command({"replay"}).status, 2);
}

TEST_F(Recovery, SimulateTellsThePlanAndPostsNothing) {
    const auto pull = pull_after("simulated", equal_suite(), {{"new.txt", "1\n"}});
    ASSERT_FALSE(world().completed_check(pull).is_null());
    world().commit("simulated", "other", {{"other.txt", "1\n"}});
    ASSERT_TRUE(world().calms_down());
    stop_service();  // which asks GitHub of its own accord, and would find what it did not hear of
    const auto unheard = world().open_pull("simulated", "other");
    ASSERT_TRUE(wait_until([&] { return deliveries("simulated", "pull_request").size() == 2; }));
    const auto file = (world().folder() / "delivery.json").string();
    ASSERT_TRUE(platform::write_file_atomically(file, json::dump(deliveries("simulated", "pull_request")[1]), 0644));

    world().control("POST", "/requests/clear");
    const auto told = world().command({"simulate", file, "--json", "-"});
    ASSERT_EQ(told.status, 0) << told.err;
    const auto document = json::parse(told.out).value();
    EXPECT_EQ(json::text(json::at(document, "event"), "name"), "pull_request");
    ASSERT_EQ(json::at(document, "runs").size(), 1u) << told.out;
    const auto& run = json::at(document, "runs")[0];
    EXPECT_EQ(json::text(run, "head_sha"), unheard.head_sha);
    EXPECT_EQ(json::text(json::at(run, "jobs").at(0), "suite"), "quick");
    ASSERT_EQ(json::at(document, "checks").size(), 1u);
    EXPECT_EQ(json::text(json::at(document, "checks")[0], "status"), "queued");
    EXPECT_GT(world().control("GET", "/requests").size(), 0u) << "GitHub was asked";
    EXPECT_EQ(writes_to_github(), 0u) << json::dump(world().control("GET", "/requests"), 2);

    EXPECT_TRUE(world().checks("simulated", unheard.head_sha).empty());
    EXPECT_EQ(comments(unheard), 0u);
    EXPECT_EQ(comments(pull), 1u);
    world().start_service();

    // What is planned already is said to be so, since the store is looked into; in words for people.
    ASSERT_TRUE(platform::write_file_atomically(file, json::dump(deliveries("simulated", "pull_request")[0]), 0644));
    const auto known = world().command({"simulate", file});
    EXPECT_EQ(known.status, 0) << known.err;
    EXPECT_NE(known.out.find("decision: this head is planned already"), std::string::npos) << known.out;
    EXPECT_NE(known.out.find("Nothing was posted."), std::string::npos);
}

TEST_F(Recovery, SimulateNeedsNeitherGitHubNorAService) {
    const auto pull = pull_after("offline", equal_suite(), {{"new.txt", "1\n"}});
    ASSERT_FALSE(world().completed_check(pull).is_null());
    const auto payload = json::at(json::at(deliveries("offline", "pull_request").at(0), "request"), "payload");
    const auto file = (world().folder() / "payload.json").string(), config = (world().folder() / "one.yml").string();
    ASSERT_TRUE(platform::write_file_atomically(file, json::dump(payload), 0644));
    ASSERT_TRUE(platform::write_file_atomically(
        config, "suites:\n  micro: { build: make, run: ./bench, format: json }\n", 0644));
    const auto nowhere = (world().folder() / "nowhere").string();
    ASSERT_TRUE(world().calms_down());
    stop_service();
    world().control("POST", "/requests/clear");
    const auto told =
        world().command({"simulate", file, "--offline", "--config", config, "--state-dir", nowhere, "--json", "-"});
    ASSERT_EQ(told.status, 0) << told.err;
    const auto document = json::parse(told.out).value();
    EXPECT_EQ(json::boolean(json::at(document, "event"), "guessed"), true);
    EXPECT_EQ(json::text(json::at(json::at(document, "runs").at(0), "jobs").at(0), "suite"), "micro");
    const auto asked = world().control("GET", "/requests");
    EXPECT_TRUE(asked.empty()) << json::dump(asked, 2);
    EXPECT_FALSE(std::filesystem::exists(nowhere));

    EXPECT_EQ(world().command({"simulate", file, "--offline", "--state-dir", nowhere}).status, 3) << "whose config?";
    EXPECT_EQ(world().command({"simulate", file, "--offline", "--event", "push"}).status, 2);
    EXPECT_EQ(world().command({"simulate", nowhere}).status, 2);
    world().start_service();
}

}  // namespace
}  // namespace benchgate::end_to_end
