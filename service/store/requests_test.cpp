#include <gtest/gtest.h>

#include "platform/ids.h"
#include "service/store/approvals.h"
#include "service/store/jobs.h"
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
