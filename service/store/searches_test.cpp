#include "service/store/searches.h"

#include <gtest/gtest.h>

#include "platform/ids.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"

namespace benchgate::store {
namespace {

class SearchesTest : public TestDatabase {
  protected:
    template <class Body>
    auto run(Body body) {
        return pool.transaction(std::move(body));
    }
    SearchRow search(const std::string& benchmark, const std::string& request, std::int64_t number = 12) {
        SearchRow row;
        row.repository_id = 7;
        row.search_id = platform::random_uuid();
        row.number = number;
        row.suite = "micro";
        row.benchmark = benchmark;
        row.good_sha = std::string(40, 'a');
        row.ref = "main";
        row.commits = {std::string(40, 'b'), std::string(40, 'c')};
        row.comment_id = 99;
        row.requested_by = "ada";
        row.request = request;
        row.config = "suites: {}";
        row.created_at = start();
        return row;
    }
    std::string insert_run_in(model::RunState state) {
        RunRow row;
        row.repository_id = 7;
        row.run_id = platform::random_uuid();
        row.kind = model::RunKind::bisection;
        row.number = 12;
        row.state = state;
        row.created_at = start();
        run([&](Tx& tx) { insert_run(tx, row); });
        return row.run_id;
    }
    std::size_t due() {
        return run([](Tx& tx) { return due_searches(tx, 10).size(); });
    }
};

TEST_F(SearchesTest, IsKeptAsItWasAskedFor) {
    const auto row = search("sort", "comment:1");
    EXPECT_TRUE(run([&](Tx& tx) { return insert_search(tx, row); }));
    EXPECT_EQ(run([&](Tx& tx) { return find_search(tx, 7, row.search_id); }), row);
    EXPECT_EQ(run([](Tx& tx) { return find_search_of_request(tx, 7, "comment:1"); }), row);
    EXPECT_EQ(run([](Tx& tx) { return find_search_of_request(tx, 8, "comment:1"); }), std::nullopt);
    EXPECT_EQ(run([](Tx& tx) { return open_searches(tx, 7, 12); }), std::vector{row});
    EXPECT_TRUE(run([](Tx& tx) { return open_searches(tx, 7, 13); }).empty());
}

TEST_F(SearchesTest, OneRequestHasOneAndABenchmarkOneOpenOne) {
    const auto row = search("sort", "comment:1");
    EXPECT_TRUE(run([&](Tx& tx) { return insert_search(tx, row); }));
    EXPECT_FALSE(run([&](Tx& tx) { return insert_search(tx, search("find", "comment:1")); })) << "a replay";
    EXPECT_FALSE(run([&](Tx& tx) { return insert_search(tx, search("sort", "comment:2")); })) << "a second one";
    EXPECT_TRUE(run([&](Tx& tx) { return insert_search(tx, search("find", "comment:3")); }));
    EXPECT_TRUE(run([&](Tx& tx) { return insert_search(tx, search("sort", "comment:4", 13)); }));
    const auto close = [&] {
        return run([&](Tx& tx) { return close_search(tx, 7, row.search_id, SearchState::done, "found", start()); });
    };
    EXPECT_TRUE(close());
    EXPECT_FALSE(close()) << "it is over";
    EXPECT_TRUE(run([&](Tx& tx) { return insert_search(tx, search("sort", "comment:2")); }));
    EXPECT_FALSE(run([&](Tx& tx) { return insert_search(tx, search("sort", "comment:1")); })) << "a late replay";
    EXPECT_EQ(run([&](Tx& tx) { return find_search(tx, 7, row.search_id); })->finished_at, start());
}

TEST_F(SearchesTest, IsDueWhenItsLastRunIsOver) {
    const auto row = search("sort", "comment:1");
    run([&](Tx& tx) { insert_search(tx, row); });
    EXPECT_EQ(due(), 0u) << "its first step is not written yet";
    const auto first = insert_run_in(model::RunState::queued);
    run([&](Tx& tx) { insert_search_step(tx, row, {1, first, std::string(40, 'c'), ""}); });
    EXPECT_EQ(due(), 0u);
    run([&](Tx& tx) { set_run_state(tx, 7, first, {model::RunState::finished, "success", "", start()}); });
    EXPECT_EQ(due(), 1u);
    const auto second = insert_run_in(model::RunState::running);
    run([&](Tx& tx) {
        set_step_verdict(tx, row, 1, "bad");
        insert_search_step(tx, row, {2, second, std::string(40, 'b'), ""});
    });
    EXPECT_EQ(due(), 0u);
    const std::vector<SearchStepRow> steps{{1, first, std::string(40, 'c'), "bad"},
                                           {2, second, std::string(40, 'b'), ""}};
    EXPECT_EQ(run([&](Tx& tx) { return steps_of_search(tx, row); }), steps);
    EXPECT_THROW(run([&](Tx& tx) { set_step_verdict(tx, row, 2, "perhaps"); }), StoreError);
    EXPECT_THROW(run([&](Tx& tx) { insert_search_step(tx, row, {2, platform::random_uuid(), "x", ""}); }), StoreError);
    EXPECT_THROW(run([&](Tx& tx) { insert_search_step(tx, row, {3, second, "x", ""}); }), StoreError);
    run([&](Tx& tx) {
        cancel_run(tx, 7, second, start());
        close_search(tx, 7, row.search_id, SearchState::cancelled, "cancelled", start());
    });
    EXPECT_EQ(due(), 0u);
}

TEST_F(SearchesTest, OnlyOneIsAtItAtATime) {
    const auto row = search("sort", "comment:1");
    run([&](Tx& tx) { insert_search(tx, row); });
    run([&](Tx& tx) {
        EXPECT_TRUE(lock_search(tx, 7, row.search_id));
        EXPECT_FALSE(run([&](Tx& other) { return lock_search(other, 7, row.search_id); }));
    });
    EXPECT_TRUE(run([&](Tx& tx) { return lock_search(tx, 7, row.search_id); }));
}

}  // namespace
}  // namespace benchgate::store
