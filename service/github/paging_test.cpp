#include "service/github/paging.h"

#include <gtest/gtest.h>

namespace benchgate::github {
namespace {

std::optional<std::string> next_of(const std::string& link, std::string_view parameter = "page") {
    return next_page({{"Link", link}}, parameter);
}

TEST(Paging, FindsTheNextPageAmongItsNeighbours) {
    EXPECT_EQ(next_of(R"(<https://h/x?page=1>; rel="prev", <https://h/x?per_page=100&page=3>; rel="next", )"
                      R"(<https://h/x?page=9>; rel="last")"),
              "3");
    EXPECT_EQ(next_of(R"(<https://h/x?cursor=v1_12345%3D%3D&per_page=2>; rel="next")", "cursor"), "v1_12345%3D%3D");
    EXPECT_EQ(next_of(R"(</relative?page=2#page=7>; rel=next)"), "2");
}

TEST(Paging, TheLastPageHasNoNext) {
    EXPECT_EQ(next_page({}, "page"), std::nullopt);
    EXPECT_EQ(next_of(R"(<https://h/x?page=1>; rel="first", <https://h/x?page=4>; rel="prev")"), std::nullopt);
}

TEST(Paging, NothingUnusableIsTakenOver) {
    for (const char* link : {"", "<", ">", "<>; rel=\"next\"", "<https://h/x>; rel=\"next\"",
                             "<https://h/x?page=>; rel=\"next\"", "<https://h/x?mypage=2>; rel=\"next\"",
                             "<https://h/x?page=1 2>; rel=\"next\"", "<https://h/x?page=1\r\nX: y>; rel=\"next\"",
                             "https://h/x?page=2; rel=\"next\"", "<https://h/x?page>; rel=\"next\""})
        EXPECT_EQ(next_of(link), std::nullopt) << link;
    EXPECT_EQ(next_of("<https://h/x?page=" + std::string(513, '1') + ">; rel=\"next\""), std::nullopt);
    EXPECT_EQ(next_of("<https://h/x?y=" + std::string(20'000, '1') + "&page=2>; rel=\"next\""), std::nullopt);
}

}  // namespace
}
