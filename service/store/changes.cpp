#include "service/store/changes.h"

#include <algorithm>

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query insert{"changes_insert", R"(
    insert into changes (repository_id, change_id, series_id, found_at, state, worse, sha, from_sha, to_sha, commits,
                         unit, before, after, change, low, high, later, reason, attempts, search_id, measured_run,
                         measured_ratio, measured_low, measured_high, first_bad, subject, handling, handled_by,
                         handled_at, note, updated_at)
    values ($1, $2::uuid, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20::uuid,
            $21::uuid, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31))"};

constexpr Query update{"changes_update", R"(
    update changes set state = $3, worse = $4, sha = $5, from_sha = $6, to_sha = $7, commits = $8, unit = $9,
        before = $10, after = $11, change = $12, low = $13, high = $14, later = $15, reason = $16, attempts = $17,
        search_id = $18::uuid, measured_run = $19::uuid, measured_ratio = $20, measured_low = $21, measured_high = $22,
        first_bad = $23, subject = $24, handling = $25, handled_by = $26, handled_at = $27, note = $28,
        updated_at = $29
    where repository_id = $1 and change_id = $2::uuid)"};

constexpr Query lock{"changes_lock",
                     "select * from changes where repository_id = $1 and change_id = $2::uuid for update"};

constexpr Query of_series{"changes_of_series", R"(
    select * from changes where repository_id = $1 and series_id = $2 order by found_at desc, change_id limit $3)"};

constexpr Query of_repository{"changes_of_repository", R"(
    select * from changes where repository_id = $1 order by found_at desc, change_id limit $2)"};

constexpr Query add_event{"change_events_add", R"(
    insert into change_events (repository_id, change_id, at, who, what, note) values ($1, $2::uuid, $3, $4, $5, $6))"};

constexpr Query events{"change_events_list", R"(
    select * from change_events where repository_id = $1 and change_id = $2::uuid order by seq)"};

constexpr Query claim{"changes_claim", R"(
    select * from changes
    where state = 'found' and not exists (
        select from searches where searches.repository_id = changes.repository_id and number = 0
            and searches.state = 'open')
    order by attempts, found_at limit 1 for update skip locked)"};

constexpr Query measured{"changes_measured", R"(
    select changes.repository_id, change_id from changes join searches using (repository_id, search_id)
    where changes.state = 'measuring' and searches.state <> 'open' order by finished_at limit 1)"};

ChangeRow read(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .change_id = column<std::string>(row, "change_id"),
            .series_id = column<std::string>(row, "series_id"),
            .state = word(row, "state", history::change_state_from),
            .worse = column<bool>(row, "worse"),
            .sha = column<std::string>(row, "sha"),
            .from_sha = column<std::string>(row, "from_sha"),
            .to_sha = column<std::string>(row, "to_sha"),
            .commits = column<int>(row, "commits"),
            .unit = column<std::string>(row, "unit"),
            .before = column<double>(row, "before"),
            .after = column<double>(row, "after"),
            .change = maybe<double>(row, "change"),
            .low = maybe<double>(row, "low"),
            .high = maybe<double>(row, "high"),
            .later = column<int>(row, "later"),
            .reason = column<std::string>(row, "reason"),
            .attempts = column<int>(row, "attempts"),
            .search_id = maybe<std::string>(row, "search_id"),
            .measured_run = maybe<std::string>(row, "measured_run"),
            .measured_ratio = maybe<double>(row, "measured_ratio"),
            .measured_low = maybe<double>(row, "measured_low"),
            .measured_high = maybe<double>(row, "measured_high"),
            .first_bad = column<std::string>(row, "first_bad"),
            .subject = column<std::string>(row, "subject"),
            .handling = word(row, "handling", history::handling_from),
            .handled_by = column<std::string>(row, "handled_by"),
            .handled_at = maybe<Time>(row, "handled_at"),
            .note = column<std::string>(row, "note"),
            .found_at = column<Time>(row, "found_at"),
            .updated_at = column<Time>(row, "updated_at")};
}

ChangeEvent read_event(const pqxx::row& row) {
    return {.at = column<Time>(row, "at"),
            .who = column<std::string>(row, "who"),
            .what = column<std::string>(row, "what"),
            .note = column<std::string>(row, "note")};
}

ChangeRef read_ref(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .change_id = column<std::string>(row, "change_id")};
}

}  // namespace

void insert_change(Tx& tx, const ChangeRow& row) {
    exec(tx, insert, row.repository_id, row.change_id, row.series_id, row.found_at, history::to_string(row.state),
         row.worse, row.sha, row.from_sha, row.to_sha, row.commits, row.unit, row.before, row.after, row.change,
         row.low, row.high, row.later, row.reason, row.attempts, row.search_id, row.measured_run, row.measured_ratio,
         row.measured_low, row.measured_high, row.first_bad, row.subject, history::to_string(row.handling),
         row.handled_by, row.handled_at, row.note, row.updated_at);
}

void update_change(Tx& tx, const ChangeRow& row) {
    exec(tx, update, row.repository_id, row.change_id, history::to_string(row.state), row.worse, row.sha, row.from_sha,
         row.to_sha, row.commits, row.unit, row.before, row.after, row.change, row.low, row.high, row.later, row.reason,
         row.attempts, row.search_id, row.measured_run, row.measured_ratio, row.measured_low, row.measured_high,
         row.first_bad, row.subject, history::to_string(row.handling), row.handled_by, row.handled_at, row.note,
         row.updated_at);
}

std::optional<ChangeRow> lock_change(Tx& tx, std::int64_t repository_id, const std::string& change_id) {
    if (!is_uuid(change_id)) return std::nullopt;
    return first(exec(tx, lock, repository_id, change_id), read);
}

std::vector<ChangeRow> changes_of_series(Tx& tx, std::int64_t repository_id, const std::string& series_id, int limit) {
    auto found = all(exec(tx, of_series, repository_id, series_id, limit), read);
    std::ranges::reverse(found);
    return found;
}

std::vector<ChangeRow> changes_of_repository(Tx& tx, std::int64_t repository_id, int limit) {
    return all(exec(tx, of_repository, repository_id, limit), read);
}

void add_change_event(Tx& tx, const ChangeRow& change, const ChangeEvent& event) {
    exec(tx, add_event, change.repository_id, change.change_id, event.at, event.who, event.what, event.note);
}

std::vector<ChangeEvent> events_of_change(Tx& tx, std::int64_t repository_id, const std::string& change_id) {
    if (!is_uuid(change_id)) return {};
    return all(exec(tx, events, repository_id, change_id), read_event);
}

std::optional<ChangeRow> claim_change_to_measure(Tx& tx) {
    return first(exec(tx, claim), read);
}

std::optional<ChangeRef> change_that_was_measured(Tx& tx) {
    return first(exec(tx, measured), read_ref);
}

}  // namespace benchgate::store
