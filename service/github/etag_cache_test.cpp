#include "service/github/etag_cache.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace benchgate::github {
namespace {

platform::HttpResponse answer(const std::string& etag, const std::string& body, int status = 200) {
    platform::HttpResponse response{status, {{"Content-Type", "application/json"}, {"X-Other", "x"}}, body};
    if (!etag.empty()) response.headers.set("ETag", etag);
    return response;
}

TEST(EtagCache, GivesBackWhatItKept) {
    EtagCache cache;
    EXPECT_EQ(cache.find("a"), nullptr);
    cache.keep("a", answer("W/\"1\"", "one"));
    const auto found = cache.find("a");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->etag, "W/\"1\"");
    EXPECT_EQ(found->response.body, "one");
    EXPECT_EQ(found->response.headers.get("content-type"), "application/json");
    EXPECT_EQ(found->response.headers.get("X-Other"), std::nullopt);
    cache.keep("a", answer("\"2\"", "two"));
    EXPECT_EQ(cache.find("a")->response.body, "two");
    EXPECT_EQ(found->response.body, "one") << "whoever holds the former one keeps it";
    EXPECT_EQ(cache.entries(), 1u);
}

TEST(EtagCache, KeepsOnlyWhatCanBeAskedForAgain) {
    EtagCache cache({.entries = 10, .bytes = 8000});
    cache.keep("no etag", answer("", "x"));
    cache.keep("no success", answer("\"1\"", "x", 404));
    cache.keep("long etag", answer(std::string(300, 'e'), "x"));
    cache.keep("too large", answer("\"1\"", std::string(1001, 'x')));
    EXPECT_EQ(cache.entries(), 0u);
    EXPECT_EQ(cache.bytes(), 0u);
    cache.keep("a", answer("\"1\"", "small"));
    cache.keep("a", answer("\"2\"", std::string(1001, 'x')));
    EXPECT_EQ(cache.find("a"), nullptr) << "the former answer does not hold any more";
}

TEST(EtagCache, ForgetsWhatWasUsedLongestAgo) {
    EtagCache few({.entries = 3, .bytes = 1 << 20});
    for (const char* key : {"a", "b", "c"}) few.keep(key, answer("\"1\"", key));
    EXPECT_NE(few.find("a"), nullptr);
    few.keep("d", answer("\"1\"", "d"));
    EXPECT_EQ(few.find("b"), nullptr);
    EXPECT_NE(few.find("a"), nullptr);

    EtagCache small({.entries = 1000, .bytes = 1000});
    for (int k = 0; k < 100; ++k) small.keep(std::to_string(k), answer("\"1\"", std::string(90, 'x')));
    EXPECT_LE(small.bytes(), 1000u);
    EXPECT_NE(small.find("99"), nullptr);
    EXPECT_EQ(small.find("80"), nullptr);
}

TEST(EtagCache, ManyThreadsShareIt) {
    EtagCache cache({.entries = 20, .bytes = 1 << 20});
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&cache, t] {
                for (int k = 0; k < 2000; ++k) {
                    const auto key = std::to_string((k * 7 + t) % 50);
                    if (const auto found = cache.find(key)) {
                        EXPECT_EQ(found->response.body, key);
                    }
                    cache.keep(key, answer("\"1\"", key));
                }
            });
    }
    EXPECT_EQ(cache.entries(), 20u);
}

}  // namespace
}
