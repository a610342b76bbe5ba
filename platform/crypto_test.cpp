#include "platform/crypto.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace benchgate::platform {
namespace {

std::string from_hex(std::string_view text) {
    return hex_decode(text).value();
}

/// A directory for the files that the openssl program reads and writes.
class CryptoCommand : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "benchgate-crypto-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    /// Exit status of a shell command run in the directory.
    int run(const std::string& command) const {
        return std::system(("cd " + directory_.string() + " && " + command + " >out 2>&1").c_str());
    }
    void write(const std::string& name, std::string_view bytes) const {
        std::ofstream(directory_ / name, std::ios::binary) << bytes;
    }
    std::string read(const std::string& name) const {
        std::ifstream file(directory_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::filesystem::path directory_;
};

TEST(Digest, GivesThePublishedValues) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256("abc").size(), 32u);

    Sha256 hash;
    hash.update("a");
    hash.update("");
    hash.update("bc");
    EXPECT_EQ(hash.finish_hex(), sha256_hex("abc"));
    hash.update("abc");
    EXPECT_EQ(hash.finish_hex(), sha256_hex("abc")) << "starts afresh after finish";
}

TEST(Digest, HmacMatchesGitHubsAndTheStandardsExamples) {
    EXPECT_EQ(hex_encode(hmac_sha256("It's a Secret to Everybody", "Hello, World!")),
              "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    // RFC 4231, cases 1, 2 and 6 (a key longer than a block).
    EXPECT_EQ(hex_encode(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(
        hex_encode(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    EXPECT_EQ(hmac_sha256("", "x"), hmac_sha256(std::string(64, '\0'), "x")) << "an empty key is a key of zeros";
}

TEST(Encoding, Base64IsStrictBothWays) {
    const std::pair<std::string, std::string> examples[] = {{"", ""},
                                                            {"f", "Zg=="},
                                                            {"fo", "Zm8="},
                                                            {"foo", "Zm9v"},
                                                            {"foob", "Zm9vYg=="},
                                                            {"fooba", "Zm9vYmE="},
                                                            {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : examples) {
        EXPECT_EQ(base64_encode(bytes), text);
        EXPECT_EQ(base64_decode(text), bytes);
        EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    }
    EXPECT_EQ(base64_encode("\xfb\xff\xfe"), "+//+");
    EXPECT_EQ(base64url_encode("\xfb\xff\xfe"), "-__-");
    EXPECT_EQ(base64url_encode("f"), "Zg");
    for (const char* bad : {"Z", "Zg", "Zg=", "Zg===", "====", "Zm9v\n", " Zm9", "Zg==Zg==", "Zm9-", "Zh=="})
        EXPECT_EQ(base64_decode(bad), std::nullopt) << bad;
    for (const char* bad : {"Z", "Zg==", "Zm9+", "Zh", "Zm9"}) EXPECT_EQ(base64url_decode(bad), std::nullopt) << bad;
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    EXPECT_EQ(base64_decode(base64_encode(all)), all);
    EXPECT_EQ(hex_decode(hex_encode(all)), all);
}

TEST(Encoding, HexTakesBothCasesAndNothingElse) {
    EXPECT_EQ(hex_encode(std::string("\x00\xff\x1a", 3)), "00ff1a");
    EXPECT_EQ(hex_decode("00FF1a"), std::string("\x00\xff\x1a", 3));
    EXPECT_EQ(hex_decode(""), "");
    for (const char* bad : {"0", "0g", "0x", " 0", "00 0"}) EXPECT_EQ(hex_decode(bad), std::nullopt) << bad;
}

TEST(Comparison, TellsEqualFromDifferent) {
    EXPECT_TRUE(equal_constant_time("", ""));
    EXPECT_TRUE(equal_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_constant_time("abc", "ab"));
    EXPECT_FALSE(equal_constant_time("", "a"));
}

TEST(Random, GivesTheAskedForNumberOfBytesAndNeverTheSame) {
    EXPECT_EQ(random_bytes(0), "");
    EXPECT_EQ(random_bytes(32).size(), 32u);
    EXPECT_NE(random_bytes(32), random_bytes(32));
}

TEST(Ed25519, MatchesRfc8032) {
    struct Vector {
        const char *seed, *key, *message, *signature;
    };
    const Vector vectors[] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
         "d25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
         "387b2eaeb4302aeeb00d291612bb0c00"},
        {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
         "4a7c15e9716ed28dc027beceea1ec40a"},
    };
    for (const auto& vector : vectors) {
        const auto key = Ed25519PrivateKey::from_raw(from_hex(vector.seed));
        ASSERT_TRUE(key);
        EXPECT_EQ(hex_encode(key->public_key().raw()), vector.key);
        const std::string message = from_hex(vector.message);
        std::string signature = key->sign(message);
        EXPECT_EQ(hex_encode(signature), vector.signature);
        EXPECT_TRUE(key->public_key().verify(message, signature));
        EXPECT_FALSE(key->public_key().verify(message + "x", signature));
        EXPECT_FALSE(key->public_key().verify(message, std::string_view(signature).substr(0, 63)));
        EXPECT_FALSE(key->public_key().verify(message, ""));
        signature[5] ^= 1;
        EXPECT_FALSE(key->public_key().verify(message, signature));
    }
}

TEST(Ed25519, SurvivesItsFileAndRefusesForeignKeys) {
    const auto key = Ed25519PrivateKey::generate();
    EXPECT_NE(key.public_key().raw(), Ed25519PrivateKey::generate().public_key().raw());
    const auto again = Ed25519PrivateKey::from_pem(key.to_pem());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->public_key().raw(), key.public_key().raw());
    const auto shown = Ed25519PublicKey::from_pem(key.public_key().to_pem());
    ASSERT_TRUE(shown);
    EXPECT_TRUE(shown->verify("bundle", key.sign("bundle")));

    EXPECT_EQ(RsaPrivateKey::from_pem(key.to_pem()).error().message, "not an RSA key");
    EXPECT_EQ(Ed25519PublicKey::from_raw("short").error().message, "an Ed25519 public key has 32 bytes");
    EXPECT_EQ(Ed25519PrivateKey::from_raw("short").error().message, "an Ed25519 private key has 32 bytes");
    EXPECT_FALSE(Ed25519PrivateKey::from_pem(key.public_key().to_pem()));
    for (const std::string& bad : {std::string(), std::string("-----BEGIN PRIVATE KEY-----\n"),
                                   key.to_pem().substr(0, 60), std::string(1 << 20, 'A')})
        EXPECT_FALSE(Ed25519PrivateKey::from_pem(bad));
}

TEST_F(CryptoCommand, RsaSignaturesAreVerifiedByTheOpensslProgram) {
    ASSERT_EQ(run("openssl genrsa -traditional -out pkcs1.pem 2048"), 0) << read("out");
    ASSERT_EQ(run("openssl pkcs8 -topk8 -nocrypt -in pkcs1.pem -out pkcs8.pem"), 0) << read("out");
    ASSERT_EQ(run("openssl rsa -in pkcs1.pem -pubout -out public.pem"), 0) << read("out");
    write("message", "header.payload");
    for (const char* file : {"pkcs1.pem", "pkcs8.pem"}) {
        const auto key = RsaPrivateKey::from_pem(read(file));
        ASSERT_TRUE(key) << file << ": " << key.error().message;
        const auto signature = key->sign_rs256("header.payload");
        ASSERT_TRUE(signature);
        EXPECT_EQ(signature->size(), 256u);
        write("signature", *signature);
        EXPECT_EQ(run("openssl dgst -sha256 -verify public.pem -signature signature message"), 0) << read("out");
    }
    write("message", "header.other");
    EXPECT_NE(run("openssl dgst -sha256 -verify public.pem -signature signature message"), 0);

    ASSERT_EQ(run("openssl genrsa -out short.pem 1024"), 0) << read("out");
    EXPECT_EQ(RsaPrivateKey::from_pem(read("short.pem")).error().message, "the RSA key is shorter than 2048 bits");
    ASSERT_EQ(run("openssl rsa -in pkcs1.pem -aes128 -passout pass:x -out locked.pem"), 0) << read("out");
    EXPECT_EQ(RsaPrivateKey::from_pem(read("locked.pem")).error().message, "the key is encrypted");
    EXPECT_EQ(RsaPrivateKey::from_pem(read("public.pem")).error().message, "not a private key in PEM format");
    EXPECT_EQ(Ed25519PrivateKey::from_pem(read("pkcs8.pem")).error().message, "not an Ed25519 key");
}

TEST_F(CryptoCommand, Ed25519SignaturesAreVerifiedByTheOpensslProgram) {
    const auto key = Ed25519PrivateKey::generate();
    write("public.pem", key.public_key().to_pem());
    write("private.pem", key.to_pem());
    write("message", "a bundle");
    write("signature", key.sign("a bundle"));
    EXPECT_EQ(run("openssl pkeyutl -verify -pubin -inkey public.pem -rawin -in message -sigfile signature"), 0)
        << read("out");
    ASSERT_EQ(run("openssl pkeyutl -sign -inkey private.pem -rawin -in message -out theirs"), 0) << read("out");
    EXPECT_TRUE(key.public_key().verify("a bundle", read("theirs")));
}

}  // namespace
}
