#include "service/github/signature.h"

#include <gtest/gtest.h>

#include "platform/crypto.h"

namespace benchgate::github {
namespace {

const std::string published = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

std::string sign(std::string_view secret, std::string_view body) {
    return "sha256=" + platform::hex_encode(platform::hmac_sha256(secret, body));
}

TEST(Signature, AcceptsGitHubsPublishedExample) {
    const WebhookSecrets secrets{"It's a Secret to Everybody", {}};
    EXPECT_TRUE(signature_matches("Hello, World!", published, secrets));
    EXPECT_FALSE(signature_matches("Hello, World?", published, secrets));
    EXPECT_FALSE(signature_matches("Hello, World!", published, {"another", {}}));
}

TEST(Signature, AcceptsTheOldSecretWhileItIsBeingChanged) {
    const WebhookSecrets both{"new", "old"};
    EXPECT_TRUE(signature_matches("body", sign("new", "body"), both));
    EXPECT_TRUE(signature_matches("body", sign("old", "body"), both));
    EXPECT_FALSE(signature_matches("body", sign("older", "body"), both));
    EXPECT_FALSE(signature_matches("body", sign("old", "body"), {"new", {}}));
}

TEST(Signature, AcceptsNothingWithoutASecret) {
    EXPECT_FALSE(signature_matches("body", sign("", "body"), {"", {}}));
    EXPECT_FALSE(signature_matches("body", sign("", "body"), {"", "old"}));
    EXPECT_FALSE(signature_matches("body", sign("", "body"), {"new", ""})) << "an empty old secret is none";
}

TEST(Signature, RefusesEveryOtherForm) {
    const WebhookSecrets secrets{"s", {}};
    const std::string good = sign("s", "body");
    EXPECT_TRUE(signature_matches("body", good, secrets));
    for (const std::string& bad : {std::string(), std::string("sha256="), good.substr(7), "sha1=" + good.substr(7),
                                   good.substr(0, good.size() - 1), good + "0", good + " ", "SHA256=" + good.substr(7),
                                   "sha256=" + std::string(64, 'g'), std::string(100'000, 'a')})
        EXPECT_FALSE(signature_matches("body", bad, secrets)) << bad.substr(0, 80);
}

}  // namespace
}
