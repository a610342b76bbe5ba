// What somebody sees who asks what a delivery would lead to; and that nothing comes of the question.
#include "service/workers/rehearsal.h"

#include <gtest/gtest.h>

#include "service/store/inbox.h"
#include "service/store/outbox.h"
#include "service/store/pull_requests.h"
#include "service/store/repositories.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"
#include "service/workers/intake.h"
#include "service/workers/rehearsal_text.h"
#include "service/workers/supposing.h"

namespace benchgate::workers {
namespace {

const std::string config =
    "suites:\n  micro: { build: make, run: ./bench, format: json }\n  nightly: { build: make, run: ./bench, format: "
    "json, on: { schedule: '0 2 * * *' } }\n";

class RehearsalTest : public store::TestDatabase {
  protected:
    static json::Json with_source(json::Json payload) {
        payload["repository"] = {
            {"id", 1}, {"name", "engine"}, {"owner", {{"login", "octo"}}}, {"default_branch", "main"}};
        payload["installation"] = {{"id", 5}};
        payload["sender"] = {{"login", "dev"}};
        return payload;
    }
    static store::InboxRow pull(char head, const std::string& action = "opened") {
        const json::Json here{{"id", 1}, {"full_name", "octo/engine"}};
        const json::Json body =
            with_source({{"action", action},
                         {"pull_request",
                          {{"number", 7},
                           {"state", action == "closed" ? "closed" : "open"},
                           {"user", {{"login", "dev"}}},
                           {"head", {{"ref", "change"}, {"sha", std::string(40, head)}, {"repo", here}}},
                           {"base", {{"ref", "main"}, {"sha", std::string(40, 'b')}, {"repo", here}}}}}});
        store::InboxRow row;
        row.delivery = {"guid", "pull_request", "{}", json::dump(body)};
        return row;
    }
    static store::InboxRow comment(const std::string& text) {
        const json::Json body =
            with_source({{"action", "created"},
                         {"issue", {{"number", 7}, {"state", "open"}, {"pull_request", json::Json::object()}}},
                         {"comment", {{"id", 99}, {"body", text}, {"user", {{"login", "dev"}, {"type", "User"}}}}}});
        store::InboxRow row;
        row.delivery = {"guid", "issue_comment", "{}", json::dump(body)};
        return row;
    }
    std::string told(const store::InboxRow& row, store::Pool* from) {
        Supposing asking({config, planning::Permission::write}, nullptr, from, addresses);
        Intake intake(asking, addresses);
        const auto deed = intake.prepare(row, {});
        RehearsalReport report;
        report.event_name = row.delivery.event;
        report.event = describe(*planning::read_event(row.delivery.event, json::parse(row.delivery.body).value()));
        const auto act = [&](store::Tx* tx) {
            Rehearsal rehearsal(tx, addresses, start());
            deed(rehearsal);
            report.rehearsed = rehearsal.result();
        };
        if (from)
            from->transaction([&](store::Tx& tx) { act(&tx); });
        else
            act(nullptr);
        report.suppositions = asking.told();
        const auto document = to_json(report);
        EXPECT_EQ(document["runs"].size(),
                  report.rehearsed.steps.empty() ? 0 : report.rehearsed.steps[0].plan.runs.size());
        return to_text(report);
    }
    /// As the service handles it.
    void handle(const store::InboxRow& row) {
        Supposing asking({config, planning::Permission::write}, nullptr, &pool, addresses);
        Intake intake(asking, addresses);
        const auto deed = intake.prepare(row, {});
        pool.transaction([&](store::Tx& tx) { intake.write(deed, tx, start()); });
    }
    static void has(const std::string& text, const std::string& part) {
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n--- is not in\n" << text;
    }

