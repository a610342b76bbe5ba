#include "service/store/searches.h"

#include <array>

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query insert{"searches_insert", R"(
    insert into searches (repository_id, search_id, number, suite, benchmark, good_sha, ref, commits, comment_id,
                          requested_by, request, config, metric, improvement, state, outcome, created_at)
    values ($1, $2::uuid, $3, $4, $5, $6, $7, $8::text[], $9, $10, $11, $12, $13, $14, $15, $16, $17)
    on conflict do nothing)"};

constexpr Query insert_step{"search_steps_insert", R"(
    insert into search_steps (repository_id, search_id, step, run_id, sha, verdict)
    values ($1, $2::uuid, $3, $4::uuid, $5, nullif($6, '')))"};

constexpr Query set_verdict{"search_steps_set_verdict", R"(
    update search_steps set verdict = $4 where repository_id = $1 and search_id = $2::uuid and step = $3)"};

constexpr Query close{"searches_close", R"(
    update searches set state = $3, outcome = $4, finished_at = $5
    where repository_id = $1 and search_id = $2::uuid and state = 'open')"};

constexpr Query find{"searches_find", "select * from searches where repository_id = $1 and search_id = $2::uuid"};

constexpr Query lock{"searches_lock", R"(
    select * from searches where repository_id = $1 and search_id = $2::uuid for update skip locked)"};

constexpr Query of_request{"searches_of_request", "select * from searches where repository_id = $1 and request = $2"};

constexpr Query open_of_pull{"searches_open_of_pull", R"(
    select * from searches where repository_id = $1 and number = $2 and state = 'open' order by created_at, search_id)"};

constexpr Query steps{"search_steps_of",
                      "select * from search_steps where repository_id = $1 and search_id = $2::uuid order by step"};

// A run that is not there any more will never be over: the search goes on without it.
constexpr Query due{"searches_due", R"(
    select repository_id, search_id from searches
        cross join lateral (select run_id from search_steps steps
            where steps.repository_id = searches.repository_id and steps.search_id = searches.search_id
            order by step desc limit 1) last
        left join runs using (repository_id, run_id)
    where searches.state = 'open' and (runs.state is null or runs.state not in ('queued', 'running'))
    order by searches.created_at, search_id limit $1)"};

constexpr std::array<std::pair<SearchState, std::string_view>, 3> states{
    {{SearchState::open, "open"}, {SearchState::done, "done"}, {SearchState::cancelled, "cancelled"}}};

std::optional<SearchState> state_from(std::string_view text) {
    for (const auto& [known, name] : states)
        if (name == text) return known;
    return std::nullopt;
}

SearchRow read(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .search_id = column<std::string>(row, "search_id"),
            .number = column<std::int64_t>(row, "number"),
            .suite = column<std::string>(row, "suite"),
            .benchmark = column<std::string>(row, "benchmark"),
            .good_sha = column<std::string>(row, "good_sha"),
            .ref = column<std::string>(row, "ref"),
            .commits = column<std::vector<std::string>>(row, "commits"),
            .comment_id = column<std::int64_t>(row, "comment_id"),
            .requested_by = column<std::string>(row, "requested_by"),
            .request = column<std::string>(row, "request"),
            .config = column<std::string>(row, "config"),
            .metric = column<std::string>(row, "metric"),
            .improvement = column<bool>(row, "improvement"),
            .state = word(row, "state", state_from),
            .outcome = column<std::string>(row, "outcome"),
            .created_at = column<Time>(row, "created_at"),
            .finished_at = maybe<Time>(row, "finished_at")};
}

SearchStepRow read_step(const pqxx::row& row) {
    return {.step = column<int>(row, "step"),
            .run_id = column<std::string>(row, "run_id"),
            .sha = column<std::string>(row, "sha"),
            .verdict = maybe<std::string>(row, "verdict").value_or("")};
}

DueSearch read_due(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .search_id = column<std::string>(row, "search_id")};
}

}  // namespace

std::string_view to_string(SearchState state) {
    for (const auto& [known, name] : states)
        if (known == state) return name;
    return "open";
}

bool insert_search(Tx& tx, const SearchRow& row) {
    return exec(tx, insert, row.repository_id, row.search_id, row.number, row.suite, row.benchmark, row.good_sha,
                row.ref, text_array(row.commits), row.comment_id, row.requested_by, row.request, row.config, row.metric,
                row.improvement, to_string(row.state), row.outcome, row.created_at)
               .affected_rows() > 0;
}

void insert_search_step(Tx& tx, const SearchRow& search, const SearchStepRow& step) {
    exec(tx, insert_step, search.repository_id, search.search_id, step.step, step.run_id, step.sha, step.verdict);
}

void set_step_verdict(Tx& tx, const SearchRow& search, int step, const std::string& verdict) {
    exec(tx, set_verdict, search.repository_id, search.search_id, step, verdict);
}

bool close_search(Tx& tx, std::int64_t repository_id, const std::string& search_id, SearchState state,
                  const std::string& outcome, Time now) {
    if (!is_uuid(search_id)) return false;
    return exec(tx, close, repository_id, search_id, to_string(state), outcome, now).affected_rows() > 0;
}

std::optional<SearchRow> find_search(Tx& tx, std::int64_t repository_id, const std::string& search_id) {
    if (!is_uuid(search_id)) return std::nullopt;
    return first(exec(tx, find, repository_id, search_id), read);
}

std::optional<SearchRow> lock_search(Tx& tx, std::int64_t repository_id, const std::string& search_id) {
    if (!is_uuid(search_id)) return std::nullopt;
    return first(exec(tx, lock, repository_id, search_id), read);
}

std::optional<SearchRow> find_search_of_request(Tx& tx, std::int64_t repository_id, const std::string& request) {
    return first(exec(tx, of_request, repository_id, request), read);
}

std::vector<SearchRow> open_searches(Tx& tx, std::int64_t repository_id, std::int64_t number) {
    return all(exec(tx, open_of_pull, repository_id, number), read);
}

std::vector<SearchStepRow> steps_of_search(Tx& tx, const SearchRow& search) {
    return all(exec(tx, steps, search.repository_id, search.search_id), read_step);
}

std::vector<DueSearch> due_searches(Tx& tx, int limit) {
    return all(exec(tx, due, limit), read_due);
}

}  // namespace benchgate::store
