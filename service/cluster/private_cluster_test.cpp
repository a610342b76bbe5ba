#include "service/cluster/private_cluster.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

namespace benchgate::cluster {
namespace {
namespace fs = std::filesystem;

class PrivateClusterTest : public ::testing::Test {
  protected:
    PrivateClusterTest() {
        std::string pattern = (fs::temp_directory_path() / "benchgate-cluster-XXXXXX").string();
        root = mkdtemp(pattern.data());
        fs::permissions(root, fs::perms(0711));
    }
    ~PrivateClusterTest() override { fs::remove_all(root); }

    ClusterOptions options() const {
        ClusterOptions options;
        options.directory = root / "pg";
        options.fsync = false;
        return options;
    }

    /// What psql prints for a statement; "error" if it fails.
    static std::string ask(const PrivateCluster& cluster, const std::string& sql) {
        const std::string command = (cluster.programs() / "psql").string() + " \"" + cluster.connection_string() +
                                    "\" -qAtc \"" + sql + "\" 2>/dev/null";
        FILE* out = popen(command.c_str(), "r");
        std::string text;
        char buffer[256];
        while (fgets(buffer, sizeof buffer, out)) text += buffer;
        if (pclose(out) != 0) return "error";
        return text.substr(0, text.find('\n'));
    }

    static bool wait_until_up_again(const PrivateCluster& cluster, pid_t before) {
        for (int i = 0; i < 3000; ++i) {
            if (cluster.pid() != before && ask(cluster, "select 1") == "1") return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    }

    fs::path root;
};

TEST_F(PrivateClusterTest, IsMadeOnceAndKeepsItsDataAcrossStops) {
    {
        PrivateCluster cluster(options());
        EXPECT_EQ(ask(cluster, "create table kept (n int); insert into kept values (7); select n from kept"), "7");
    }
    PrivateCluster again(options());
    EXPECT_EQ(ask(again, "select n from kept"), "7");
    EXPECT_EQ(ask(again, "show fsync"), "off");
    EXPECT_EQ(again.restarts(), 0);
}

TEST_F(PrivateClusterTest, ListensOnASocketOnlyAndIsDurableUnlessToldOtherwise) {
    ClusterOptions durable = options();
    durable.fsync = true;
    PrivateCluster cluster(durable);
    EXPECT_EQ(ask(cluster, "show listen_addresses"), "");
    EXPECT_EQ(ask(cluster, "show fsync"), "on");
    struct stat socket {};
    ASSERT_EQ(::stat((durable.directory / "run").c_str(), &socket), 0);
    EXPECT_EQ(socket.st_mode & 0777, 0700u);
    struct stat server {};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(cluster.pid())).c_str(), &server), 0);
    EXPECT_NE(server.st_uid, 0u) << "PostgreSQL must not run as root";
}

