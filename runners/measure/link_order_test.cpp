// With the compiler and the sandbox of this machine: what is linked runs, and lies in another order.

#include "runners/measure/link_order.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "platform/crypto.h"
#include "platform/files.h"
#include "runners/measure/build.h"

namespace benchgate::measure {
namespace {

namespace fs = std::filesystem;

class Linking : public testing::Test {
  protected:
    Linking() {
        fs::permissions(parent.path(), fs::perms(0711));  // as the folder of a job is
        fs::create_directories(work.path() / "a b");
        std::string objects;
        for (int i = 0; i < 6; ++i) {
            std::ofstream(work.path() / "a b" / fmt::format("f{}.c", i))
                << fmt::format("int f{0}(void) {{ return {0}; }}\n", i);
            objects += fmt::format(" 'a b/f{}.o'", i);
        }
        std::ofstream(work.path() / "main.c")
            << "int f0(void); int f5(void);\nint main(void) { return f0() + f5() - 5; }\n";
        suite.build = {"for i in 0 1 2 3 4 5; do cc -c \"a b/f$i.c\" -o \"a b/f$i.o\" || exit 1; done",
                       "cc main.c" + objects + " -o program", "./program"};
    }
    /// The program's bytes; empty: the build failed.
    std::string built(const LinkOrder* order, std::uint64_t seed) {
        BuildRequest request{model::Side::base, work.path(), &suite, {}};
        request.link_order = order;
        request.link_seed = seed;
        EXPECT_TRUE(sandbox->prepare(work.path()));
        if (order) {
            EXPECT_TRUE(sandbox->prepare(order->directory()));
        }
        std::string log;
        const auto made = build(*sandbox, request, [&](std::string_view bytes) { log += bytes; }, {});
        EXPECT_TRUE(made) << log;
        return made ? platform::sha256_hex(platform::read_file(work.path() / "program", 1 << 24).value()) : "";
    }
    platform::TempDir work{"benchgate-links"};
    platform::TempDir parent{"benchgate-linkers"};
    std::unique_ptr<sandbox::Sandbox> sandbox =
        sandbox::choose({.allow_unsandboxed = true}).value();  // bubblewrap where there is one
    model::Suite suite;
};

TEST_F(Linking, EverySeedHasItsOrderAndTheProgramRuns) {
    const auto order = LinkOrder::create(parent.path() / "linkers").value();
    const auto plain = built(nullptr, 1);
    EXPECT_EQ(LinkOrder::take_count(work.path()), 0);
    std::set<std::string> seen{plain};
    for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
        seen.insert(built(&order, seed));
        EXPECT_EQ(LinkOrder::take_count(work.path()), 1);
        EXPECT_EQ(LinkOrder::take_count(work.path()), 0) << "the file does not stay";
    }
    EXPECT_GE(seen.size(), 4u) << "two of five orders may be the same, hardly more";
    EXPECT_EQ(built(&order, 2), built(&order, 2)) << "a seed is an order";
    EXPECT_EQ(built(nullptr, 1), plain);
}

TEST_F(Linking, ALinkerThatIsMissingSaysSo) {
    const auto order = LinkOrder::create(parent.path() / "linkers").value();
    suite.build = {"\"$COMPILER_PATH/ld.mold\" --version >/dev/null 2>words || cp words program"};
    if (fs::exists("/usr/bin/ld.mold")) GTEST_SKIP() << "there is one here";
    built(&order, 1);
    EXPECT_EQ(platform::read_file(work.path() / "program", 1000).value(), "ld.mold: no such linker on this host\n");
}

TEST_F(Linking, ASuiteThatNamesItsOwnLinkersKeepsThem) {
    const auto order = LinkOrder::create(parent.path() / "linkers").value();
    suite.environment = {{"COMPILER_PATH", "/usr/bin"}};
    EXPECT_EQ(built(&order, 1), built(nullptr, 1));
    EXPECT_EQ(LinkOrder::take_count(work.path()), 0);
}

}  // namespace
}  // namespace benchgate::measure
