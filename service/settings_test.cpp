#include "service/settings.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace benchgate::service {
namespace {

std::string refusal(const Settings& settings) {
    try {
        check(settings);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

Settings complete() {
    Settings settings;
    settings.public_url = "https://bench.example.org";
    settings.app_id = "12345";
    settings.private_key_file = "app.pem";
    settings.webhook_secret = "secret";
    return settings;
}

TEST(Settings, DefaultsAndACompleteSetAreTaken) {
    EXPECT_EQ(refusal({}), "");
    EXPECT_EQ(refusal(complete()), "");
}

TEST(Settings, AMistakeIsSaidWithTheNameOfTheSetting) {
    const auto with = [](auto change) {
        auto settings = complete();
        change(settings);
        return refusal(settings);
    };
    EXPECT_EQ(with([](Settings& s) { s.public_url = "bench.example.org"; }),
              "BENCHGATE_PUBLIC_URL must look like https://bench.example.org, not 'bench.example.org'");
    EXPECT_NE(with([](Settings& s) { s.github_url = "https://"; }), "");
    EXPECT_NE(with([](Settings& s) { s.listen = "8080"; }), "");
    EXPECT_EQ(with([](Settings& s) { s.app_id = "my-app"; }),
              "BENCHGATE_APP_ID must be the App's number, as its settings page shows it");
    EXPECT_NE(with([](Settings& s) { s.webhook_secret = ""; }).find("BENCHGATE_WEBHOOK_SECRET is missing"),
              std::string::npos);
    EXPECT_NE(with([](Settings& s) { s.private_key_file = ""; }).find("BENCHGATE_PRIVATE_KEY_FILE is missing"),
              std::string::npos);
    EXPECT_NE(with([](Settings& s) { s.tls_key_file = "key.pem"; }).find("one is missing"), std::string::npos);
}

}  // namespace
}  // namespace benchgate::service
