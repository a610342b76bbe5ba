#include "service/http/request_head.h"

#include <gtest/gtest.h>

namespace benchgate::http {
namespace {

const std::string line = "POST /webhooks/github?a=b HTTP/1.1\r\nHost: x\r\n";

int refused(const std::string& head) {
    const auto parsed = parse_request_head(head);
    return parsed ? 0 : parsed.error().status;
}

TEST(RequestHead, KeepsWhatHandlersNeedAndDropsWhatTheLibraryMishandles) {
    const auto head = parse_request_head(
        line +
        "X-GitHub-Event:  push \r\nContent-Length: 12\r\nRange: bytes=0-,0-,0-\r\nExpect: 100-continue\r\n"
        "REMOTE_ADDR: 1.2.3.4\r\nConnection: keep-alive, Close\r\nAccept-Encoding: br;q=1, GZIP;q=0.5\r\n\r\n");
    ASSERT_TRUE(head) << head.error().message;
    EXPECT_EQ(head->method, "POST");
    EXPECT_EQ(head->path(), "/webhooks/github");
    EXPECT_EQ(head->content_length, 12u);
    EXPECT_TRUE(head->expects_continue);
    EXPECT_FALSE(head->keep_alive);
    EXPECT_EQ(head->rebuilt(),
              "POST /webhooks/github?a=b HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: push\r\nAccept-Encoding: gzip\r\n"
              "Content-Length: 12\r\nConnection: close\r\n\r\n");
}

TEST(RequestHead, RefusesEveryWayToSayTwoThingsAtOnce) {
    EXPECT_EQ(refused(line + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"), 400);
    EXPECT_EQ(refused(line + "Content-Length: 1\r\ntransfer-encoding: chunked\r\n\r\n"), 411);
    EXPECT_EQ(refused(line + "Transfer-Encoding: identity\r\n\r\n"), 411);
    EXPECT_EQ(refused(line + "Host: y\r\n\r\n"), 400);
    for (const char* bad : {"", "-1", "+1", "1,1", "0x10", "1 1", "12345678901"})
        EXPECT_EQ(refused(line + "Content-Length: " + bad + "\r\n\r\n"), 400) << bad;
    EXPECT_EQ(refused(line + " folded: x\r\n\r\n"), 400);
    EXPECT_EQ(refused(line + "\tfolded\r\n\r\n"), 400);
    EXPECT_EQ(refused(line + "Content-Length : 1\r\n\r\n"), 400);
    EXPECT_EQ(refused(line + "no colon\r\n\r\n"), 400);
    EXPECT_EQ(refused(line + ": no name\r\n\r\n"), 400);
    EXPECT_EQ(refused(line + "a: b\nContent-Length: 5\r\n\r\n"), 400) << "a bare line feed hides a header";
    EXPECT_EQ(refused(line + "a: b\rc\r\n\r\n"), 400);
    EXPECT_EQ(refused(line + std::string("a: b\0c\r\n\r\n", 10)), 400);
}

TEST(RequestHead, RefusesBodiesThatGrowAndRequestLinesThatAreNone) {
    EXPECT_EQ(refused(line + "Content-Encoding: gzip\r\n\r\n"), 415);
    EXPECT_EQ(refused(line + "Content-Type: Multipart/form-data; boundary=x\r\n\r\n"), 415);
    EXPECT_EQ(refused(line + "Expect: miracles\r\n\r\n"), 417);
    for (const char* bad :
         {"", "GET", "GET /", "GET  HTTP/1.1", "GET / HTTP/1.1 ", "G\x01T / HTTP/1.1", "GET x HTTP/1.1",
          "GET http://a/ HTTP/1.1", "GET /a b HTTP/1.1", "GET /a#b HTTP/1.1", "GET /%00 HTTP/1.1",
          "GET /%0d%0a HTTP/1.1", "GET /%7f HTTP/1.1", "GET /%ff/%fe HTTP/1.1", "GET /%ed%a0%80 HTTP/1.1",
          "GET /a?b=%C3 HTTP/1.1", "GET /%u0000 HTTP/1.1", "GET /%ud800 HTTP/1.1"})
        EXPECT_EQ(refused(std::string(bad) + "\r\nHost: x\r\n\r\n"), 400) << bad;
    for (const char* good : {"/%c3%a4/%E2%82%AC?q=%F0%9F%98%80", "/100%", "/%zz", "/%e", "/a%2Fb%20c"})
        EXPECT_EQ(refused("GET " + std::string(good) + " HTTP/1.1\r\nHost: x\r\n\r\n"), 0) << good;
    EXPECT_EQ(refused("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 505);
    EXPECT_EQ(refused("BREW / HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
    EXPECT_EQ(refused("CONNECT /x HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
    EXPECT_EQ(refused("GET / HTTP/1.1\r\n\r\n"), 400) << "Host is missing";
    EXPECT_EQ(refused("GET / HTTP/1.0\r\n\r\n"), 0);
}

TEST(RequestHead, HoldsItsLimits) {
    EXPECT_EQ(refused("GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414);
    EXPECT_EQ(refused(line + "a: " + std::string(9000, 'b') + "\r\n\r\n"), 431);
    EXPECT_EQ(refused(line + std::string(20'000, 'b') + "\r\n\r\n"), 431);
    std::string many = line;
    for (int i = 0; i < 200; ++i) many += "a: b\r\n";
    EXPECT_EQ(refused(many + "\r\n"), 431);
}

TEST(RequestHead, IsCompleteAtTheEmptyLineOnly) {
    const std::string head = line + "\r\n";
    EXPECT_EQ(head_length(head + "body\r\n\r\n"), head.size());
    for (std::size_t n = 0; n < head.size(); ++n) {
        EXPECT_FALSE(head_length(head.substr(0, n))) << n;
        EXPECT_EQ(refused(head.substr(0, n)), 400) << n;
    }
    EXPECT_EQ(refused(head + "x"), 400);
}

}
}
