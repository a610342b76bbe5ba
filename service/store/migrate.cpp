#include "service/store/migrate.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "migrations_embedded.h"
#include "platform/crypto.h"
#include "service/store/sql.h"
#include "service/store/trials.h"

namespace benchgate::store {
namespace {

constexpr const char* make_table =
    "create table if not exists schema_migrations ("
    " version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null)";

constexpr Query lock_schema{"lock_schema", "select pg_advisory_xact_lock(7266381420)"};
constexpr Query table_exists{"migrations_table_exists", "select to_regclass('schema_migrations') is not null as there"};
constexpr Query applied{"applied_migrations", "select version, checksum from schema_migrations order by version"};
constexpr Query record{"record_migration",
                       "insert into schema_migrations (version, name, checksum, applied_at) values ($1, $2, $3, $4)"};

/// What is applied agrees with the program's files; returns its newest version.
int check_applied(Tx& tx, const std::vector<Migration>& migrations) {
    int version = 0;
    for (const pqxx::row& row : exec(tx, applied)) {
        version = column<int>(row, "version");
        if (version > static_cast<int>(migrations.size()))
            throw StoreError("the database has schema " + std::to_string(version) + ", this program knows up to " +
                             std::to_string(migrations.size()) + ": run the newer program");
        const Migration& file = migrations[static_cast<std::size_t>(version - 1)];
        if (column<std::string>(row, "checksum") != platform::sha256_hex(file.sql))
            throw StoreError("migration " + std::string(file.name) + " was changed after it was applied");
    }
    return version;
}

/// Applies the next missing migration, if there is one. Returns the version before and after.
MigrationReport apply_next(Tx& tx, const std::vector<Migration>& migrations, Time now) {
    exec(tx, lock_schema);
    tx.session().work->exec(make_table);
    const int version = check_applied(tx, migrations);
    if (version == static_cast<int>(migrations.size())) return {version, version};
    const Migration& next = migrations[static_cast<std::size_t>(version)];
    tx.session().work->exec("set local statement_timeout = 0");
    tx.session().work->exec(std::string(next.sql));
    exec(tx, record, next.version, next.name, platform::sha256_hex(next.sql), now);
    return {version, next.version};
}

}

std::vector<Migration> embedded_migrations() {
    std::vector<Migration> list;
    for (const std::string_view name : migrations::embedded_names()) {
        int version = 0;
        if (std::from_chars(name.data(), name.data() + std::min<std::size_t>(4, name.size()), version).ec !=
            std::errc{})
            continue;  // schema.sql
        list.push_back({version, name, migrations::embedded(name)});
    }
    std::ranges::sort(list, {}, &Migration::version);
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i].version != static_cast<int>(i) + 1)
            throw StoreError("the numbers of the migrations have a gap before " + std::string(list[i].name));
    return list;
}

MigrationReport migrate(Pool& pool, Time now) {
    const MigrationReport report = migrate(pool, embedded_migrations(), now);
    pool.transaction([&](Tx& tx) {
        exec(tx, lock_schema);
        ensure_sample_partitions(tx, now);
    });
    return report;
}

MigrationReport migrate(Pool& pool, const std::vector<Migration>& migrations, Time now) {
    MigrationReport total{-1, 0};
    while (true) {
        const MigrationReport step = pool.transaction([&](Tx& tx) { return apply_next(tx, migrations, now); });
        if (total.from < 0) total.from = step.from;
        total.to = step.to;
        if (step.from == step.to) return total;
    }
}

int schema_version(Pool& pool) {
    return pool.transaction([](Tx& tx) {
        if (!column<bool>(exec(tx, table_exists).front(), "there")) return 0;
        const pqxx::result rows = exec(tx, applied);
        return rows.empty() ? 0 : column<int>(rows.back(), "version");
    });
}

}