    const reports::Addresses addresses{"http://bench.invalid", "https://github.invalid"};
    store::Pool reader{{.url = url, .read_only = true}};
};

TEST_F(RehearsalTest, TellsThePlanAndWhatWouldBePosted) {
    const auto text = told(pull('a'), nullptr);
    has(text, "pull request octo/engine#7: opened, head aaaaaaaaa on main, by dev");
    has(text, "supposed: the merge-base is " + std::string(40, 'b'));
    has(text, "decision: 1 of 2 suites");
    has(text, "run: pull_request, attempt 1, priority 30, bbbbbbbbb..aaaaaaaaa of #7");
    has(text, "micro: on any runner, at most 60 trials a side");
    has(text, "check benchgate of aaaaaaaaa: queued");
    has(text, "Nothing was posted.");
}

TEST_F(RehearsalTest, SaysWhatTheServiceThenDoesFromAStoreThatItOnlyReads) {
    handle(pull('a'));
    const auto again = told(pull('a'), &reader);
    has(again, "decision: this head is planned already");
    has(again, "would be posted: nothing");
    const auto next = told(pull('c', "synchronize"), &reader);
    has(next, "superseded: run ");
    has(next, "check benchgate of aaaaaaaaa: completed, cancelled");
    has(next, "check benchgate of ccccccccc: queued");
    has(told(pull('a', "closed"), &reader), "cancelled: run ");
    const auto run = pool.transaction([](store::Tx& tx) { return *store::latest_run_for_pull(tx, 1, 7); });
    EXPECT_EQ(run.state, model::RunState::queued) << "a rehearsal changed something";
    EXPECT_EQ(pool.transaction([](store::Tx& tx) { return store::outbox_counts(tx).waiting; }), 1);
}

TEST_F(RehearsalTest, TellsTheAnswerToACommandWordForWord) {
    handle(pull('a'));
    const auto refused = told(comment("/rebench suit=micro"), &reader);
    has(refused, "reaction to comment 99: confused");
    has(refused, "comment on #7:");
    const auto status = told(comment("/rebench status"), &reader);
    has(status, "supposed: dev has write permission");
    has(status, "supposed: pull request #7 is as it was last heard of");
    has(status, "micro");
    has(told(comment("nice work"), &reader), "decision: nothing, since a comment without a command");
    EXPECT_THROW(told(comment("/rebench status"), nullptr), std::runtime_error) << "whose head?";
}

/// The payload tells of the head 'a'; GitHub, which is asked, of what holds now.
TEST_F(RehearsalTest, AnEventThatComesLateBringsNoOldHeadAndNoOldNameBack) {
    handle(pull('a'));
    handle(pull('c', "synchronize"));
    const auto newest = [&] {
        return pool.transaction([](store::Tx& tx) { return *store::latest_run_for_pull(tx, 1, 7); });
    };
    const auto before = newest();
    pool.transaction([&](store::Tx& tx) { store::rename_repository(tx, 1, "octo", "engine-2", start()); });
    auto late = pull('a', "synchronize");
    late.delivery.origin = store::Origin::recovered;
    has(told(late, &reader), "decision: this head is planned already");
    handle(late);
    EXPECT_EQ(newest(), before);
    pool.transaction([](store::Tx& tx) {
        EXPECT_EQ(store::find_pull_request(tx, 1, 7)->head_sha, std::string(40, 'c'));
        EXPECT_EQ(store::find_repository(tx, 1)->name, "engine-2");
    });
}

TEST_F(RehearsalTest, APushTellsWhichSchedulesItWouldMakeKnown) {
    store::InboxRow row;
    row.delivery = {
        "guid", "push", "{}",
        json::dump(with_source(
            {{"ref", "refs/heads/main"}, {"before", std::string(40, 'b')}, {"after", std::string(40, 'c')}}))};
    const auto text = told(row, nullptr);
    has(text, "run: push, attempt 1, priority 20");
    has(text, "suite nightly by its schedule 0 2 * * *, next at 2");
    EXPECT_EQ(text.find("nightly: on"), std::string::npos) << "it runs on no push";
    const auto supposed = text.find("the base has the given configuration");
    ASSERT_NE(supposed, std::string::npos);
    EXPECT_EQ(text.find("the base has the given configuration", supposed + 1), std::string::npos) << text;
}

TEST_F(RehearsalTest, NoTerminalIsSteeredByForeignText) {
    handle(pull('a'));
    const auto text = told(comment("/rebench suite=\x1b[31m\x07"), &reader);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\x07'), std::string::npos);
}

}  // namespace
}  // namespace benchgate::workers
