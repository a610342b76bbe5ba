#include "core/planning/delivery_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace benchgate::planning {
namespace {

TEST(DeliveryFileTest, ReadsWhatGitHubsApiSaysOfADelivery) {
    const auto file = read_delivery_file(
        R"({"id": 5, "guid": "g-1", "event": "push",
            "request": {"headers": {"X-GitHub-Event": "no"}, "payload": {"a": 1}}})",
        "");
    ASSERT_TRUE(file);
    EXPECT_EQ(file->id, "g-1");
    EXPECT_EQ(file->event, "push");
    EXPECT_FALSE(file->guessed);
    EXPECT_EQ(file->payload, json::parse(R"({"a": 1})").value());
    const auto by_header = read_delivery_file(
        R"({"request": {"headers": {"x-github-event": "merge_group", "x-github-delivery": "g-2"}, "payload": {}}})",
        "");
    ASSERT_TRUE(by_header);
    EXPECT_EQ(by_header->event, "merge_group");
    EXPECT_EQ(by_header->id, "g-2");
}

TEST(DeliveryFileTest, ABarePayloadIsWhatItsFieldsSayOrWhatIsSaidOfIt) {
    const auto guessed = read_delivery_file(R"({"action": "opened", "number": 1, "pull_request": {}})", "");
    ASSERT_TRUE(guessed);
    EXPECT_EQ(guessed->event, "pull_request");
    EXPECT_TRUE(guessed->guessed);
    EXPECT_EQ(read_delivery_file(R"({"pull_request": {}})", "issue_comment")->event, "issue_comment");
}

TEST(DeliveryFileTest, WhatIsNoDeliveryIsRefusedWithAReason) {
    EXPECT_EQ(read_delivery_file("[]", "").error(), "it is not a JSON object");
    EXPECT_NE(read_delivery_file("{", "").error(), "");
    EXPECT_NE(read_delivery_file(R"({"a": 1})", "").error().find("--event NAME"), std::string::npos);
}

/// Every example of the events that are known here, held against its own name.
TEST(DeliveryFileTest, GuessesTheNameOfEveryExample) {
    const std::filesystem::path folder =
        "tests/local_github/node_modules/@octokit/webhooks-examples/api.github.com/index.json";
    std::ifstream stream(folder);
    if (!stream) GTEST_SKIP() << folder << " is missing; ./run test installs it";
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    int examples = 0;
    const auto events = json::parse(text, {.bytes = 64u << 20}).value();
    for (const auto& event : events) {
        const auto name = json::text(event, "name").value_or("");
        for (const auto* known : {"ping", "push", "pull_request", "issue_comment", "check_run", "check_suite",
                                  "merge_group", "installation", "installation_repositories", "repository"})
            if (name == known)
                for (const auto& payload : json::at(event, "examples")) {
                    EXPECT_EQ(guess_event(payload), name) << json::dump(payload).substr(0, 300);
                    ++examples;
                }
    }
    EXPECT_GT(examples, 60);
}

}  // namespace
}  // namespace benchgate::planning
