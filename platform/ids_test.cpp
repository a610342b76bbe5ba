#include "platform/ids.h"

#include <set>

#include <gtest/gtest.h>

namespace benchgate::platform {
namespace {

TEST(Ids, UuidsAreWellFormedAndDiffer) {
    std::set<std::string> seen;
    for (int i = 0; i < 200; ++i) {
        const std::string id = random_uuid();
        EXPECT_TRUE(is_uuid(id)) << id;
        EXPECT_EQ(id[14], '4');
        EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
        EXPECT_TRUE(seen.insert(id).second);
    }
}

TEST(Ids, OnlyTheCanonicalShapeIsAUuid) {
    EXPECT_TRUE(is_uuid("F47AC10B-58cc-4372-a567-0e02b2c3d479"));
    EXPECT_FALSE(is_uuid(""));
    EXPECT_FALSE(is_uuid("f47ac10b58cc4372a5670e02b2c3d479"));
    EXPECT_FALSE(is_uuid("f47ac10b-58cc-4372-a567-0e02b2c3d47"));
    EXPECT_FALSE(is_uuid("f47ac10b-58cc-4372-a567-0e02b2c3d47g"));
    EXPECT_FALSE(is_uuid("f47ac10b+58cc-4372-a567-0e02b2c3d479"));
}

TEST(Ids, TokensCarryTheirPrefixAndNothingThatNeedsQuoting) {
    const std::string token = random_token("bgr_");
    EXPECT_EQ(token.size(), 47u);
    EXPECT_EQ(token.substr(0, 4), "bgr_");
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    EXPECT_NE(token, random_token("bgr_"));
    EXPECT_NE(random_seed(), random_seed());
    for (int i = 0; i < 20; ++i) EXPECT_LT(random_seed(), std::uint64_t{1} << 53);
}

}
}
