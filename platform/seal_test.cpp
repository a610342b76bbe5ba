#include "platform/seal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "platform/files.h"

namespace benchgate::platform {
namespace {

const std::string key_text(64, '7');

TEST(Seal, WhatWasSealedOpensWithTheSameKeyAndPurposeOnly) {
    const auto key = SealKey::from_text(key_text).value();
    const auto sealed = key.seal("-----BEGIN KEY-----", "github_app");
    EXPECT_EQ(key.open(sealed, "github_app"), "-----BEGIN KEY-----");
    EXPECT_EQ(key.open(sealed, "admin"), std::nullopt);
    EXPECT_EQ(SealKey::from_text(std::string(64, '8')).value().open(sealed, "github_app"), std::nullopt);
    EXPECT_EQ(sealed.find("BEGIN"), std::string::npos);
}

TEST(Seal, EverySealingDiffersAndEveryChangedByteIsNoticed) {
    const auto key = SealKey::from_text(key_text).value();
    const auto sealed = key.seal("secret", "x");
    EXPECT_NE(sealed, key.seal("secret", "x")) << "the nonce is used twice";
    const auto bytes = base64_decode(sealed).value();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        auto changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_EQ(key.open(base64_encode(changed), "x"), std::nullopt) << "byte " << at;
    }
    for (const auto* text : {"", "AA==", "not base64", "AQ=="}) EXPECT_EQ(key.open(text, "x"), std::nullopt) << text;
}

TEST(Seal, AnEmptyTextCanBeSealed) {
    const auto key = SealKey::from_text(key_text).value();
    EXPECT_EQ(key.open(key.seal("", "x"), "x"), "");
}

TEST(Seal, AKeyIsThirtyTwoBytesInHexadecimalOrBase64) {
    EXPECT_TRUE(SealKey::from_text(base64_encode(std::string(32, 'k'))));
    EXPECT_TRUE(SealKey::from_text("  " + key_text + "\n"));
    for (const auto& wrong : {std::string(), std::string(63, '7'), std::string(64, 'x'), base64_encode("short")})
        EXPECT_FALSE(SealKey::from_text(wrong)) << wrong;
}

TEST(Seal, TheKeyFileIsMadeOnceForTheOwnerAlone) {
    const TempDir folder("benchgate-seal");
    const auto file = folder.path() / "secret.key";
    const auto first = SealKey::from_file(file);
    ASSERT_TRUE(first) << first.error().message;
    struct stat status {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_EQ(SealKey::from_file(file).value().open(first->seal("x", "p"), "p"), "x") << "a second start makes another";

    ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
    const auto open_to_others = SealKey::from_file(file);
    ASSERT_FALSE(open_to_others);
    EXPECT_NE(open_to_others.error().message.find("chmod 600"), std::string::npos) << open_to_others.error().message;
}

}  // namespace
}  // namespace benchgate::platform
