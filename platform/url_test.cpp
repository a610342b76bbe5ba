#include "platform/url.h"

#include <gtest/gtest.h>

namespace benchgate::platform {
namespace {

TEST(Url, ReadsOrdinaryAddresses) {
    const auto github = parse_url("https://api.github.com/repos/a/b?per_page=100#part");
    ASSERT_TRUE(github);
    EXPECT_EQ(github->scheme, "https");
    EXPECT_EQ(github->host, "api.github.com");
    EXPECT_EQ(github->port, 443);
    EXPECT_EQ(github->target, "/repos/a/b?per_page=100");
    EXPECT_EQ(github->origin(), "https://api.github.com");

    EXPECT_EQ(parse_url("HTTP://LocalHost:8080")->text(), "http://localhost:8080/");
    EXPECT_EQ(parse_url("http://h?q=1")->text(), "http://h/?q=1");
    EXPECT_EQ(parse_url("https://h:443/")->origin(), "https://h");
    EXPECT_EQ(parse_url("http://h:443/")->origin(), "http://h:443");
    const auto six = parse_url("http://[::1]:4011/x");
    ASSERT_TRUE(six);
    EXPECT_EQ(six->host, "::1");
    EXPECT_EQ(six->text(), "http://[::1]:4011/x");
}

TEST(Url, RefusesWhatCouldNameAnotherHostThanItSeems) {
    for (const char* bad : {"",
                            "api.github.com",
                            "ftp://h/",
                            "file:///etc/passwd",
                            "//h/",
                            "http://",
                            "http:///x",
                            "http://:80/",
                            "http://h:0/",
                            "http://h:65536/",
                            "http://h:80x/",
                            "http://h:/",
                            "http://h:8:8/",
                            "https://user@h/",
                            "https://github.com:token@evil.example/",
                            "https://github.com\\@evil.example/",
                            "http://h/a b",
                            "http://h/\r\nX: y",
                            "http://h/\xc3\xa9",
                            "http://h%2eexample/",
                            "http://[::1/",
                            "http://[::1]x/",
                            "http://[h]/",
                            "http://a,b/"})
        EXPECT_FALSE(parse_url(bad)) << bad;
    EXPECT_FALSE(parse_url("http://" + std::string(300, 'a') + "/"));
    EXPECT_FALSE(parse_url("http://h/" + std::string(max_url_bytes, 'a')));
    EXPECT_TRUE(parse_url("http://h/" + std::string(max_url_bytes - 9, 'a')));
    EXPECT_EQ(parse_url("https://x:hunter2@h/").error().find("hunter2"), std::string::npos);
}

TEST(Url, ResolvesALocation) {
    const Url base = *parse_url("https://h:8443/repos/old/name?x=1");
    EXPECT_EQ(resolve_url(base, "/repositories/7")->text(), "https://h:8443/repositories/7");
    EXPECT_EQ(resolve_url(base, "http://other/a")->text(), "http://other/a");
    EXPECT_EQ(resolve_url(base, "//other/a")->text(), "https://other/a");
    EXPECT_EQ(resolve_url(base, "new?y=2")->text(), "https://h:8443/repos/old/new?y=2");
    EXPECT_EQ(resolve_url(base, "?y=2")->text(), "https://h:8443/repos/old/name?y=2");
    EXPECT_EQ(resolve_url(base, "/a?to=http://x")->text(), "https://h:8443/a?to=http://x");
    EXPECT_FALSE(resolve_url(base, "javascript:alert(1)"));
    EXPECT_FALSE(resolve_url(base, "https://me:pw@other/"));
}

TEST(Url, EncodesSegments) {
    EXPECT_EQ(percent_encode("a/b c?d#é"), "a%2Fb%20c%3Fd%23%C3%A9");
    EXPECT_EQ(percent_encode("A-z_0.9~"), "A-z_0.9~");
}

}  // namespace
}
