// With the compiler and the sandbox of this machine: what is linked runs, and lies in another order.

#include "runners/measure/link_order.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

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

TEST_F(Linking, AFullDiskMakesNoEmptyLinkers) {
    const auto place = parent.path() / "small";
    fs::create_directory(place);
    if (::mount("benchgate-test", place.c_str(), "tmpfs", 0, "size=4k") != 0)
        GTEST_SKIP() << "no file system can be mounted here";
    std::ofstream(place / "rest") << std::string(8192, 'x');
    EXPECT_FALSE(LinkOrder::create(place / "linkers"));
    ::umount(place.c_str());
}

TEST_F(Linking, TheRealLinkerIsTheOneThatTheCompilerWouldHaveFound) {
    const auto order = LinkOrder::create(parent.path() / "linkers").value();
    const auto made_with = [&](const std::string& line) {
        suite.build = {
            "mkdir -p own path",
            "printf '#!/bin/sh\\n[ \"$1\" = -V ] && echo \"   aarch64linux\" || echo own\\n' >own/ld",
            "printf '#!/bin/sh\\n[ \"$1\" = -V ] && echo \"   armelf\" || echo arm\\n' >path/arm-linux-gnueabi-ld",
            "printf '#!/bin/sh\\necho mold\\n' >path/ld.mold",
            "chmod +x own/ld path/*",
            line + " >program"};
        built(&order, 1);
        return platform::read_file(work.path() / "program", 1000).value();
    };
    // gcc for another machine names its folders so and asks for "ld".
    EXPECT_EQ(made_with("COMPILER_PATH=$COMPILER_PATH/:$PWD/own/ \"$COMPILER_PATH/ld\" -maarch64linux a.o b.o"),
              "own\n");
    EXPECT_EQ(made_with("PATH=$PWD/path:$PATH \"$COMPILER_PATH/ld\" -m armelf a.o b.o"), "arm\n");
    EXPECT_EQ(made_with("PATH=$PWD/path:$PATH \"$COMPILER_PATH/ld.mold\" -m armelf a.o b.o"), "mold\n");
    EXPECT_EQ(made_with("PATH=$PWD/path:$PATH \"$COMPILER_PATH/ld\" -m elf_x86_64 -v | cut -d ' ' -f 1"), "GNU\n");
}

TEST_F(Linking, WhatIsTakenOnlyIfNeededAndWhatAnOptionNamesStaysInPlace) {
    const auto order = LinkOrder::create(parent.path() / "linkers").value();
    suite.build = {"mkdir -p path", "printf '#!/bin/sh\\necho \"$@\"\\n' >path/ld.gold", "chmod +x path/ld.gold",
                   "COMPILER_PATH=$COMPILER_PATH:$PWD/path \"$COMPILER_PATH/ld.gold\" -o x.o 1.o 2.o 3.o 4.o 5.o "
                   "--start-lib 6.o 7.o "
                   "--end-lib --just-symbols 8.o 9.o >program"};
    std::set<std::string> seen;
    for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
        built(&order, seed);
        const auto words = platform::read_file(work.path() / "program", 1000).value();
        EXPECT_TRUE(words.starts_with("-o x.o ")) << words;
        EXPECT_NE(words.find(" --start-lib 6.o 7.o --end-lib --just-symbols 8.o "), std::string::npos) << words;
        seen.insert(words);
    }
    EXPECT_GE(seen.size(), 3u);
}

TEST_F(Linking, ASuiteThatNamesItsOwnLinkersKeepsThem) {
    const auto order = LinkOrder::create(parent.path() / "linkers").value();
    suite.environment = {{"COMPILER_PATH", "/usr/bin"}};
    EXPECT_EQ(built(&order, 1), built(nullptr, 1));
    EXPECT_EQ(LinkOrder::take_count(work.path()), 0);
}

}  // namespace
}  // namespace benchgate::measure
