// What the documentation shows is what the parser takes.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "core/config/config.h"

namespace benchgate::config {
namespace {

std::vector<std::string> yaml_blocks(const std::string& file) {
    std::ifstream stream(file);
    std::ostringstream whole;
    whole << stream.rdbuf();
    const std::string text = whole.str(), opening = "\n```yaml\n", closing = "\n```";
    std::vector<std::string> blocks;
    for (auto at = text.find(opening); at != std::string::npos; at = text.find(opening, at + 1)) {
        const auto begin = at + opening.size();
        blocks.push_back(text.substr(begin, text.find(closing, begin) - begin + 1));
    }
    return blocks;
}

TEST(Documents, EveryConfigurationThatIsShownIsGood) {
    for (const auto* file : {"README.md", "docs/configuration.md", "docs/load.md"}) {
        const auto blocks = yaml_blocks(file);
        EXPECT_FALSE(blocks.empty()) << file;
        for (const auto& block : blocks) {
            const auto parsed = parse(block);
            EXPECT_TRUE(parsed) << file << ": " << (parsed ? "" : parsed.error().front().message) << "\n" << block;
        }
    }
}

}  // namespace
}  // namespace benchgate::config
