#include "service/store/migrate.h"

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <thread>

#include "service/store/settings.h"
#include "service/store/test_database.h"

namespace benchgate::store {
namespace {

/// What a program prints; fails the test if it does not succeed.
std::string output_of(const std::string& command) {
    FILE* out = popen(command.c_str(), "r");
    std::string text;
    char buffer[4096];
    while (fgets(buffer, sizeof buffer, out)) text += buffer;
    EXPECT_EQ(pclose(out), 0) << command << "\n" << text;
    return text;
}

std::string empty_database(const std::string& name) {
    cluster::PrivateCluster& server = TestCluster::instance().server();
    server.create_database(name);
    return server.connection_string(name);
}

void apply_file(const std::string& url, const std::string& file) {
    const auto psql = TestCluster::instance().server().programs() / "psql";
    output_of(psql.string() + " \"" + url + "\" -qv ON_ERROR_STOP=1 -f " + file + " 2>&1");
}

/// pg_dump without what differs from version to version: comments, settings, blank lines, its \restrict marks.
std::string schema_of(const std::string& url) {
    const auto dump = TestCluster::instance().server().programs() / "pg_dump";
    std::istringstream lines(output_of(dump.string() + " \"" + url + "\" --schema-only --no-owner --no-privileges"));
    const std::regex noise("^(--.*|SET .*|SELECT pg_catalog\\.set_config.*|\\\\.*|)$");
    std::string schema, line;
    while (std::getline(lines, line))
        if (!std::regex_match(line, noise)) schema += line + "\n";
    return schema;
}

/// After a new migration: BENCHGATE_WRITE_SCHEMA=1 makes this test write schema.sql anew, from the project's root.
TEST(MigrationsTest, AddUpToSchemaSql) {
    const std::string migrated = empty_database("sum_of_migrations");
    for (const Migration& migration : embedded_migrations())
        apply_file(migrated, "migrations/" + std::string(migration.name));
    if (std::getenv("BENCHGATE_WRITE_SCHEMA"))
        std::ofstream("migrations/schema.sql")
            << "-- What all migrations add up to: their dump (pg_dump --schema-only), "
               "checked by a test. Written by no hand.\n"
            << schema_of(migrated);
    const std::string written = empty_database("schema_as_written");
    apply_file(written, "migrations/schema.sql");
    const std::string schema = schema_of(migrated);
    EXPECT_NE(schema.find("CREATE TABLE public.inbox"), std::string::npos);
    EXPECT_EQ(schema_of(written), schema);

    std::ifstream file("migrations/schema.sql");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(text.substr(text.find("CREATE")), schema) << "schema.sql is the dump itself, below its first comment";
}

TEST(MigrationsTest, AreAppliedOnceByHoweverManyProcesses) {
    const std::string url = empty_database("many_migrators");
    const Time now = std::chrono::system_clock::now();
    std::vector<std::jthread> processes;
    std::atomic<int> from_nothing{0};
    const int newest = embedded_migrations().back().version;
    for (int i = 0; i < 4; ++i)
        processes.emplace_back([&] {
            Pool pool({.url = url, .connections = 1});
            const MigrationReport report = migrate(pool, now);
            EXPECT_EQ(report.to, newest);
            if (report.from == 0) ++from_nothing;
        });
    processes.clear();
    EXPECT_EQ(from_nothing, 1);
    Pool pool({.url = url});
    EXPECT_EQ(schema_version(pool), newest);
}

TEST(MigrationsTest, StopAtWhatTheyDoNotUnderstand) {
    const std::string url = empty_database("strange_histories");
    Pool pool({.url = url});
    EXPECT_EQ(schema_version(pool), 0);
    const Time now = std::chrono::system_clock::now();
    const std::vector<Migration> two{{1, "0001_a.sql", "create table a (n int)"},
                                     {2, "0002_b.sql", "create table b (n int)"}};
    const MigrationReport report = migrate(pool, two, now);
    EXPECT_EQ(report.from, 0);
    EXPECT_EQ(report.to, 2);

    const auto message = [&](const std::vector<Migration>& migrations) -> std::string {
        try {
            migrate(pool, migrations, now);
            return "no error";
        } catch (const StoreError& error) {
            return error.what();
        }
    };
    EXPECT_NE(message({two[0]}).find("run the newer program"), std::string::npos);
    EXPECT_NE(message({two[0], {2, "0002_b.sql", "create table c (n int)"}}).find("0002_b.sql was changed"),
              std::string::npos);
    // One that fails leaves nothing behind.
    const Migration bad{3, "0003_bad.sql", "create table d (n int); select no_such_function()"};
    EXPECT_NE(message({two[0], two[1], bad}).find("no_such_function"), std::string::npos);
    EXPECT_EQ(schema_version(pool), 2);
    EXPECT_EQ(message({two[0], two[1], {3, "0003_good.sql", "create table d (n int)"}}), "no error");
}

class SettingsTest : public TestDatabase {};

TEST_F(SettingsTest, KeepTheFirstSecretThatWasMade) {
    pool.transaction([&](Tx& tx) {
        EXPECT_EQ(find_setting(tx, "admin"), std::nullopt);
        EXPECT_EQ(put_setting_once(tx, "admin", "one", start()), "one");
        EXPECT_EQ(put_setting_once(tx, "admin", "two", start()), "one");
        put_setting(tx, "admin", "three", start());
        EXPECT_EQ(find_setting(tx, "admin"), "three");
    });
}

TEST_F(SettingsTest, OneProcessLeadsUntilItsTermPasses) {
    using namespace std::chrono_literals;
    pool.transaction([&](Tx& tx) {
        EXPECT_TRUE(try_lead(tx, "cron", "a", start(), 30s));
        EXPECT_FALSE(try_lead(tx, "cron", "b", start() + 29s, 30s));
        EXPECT_TRUE(try_lead(tx, "cron", "a", start() + 29s, 30s));
        EXPECT_FALSE(try_lead(tx, "cron", "b", start() + 31s, 30s));
        EXPECT_TRUE(try_lead(tx, "reaper", "b", start(), 30s));
        EXPECT_TRUE(try_lead(tx, "cron", "b", start() + 59s, 30s));
        stop_leading(tx, "cron", "a");
        EXPECT_FALSE(try_lead(tx, "cron", "a", start() + 60s, 30s));
        stop_leading(tx, "cron", "b");
        EXPECT_TRUE(try_lead(tx, "cron", "a", start() + 60s, 30s));
    });
}

}
}