TEST_F(PrivateClusterTest, TheServerHasNoneOfOurSecrets) {
    ::setenv("BENCHGATE_WEBHOOK_SECRET", "a-secret-of-this-test", 1);
    const PrivateCluster cluster(options());
    ::unsetenv("BENCHGATE_WEBHOOK_SECRET");
    std::ifstream file("/proc/" + std::to_string(cluster.pid()) + "/environ");
    const std::string environment((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(environment.find("a-secret-of-this-test"), std::string::npos);
}

TEST_F(PrivateClusterTest, LinksThatTheServersUserPutThereAreNotFollowed) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root could be led astray";
    { const PrivateCluster cluster(options()); }
    const fs::path victim = root / "victim";
    const auto refuses = [&](const fs::path& place) {
        const fs::path aside = place.string() + ".aside";
        fs::rename(place, aside);
        fs::create_symlink(victim, place);
        EXPECT_THROW(PrivateCluster{options()}, ClusterError) << place;
        fs::remove(place);
        fs::rename(aside, place);
    };
    fs::create_directory(victim);
    refuses(options().directory / "run");
    struct stat status {};
    ASSERT_EQ(::stat(victim.c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 0u) << "a folder of root's was given away";
    fs::remove(victim);
    std::ofstream(victim) << "precious";
    refuses(options().directory / "data" / "pg_hba.conf");
    std::ifstream file(victim);
    EXPECT_EQ(std::string((std::istreambuf_iterator<char>(file)), {}), "precious");
    PrivateCluster cluster(options());
    EXPECT_EQ(ask(cluster, "select 1"), "1");
}

TEST_F(PrivateClusterTest, IsPutUpAgainAfterItWasKilledAndNothingCommittedIsLost) {
    ClusterOptions impatient = options();
    impatient.max_restarts = 1;
    impatient.rest = std::chrono::milliseconds(50);
    PrivateCluster cluster(impatient);
    ASSERT_EQ(ask(cluster, "create table kept (n int); insert into kept values (7); select 1"), "1");
    for (int round = 1; round <= 3; ++round) {
        const pid_t before = cluster.pid();
        ASSERT_EQ(::kill(before, SIGKILL), 0);
        ASSERT_TRUE(wait_until_up_again(cluster, before));
        EXPECT_EQ(ask(cluster, "select n from kept"), "7");
        EXPECT_GE(cluster.restarts(), round);
    }
}

TEST_F(PrivateClusterTest, EndsWithTheProcessThatMadeIt) {
    int channel[2];
    ASSERT_EQ(::pipe(channel), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const PrivateCluster cluster(options());
        const pid_t server = cluster.pid();
        [[maybe_unused]] const ssize_t written = ::write(channel[1], &server, sizeof server);
        ::pause();
    }
    pid_t server = 0;
    ASSERT_EQ(::read(channel[0], &server, sizeof server), static_cast<ssize_t>(sizeof server));
    // On a busy host the old server takes long to end; the next one has to wait for it.
    ::kill(server, SIGSTOP);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    std::jthread busy([&] {
        std::this_thread::sleep_for(std::chrono::seconds(5));
        ::kill(server, SIGCONT);
    });
    PrivateCluster next(options());
    EXPECT_EQ(ask(next, "select 1"), "1");
    EXPECT_NE(next.pid(), server);
    ::close(channel[0]);
    ::close(channel[1]);
}

TEST_F(PrivateClusterTest, RefusesDataOfAnotherVersion) {
    { const PrivateCluster cluster(options()); }
    std::ofstream(options().directory / "data" / "PG_VERSION") << "9\n";
    try {
        const PrivateCluster cluster(options());
        FAIL() << "started on the data of PostgreSQL 9";
    } catch (const ClusterError& error) {
        EXPECT_NE(std::string(error.what()).find("made by PostgreSQL 9,"), std::string::npos) << error.what();
    }
}

TEST_F(PrivateClusterTest, SaysWhyItDoesNotStart) {
    ClusterOptions wrong = options();
    wrong.settings = {{"shared_buffers", "much"}};
    try {
        const PrivateCluster cluster(wrong);
        FAIL() << "started with a senseless setting";
    } catch (const ClusterError& error) {
        EXPECT_NE(std::string(error.what()).find("shared_buffers"), std::string::npos) << error.what();
    }
}

TEST_F(PrivateClusterTest, StartsBelowAFolderThatIsTooDeepForASocket) {
    ClusterOptions deep = options();
    deep.directory = root / std::string(60, 'a') / std::string(60, 'b') / "pg";
    const fs::path socket = socket_folder(deep.directory);
    EXPECT_LE((socket / ".s.PGSQL.5432").string().size(), 107u);
    EXPECT_EQ(socket_folder(root / "pg"), root / "pg" / "run");
    {
        PrivateCluster cluster(deep);
        EXPECT_EQ(ask(cluster, "select 1"), "1");
    }
    fs::remove_all(socket);
}

TEST_F(PrivateClusterTest, NamesTheFolderThatItsUserMayNotEnter) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root starts the server as somebody else";
    fs::create_directories(root / "closed" / "below");
    fs::permissions(root / "closed", fs::perms::owner_all);
    ClusterOptions closed = options();
    closed.directory = root / "closed" / "below" / "pg";
    try {
        const PrivateCluster cluster(closed);
        FAIL() << "started in a folder that its user may not enter";
    } catch (const ClusterError& error) {
        EXPECT_NE(std::string(error.what()).find((root / "closed").string()), std::string::npos) << error.what();
    }
}

}
}
