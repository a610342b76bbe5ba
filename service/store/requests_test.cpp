#include <gtest/gtest.h>

#include "platform/ids.h"
#include "service/store/approvals.h"
#include "service/store/history.h"
#include "service/store/jobs.h"
#include "service/store/pull_requests.h"
#include "service/store/test_database.h"
#include "service/store/waivers.h"

namespace benchgate::store {
namespace {

class RequestsTest : public TestDatabase {
  protected:
    template <class Body>
    auto run(Body body) {
        return pool.transaction(std::move(body));
    }
    WaiverRow waiver(const std::string& benchmark) {
        return {7, 12, {platform::random_uuid(), benchmark, "", 0.08, "2027-01-31", "known", "ada"}, 99, start()};
    }
};

TEST_F(RequestsTest, AWaiverIsThereUntilItIsRevoked) {
    const auto sort = waiver("sort"), find = waiver("find");
    run([&](Tx& tx) {
        insert_waiver(tx, sort);
        insert_waiver(tx, find);
        auto elsewhere = waiver("sort");
        elsewhere.number = 13;
        insert_waiver(tx, elsewhere);
    });
    EXPECT_EQ(run([](Tx& tx) { return waivers_of_pull(tx, 7, 12).size(); }), 2u);
    EXPECT_EQ(run([&](Tx& tx) { return revoke_waivers(tx, 7, 12, "sort", "bob", start()); }), 1u);
    EXPECT_EQ(run([](Tx& tx) { return waivers_of_pull(tx, 7, 12); }), std::vector{find});
    EXPECT_EQ(run([&](Tx& tx) { return revoke_waivers(tx, 7, 12, "sort", "bob", start()); }), 0u) << "only once";
}

TEST_F(RequestsTest, AWaiverComesOntoTheBranchWithItsPullRequest) {
    const auto on = [this](std::int64_t number) {
        return WaiverRow{
            7, number, {platform::random_uuid(), "sort", "", 0.08, "2027-01-31", "known", "ada"}, 9, start()};
    };
    auto ended = on(14);
    ended.waiver.until = "2019-12-31";
    const auto numbers = [&](const std::string& after, const std::string& to) {
        std::vector<std::int64_t> found;
        for (const auto& merged : run([&](Tx& tx) { return waivers_merged(tx, 7, after, to, 100); }))
            found.push_back(merged.number);
        return found;
    };
    run([&](Tx& tx) {
        for (const auto& row : {on(11), on(12), on(13), ended}) insert_waiver(tx, row);
        int delivery = 0;
        for (const auto& [number, sha] : {std::pair{11, "m2"}, {12, "m3"}, {14, "m3"}}) {
            PullRequestRow pull{7, number, "h", "main", std::nullopt, false, false, std::nullopt};
            pull.merge_sha = sha;
            upsert_pull_request(tx, pull, ++delivery, start() + std::chrono::minutes(delivery));
            pull.merge_sha.clear();  // told again, by an event that does not say it
            upsert_pull_request(tx, pull, ++delivery, start() + std::chrono::hours(delivery));
        }
        upsert_pull_request(tx, {7, 13, "h", "main", std::nullopt, false, false, std::nullopt}, 9, start());
    });
    EXPECT_EQ(numbers("m0", "m3"), (std::vector<std::int64_t>{12})) << "main's order is not known";
    EXPECT_EQ(numbers("m0", "m1"), (std::vector<std::int64_t>{}));
    run([](Tx& tx) { apply_line_step(tx, 7, {std::nullopt, 0, 1}, {"m0", "m1", "m2", "m3"}); });
    EXPECT_EQ(numbers("m0", "m3"), (std::vector<std::int64_t>{11, 12})) << "13 was given up, 14 had ended";
    EXPECT_EQ(numbers("m2", "m3"), (std::vector<std::int64_t>{12}));
    EXPECT_EQ(numbers("m3", "m2"), (std::vector<std::int64_t>{11})) << "at least its own commit";
}

TEST_F(RequestsTest, AWaiverWithoutASizeOrWithADateThatIsNoneIsRefused) {
    auto no_size = waiver("sort");
    no_size.waiver.max = 0;
    EXPECT_THROW(run([&](Tx& tx) { insert_waiver(tx, no_size); }), StoreError);
    auto no_date = waiver("sort");
    no_date.waiver.until = "2027-02-30";
    EXPECT_THROW(run([&](Tx& tx) { insert_waiver(tx, no_date); }), StoreError);
}

TEST_F(RequestsTest, AnApprovalIsOfOneCommitAndTheFirstOneStands) {
    const std::string sha(40, 'a');
    const ApprovalRow first{7, 12, sha, "ada", 1, start()};
    run([&](Tx& tx) {
        insert_approval(tx, first);
        insert_approval(tx, {7, 12, sha, "bob", 2, start()});
    });
    EXPECT_EQ(run([&](Tx& tx) { return find_approval(tx, 7, 12, sha); }), first);
    EXPECT_EQ(run([](Tx& tx) { return find_approval(tx, 7, 12, std::string(40, 'b')); }), std::nullopt);
    EXPECT_EQ(run([&](Tx& tx) { return find_approval(tx, 7, 13, sha); }), std::nullopt);
}

TEST_F(RequestsTest, TheDatabaseHoldsOneOpenRequestOfAPullRequestAndSuite) {
    const auto job = [](std::optional<std::int64_t> number) {
        NewJob made;
        made.repository_id = 7;
        made.job_id = platform::random_uuid();
        made.run_id = platform::random_uuid();
        made.suite = "micro";
        made.spec_json = "{}";
        made.number = number;
        return made;
    };
    run([&](Tx& tx) { insert_job(tx, job(12), start()); });
    EXPECT_THROW(run([&](Tx& tx) { insert_job(tx, job(12), start()); }), StoreError);
    run([&](Tx& tx) { insert_job(tx, job(13), start()); });
    // Merge groups, bisections and calibrations hang on no pull request's one request.
    run([&](Tx& tx) { insert_job(tx, job(std::nullopt), start()); });
    run([&](Tx& tx) { insert_job(tx, job(std::nullopt), start()); });
}

}  // namespace
}  // namespace benchgate::store
