#pragma once
// Brings a database to the schema of this program: applies the embedded migrations/NNNN_name.sql in order, each in a
// transaction, one process at a time, and records version and checksum. Never goes back.

#include <string>
#include <string_view>
#include <vector>

#include "service/store/pool.h"

namespace benchgate::store {

struct Migration {
    int version = 0;        ///< NNNN
    std::string_view name;  ///< file name
    std::string_view sql;
};

/// The migrations in this program, in order. Throws StoreError if their numbers are not 1, 2, 3, ...
std::vector<Migration> embedded_migrations();

struct MigrationReport {
    int from = 0;  ///< 0: an empty database
    int to = 0;
};

/// Applies what is missing and makes the partitions of this month and the next. Safe to call from several processes at
/// once. Throws StoreError when the database is newer than the program or an applied migration differs from its file.
MigrationReport migrate(Pool& pool, Time now);
MigrationReport migrate(Pool& pool, const std::vector<Migration>& migrations, Time now);

/// The version the database is at; 0: none.
int schema_version(Pool& pool);

}
