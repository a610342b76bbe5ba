// Many strangers who ask for something large at once.
#include "service/http/reads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>

#include "service/http/raw_client_for_tests.h"

namespace benchgate::http {
namespace {

using namespace std::chrono_literals;
using testing::RawClient;
using testing::status_of;

TEST(Reads, SoManyAtOnceAndNoMoreAndNobodyElseWaits) {
    auto reads = std::make_shared<Reads>(ReadOptions{.at_once = 2, .waiting = 1, .patience = 20s});
    Edge edge({});
    std::latch entered(2), leave(1);
    std::atomic<int> inside = 0, most = 0;
    edge.get("/large", Reads::in_turn(reads, edge, [&](const Request&, Response& response) {
                 most = std::max<int>(most, ++inside);
                 if (!entered.try_wait()) entered.count_down();
                 leave.wait();
                 --inside;
                 response.set_content("large", "text/plain");
             }));
    edge.get("/ok", [](const Request&, Response& response) { response.set_content("fine", "text/plain"); });
    edge.start();
    const auto ask = [&](const std::string& path) {
        return status_of(RawClient(edge.port()).ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    };
    std::vector<std::future<int>> readers;
    for (int i = 0; i < 2; ++i) readers.push_back(std::async(std::launch::async, ask, "/large"));
    entered.wait();
    // Of these two one finds room to wait, the other is told at once.
    for (int i = 0; i < 2; ++i) readers.push_back(std::async(std::launch::async, ask, "/large"));
    while (readers[2].wait_for(0s) != std::future_status::ready && readers[3].wait_for(0s) != std::future_status::ready)
        std::this_thread::yield();
    EXPECT_EQ(ask("/ok"), 200);
    leave.count_down();
    std::vector<int> statuses;
    for (auto& reader : readers) statuses.push_back(reader.get());
    EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 200), 3);
    EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 503), 1);
    EXPECT_EQ(most, 2);
    EXPECT_EQ(ask("/large"), 200);
}

TEST(Reads, WhoHasGoneOrWhomWeLeaveIsNotReadFor) {
    auto reads = std::make_shared<Reads>(ReadOptions{.at_once = 1, .waiting = 8, .patience = 20s});
    Edge edge({});
    std::latch entered(1), leave(1);
    std::atomic<int> read = 0;
    edge.get("/large", Reads::in_turn(reads, edge, [&](const Request&, Response& response) {
                 if (++read == 1) {
                     entered.count_down();
                     leave.wait();
                 }
                 response.set_content("large", "text/plain");
             }));
    edge.start();
    const std::string get_large = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
    RawClient first(edge.port());
    first.send(get_large);
    entered.wait();
    {
        RawClient gone(edge.port());
        gone.send(get_large);
        while (edge.open_connections() < 2) std::this_thread::yield();
    }
    while (edge.open_connections() > 1) std::this_thread::yield();
    RawClient waiting(edge.port());
    waiting.send(get_large);
    while (edge.open_connections() < 2) std::this_thread::yield();
    auto stopped = std::async(std::launch::async, [&] { edge.stop(); });
    EXPECT_EQ(status_of(waiting.response()), 503) << "the service stops";
    leave.count_down();
    EXPECT_EQ(status_of(first.response()), 200);
    stopped.get();
    EXPECT_EQ(read, 1);
}

TEST(Reads, AReaderThatFailsGivesItsTurnBack) {
    auto reads = std::make_shared<Reads>(ReadOptions{.at_once = 1, .waiting = 0, .patience = 0ms});
    Edge edge({});
    const auto handler =
        Reads::in_turn(reads, edge, [](const Request&, Response&) -> void { throw std::runtime_error("no database"); });
    Response response;
    EXPECT_THROW(handler({}, response), std::runtime_error);
    EXPECT_THROW(handler({}, response), std::runtime_error) << "not 503";
}

}
}
