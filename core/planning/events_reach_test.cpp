// Buttons of checks, the merge queue, installations and repositories.

#include <gtest/gtest.h>

#include "core/planning/events.h"
#include "core/planning/events_for_tests.h"

namespace benchgate::planning {
namespace {

using json::Json;

Json of_repository(Json payload) {
    payload["repository"] = {{"id", 7}, {"name", "engine"}, {"owner", {{"login", "acme"}}}};
    payload["installation"] = {{"id", 99}};
    payload["sender"] = {{"login", "ann"}, {"type", "User"}};
    return payload;
}

template <class Kind>
Kind read(std::string_view name, const Json& payload) {
    const auto event = read_event(name, payload);
    if (!event) {
        ADD_FAILURE() << event.error().message;
        return {};
    }
    if (const auto* found = std::get_if<Kind>(&*event)) return *found;
    ADD_FAILURE() << name << " is read as event " << event->index();
    return {};
}

bool is_ignored(std::string_view name, const Json& payload) {
    const auto event = read_event(name, payload);
    return event && std::holds_alternative<Ignored>(*event);
}

Json check_run() {
    return of_repository({{"action", "requested_action"},
                          {"requested_action", {{"identifier", "waive"}}},
                          {"check_run",
                           {{"id", 4},
                            {"name", "benchgate"},
                            {"head_sha", sha_a},
                            {"external_id", "run-1"},
                            {"app", {{"id", 12}}},
                            {"pull_requests", Json::array({Json{{"number", 3}}})}}}});
}

TEST(Events, ReadTheButtonsOfACheck) {
    auto payload = check_run();
    auto event = read<CheckRunEvent>("check_run", payload);
    EXPECT_EQ(event.action, CheckRunAction::requested_action);
    EXPECT_EQ(event.identifier, "waive");
    EXPECT_EQ(event.head_sha, sha_a);
    EXPECT_EQ(event.external_id, "run-1");
    EXPECT_EQ(event.app_id, 12);
    EXPECT_EQ(event.pull_numbers, std::vector<std::int64_t>{3});
    EXPECT_EQ(event.source.repository.default_branch, "");

    payload["check_run"]["pull_requests"] = Json::array();  // a fork's
    payload["check_run"]["external_id"] = nullptr;
    payload["action"] = "rerequested";
    event = read<CheckRunEvent>("check_run", payload);
    EXPECT_EQ(event.identifier, "");
    EXPECT_EQ(event.external_id, "");
    EXPECT_TRUE(event.pull_numbers.empty());

    // GitHub has reset the check already: to ignore a bot would leave it open.
    payload["sender"] = {{"login", "renovate[bot]"}, {"type", "Bot"}};
    EXPECT_EQ(read<CheckRunEvent>("check_run", payload).source.sender, "renovate[bot]");
    payload = check_run();
    payload["action"] = "created";
    EXPECT_TRUE(is_ignored("check_run", payload));
    payload = check_run();
    payload["check_run"]["pull_requests"][0]["number"] = "3";
    EXPECT_EQ(complaint("check_run", payload), "check_run.pull_requests[0].number: not a positive number");
    payload = check_run();
    payload["requested_action"]["identifier"] = "a\nb";
    EXPECT_EQ(complaint("check_run", payload), "requested_action.identifier: not one line");
}

TEST(Events, ReadTheRerequestOfASuite) {
    auto payload = of_repository({{"action", "rerequested"},
                                  {"check_suite", {{"id", 5}, {"head_sha", sha_a}, {"pull_requests", Json::array()}}}});
    EXPECT_EQ(read<CheckSuiteEvent>("check_suite", payload).head_sha, sha_a);
    payload["action"] = "requested";
    EXPECT_TRUE(is_ignored("check_suite", payload));
}

TEST(Events, ReadTheMergeQueue) {
    auto payload = of_repository({{"action", "checks_requested"},
                                  {"merge_group",
                                   {{"head_sha", sha_a},
                                    {"head_ref", "refs/heads/gh-readonly-queue/release/1.x/pr-123-" + sha_b},
                                    {"base_sha", sha_b},
                                    {"base_ref", "refs/heads/release/1.x"}}}});
    auto event = read<MergeGroupEvent>("merge_group", payload);
    EXPECT_EQ(event.pull_number, 123);
    EXPECT_EQ(event.base_ref, "release/1.x");
    EXPECT_EQ(event.head_ref, "gh-readonly-queue/release/1.x/pr-123-" + sha_b);
    payload["action"] = "destroyed";
    payload["reason"] = "dequeued";
    event = read<MergeGroupEvent>("merge_group", payload);
    EXPECT_EQ(event.action, MergeGroupAction::destroyed);
    EXPECT_EQ(event.reason, "dequeued");
    for (const auto* other :
         {"refs/heads/gh-readonly-queue/main/pr-x-1", "refs/heads/gh-readonly-queue/main/pr-12",
          "refs/heads/topic/pr-12-ab", "refs/heads/gh-readonly-queue/main/pr-99999999999999999999-a"}) {
        payload["merge_group"]["head_ref"] = other;
        EXPECT_FALSE(read<MergeGroupEvent>("merge_group", payload).pull_number) << other;
    }
}

Json listed(const char* full_name, int id) {
    return {{"id", id}, {"full_name", full_name}, {"private", true}};
}

TEST(Events, ReadInstallationsAndTheirRepositories) {
    Json payload{{"action", "created"},
                 {"installation", {{"id", 99}, {"account", {{"login", "acme"}}}}},
                 {"repositories", Json::array({listed("acme/engine", 7), listed("acme/site", 8)})}};
    auto event = read<InstallationEvent>("installation", payload);
    EXPECT_EQ(event.action, InstallationAction::created);
    EXPECT_EQ(event.account, "acme");
    EXPECT_EQ(event.added, (std::vector<RepositoryRef>{{7, "acme", "engine", true}, {8, "acme", "site", true}}));
    EXPECT_FALSE(event.incomplete);
    payload["action"] = "deleted";
    EXPECT_EQ(read<InstallationEvent>("installation", payload).removed.size(), 2u);
    for (const auto& [word, action] : std::vector<std::pair<std::string, InstallationAction>>{
             {"suspend", InstallationAction::suspended},
             {"unsuspend", InstallationAction::unsuspended},
             {"new_permissions_accepted", InstallationAction::permissions_accepted}}) {
        payload["action"] = word;
        EXPECT_EQ(read<InstallationEvent>("installation", payload).action, action);
    }
    payload["repositories"][1]["full_name"] = "acme/../etc";
    EXPECT_EQ(complaint("installation", payload), "repositories[1].full_name: not owner/name");

    payload = {{"action", "removed"},
               {"installation", {{"id", 99}}},
               {"repositories_added", Json::array()},
               {"repositories_removed", Json::array({listed("acme/site", 8)})}};
    event = read<InstallationEvent>("installation_repositories", payload);
    EXPECT_EQ(event.action, InstallationAction::repositories_changed);
    EXPECT_EQ(event.removed.size(), 1u);
    for (int i = 0; i < 10'001; ++i) payload["repositories_added"].push_back(listed("acme/x", i + 1));
    event = read<InstallationEvent>("installation_repositories", payload);
    EXPECT_EQ(event.added.size(), most_listed_repositories);
    EXPECT_TRUE(event.incomplete);
}

TEST(Events, ReadWhatBecomesOfARepository) {
    auto payload =
        of_repository({{"action", "renamed"}, {"changes", {{"repository", {{"name", {{"from", "motor"}}}}}}}});
    auto event = read<RepositoryEvent>("repository", payload);
    EXPECT_EQ(event.action, RepositoryAction::renamed);
    EXPECT_EQ(event.previous_name, "motor");
    EXPECT_EQ(event.source.repository.full_name(), "acme/engine");
    payload["action"] = "transferred";
    payload["changes"] = {{"owner", {{"from", {{"organization", {{"login", "old-org"}}}}}}}};
    EXPECT_EQ(read<RepositoryEvent>("repository", payload).previous_owner, "old-org");
    payload["changes"] = {{"owner", {{"from", {{"user", {{"login", "bob"}}}}}}}};
    EXPECT_EQ(read<RepositoryEvent>("repository", payload).previous_owner, "bob");
    for (const auto* word : {"archived", "unarchived", "deleted", "privatized", "publicized"}) {
        payload["action"] = word;
        (void)read<RepositoryEvent>("repository", payload);
    }
    payload["action"] = "created";
    EXPECT_TRUE(is_ignored("repository", payload));
    EXPECT_TRUE(is_ignored("star", payload));
    (void)read<PingEvent>("ping", Json::object());
}

}  // namespace
}  // namespace benchgate::planning
