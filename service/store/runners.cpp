#include "service/store/runners.h"

#include <algorithm>

#include "core/model/utf8.h"
#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr std::size_t boots_remembered = 16;

constexpr Query create_token{"join_tokens_create", R"(
    insert into join_tokens (hash, name, expires_at) values ($1, $2, $3)
    on conflict (hash) do update set name = excluded.name, expires_at = excluded.expires_at
    where join_tokens.used_at is null)"};

constexpr Query lock_token{"join_tokens_lock", "select * from join_tokens where hash = $1 for update"};
constexpr Query use_token{"join_tokens_use", "update join_tokens set used_at = $2 where hash = $1"};

constexpr Query enroll{"runners_enroll", R"(
    insert into runners (runner_id, name, token_hash, public_key, labels, version, protocol, registered_at,
                         last_seen_at)
    values ($1, $2, $3, $4, $5::text[], $6, $7, $8, $8)
    on conflict (name) do update set token_hash = excluded.token_hash, public_key = excluded.public_key,
        labels = excluded.labels, version = excluded.version, protocol = excluded.protocol,
        registered_at = excluded.registered_at, last_seen_at = excluded.last_seen_at,
        boot_id = '', old_boot_ids = '{}', failures = 0, state = 'ready', reason = ''
    returning *)"};

constexpr Query by_token{"runners_by_token", "select * from runners where token_hash = $1"};
constexpr Query find{"runners_find", "select * from runners where runner_id = $1::uuid"};
constexpr Query lock{"runners_lock", "select * from runners where runner_id = $1::uuid for update"};
constexpr Query list{"runners_list", "select * from runners order by name"};
constexpr Query list_briefly{"runners_list_briefly", R"(
    select runner_id, name, token_hash, public_key, labels, boot_id, state, failures, '[]' as facts, version, protocol,
           registered_at, last_seen_at, reason, drained_at, drain_reason
    from runners order by name)"};
constexpr Query busy{"runners_busy", R"(
    select distinct runner_id from jobs where state in ('leased', 'running') and runner_id is not null)"};
constexpr Query remove{"runners_delete", "delete from runners where runner_id = $1::uuid"};

constexpr Query see{"runners_seen", R"(
    update runners set boot_id = $2, old_boot_ids = $3::text[], failures = $4, state = $5, labels = $6::text[],
        facts = $7::jsonb, last_seen_at = $8, protocol = case when $9::int > 0 then $9::int else protocol end,
        reason = case when $5 = 'ready' then '' when $10 <> '' then $10 else reason end
    where runner_id = $1::uuid)"};

constexpr Query drain{"runners_drain", R"(
    update runners set drained_at = coalesce(drained_at, $2::timestamptz), drain_reason = $3 where name = $1)"};

constexpr Query resume{"runners_resume", R"(
    update runners set drained_at = null, drain_reason = '', failures = 0,
        state = case when failures >= $2 then 'ready' else state end,
        reason = case when failures >= $2 then '' else reason end
    where name = $1)"};

constexpr Query by_name{"runners_by_name", "select * from runners where name = $1"};

// Whatever keeps it from work beyond this job is the graver word.
constexpr Query touch{"runners_touch", R"(
    update runners set last_seen_at = $2,
        state = case when $3 and state = 'ready' then 'draining' else state end,
        reason = case when $3 and state = 'ready' then 'its process was told to end' else reason end
    where runner_id = $1::uuid)"};

constexpr Query find_kept{"request_log_find", R"(
    select answer from request_log where runner_id = $1::uuid and request_id = $2 and expires_at > $3)"};

constexpr Query keep{"request_log_keep", R"(
    insert into request_log (runner_id, request_id, answer, expires_at) values ($1, $2, $3::jsonb, $4)
    on conflict (runner_id, request_id) do update set answer = excluded.answer, expires_at = excluded.expires_at)"};

constexpr Query prune{"request_log_prune", "delete from request_log where expires_at <= $1"};

RunnerRow read(const pqxx::row& row) {
    return {.runner_id = column<std::string>(row, "runner_id"),
            .name = column<std::string>(row, "name"),
            .token_hash = column<std::string>(row, "token_hash"),
            .public_key = column<std::string>(row, "public_key"),
            .labels = column<std::vector<std::string>>(row, "labels"),
            .boot_id = column<std::string>(row, "boot_id"),
            .state = column<std::string>(row, "state"),
            .failures = column<int>(row, "failures"),
            .facts_json = column<std::string>(row, "facts"),
            .version = column<std::string>(row, "version"),
            .protocol = column<int>(row, "protocol"),
            .registered_at = column<Time>(row, "registered_at"),
            .last_seen_at = column<Time>(row, "last_seen_at"),
            .reason = column<std::string>(row, "reason"),
            .drained_at = maybe<Time>(row, "drained_at"),
            .drain_reason = column<std::string>(row, "drain_reason")};
}

}

std::string legible_reason(std::string_view text) {
    constexpr std::size_t most_bytes = 500;
    std::string legible;
    while (!text.empty()) {
        const std::size_t length = model::character_length(text);
        const std::string_view piece = length == 0 ? std::string_view("\uFFFD") : text.substr(0, length);
        if (legible.size() + piece.size() > most_bytes) break;
        legible += piece;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return legible;
}

bool is_runner_name(std::string_view text) {
    const auto fits = [](char c) { return c > 0x20 && c < 0x7f && c != '/'; };
    return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), fits);
}

void create_join_token(Tx& tx, const std::string& hash, const std::string& name, Time expires_at) {
    exec(tx, create_token, hash, name, expires_at);
}

std::string_view to_string(RedeemError error) {
    switch (error) {
        case RedeemError::unknown:
            return "this join token is not known";
        case RedeemError::expired:
            return "this join token has expired";
        case RedeemError::used:
            return "this join token was used already";
        case RedeemError::wrong_name:
            return "this join token is for a runner of another name";
    }
    return "";
}

tl::expected<RunnerRow, RedeemError> redeem_join_token(Tx& tx, const std::string& join_hash, const RunnerRow& runner,
                                                       Time now) {
    const pqxx::result rows = exec(tx, lock_token, join_hash);
    if (rows.empty()) return tl::unexpected(RedeemError::unknown);
    const pqxx::row token = rows.front();
    if (!token["used_at"].is_null()) return tl::unexpected(RedeemError::used);
    if (column<Time>(token, "expires_at") <= now) return tl::unexpected(RedeemError::expired);
    const auto name = column<std::string>(token, "name");
    if (!runner.name.empty() && runner.name != name) return tl::unexpected(RedeemError::wrong_name);
    exec(tx, use_token, join_hash, now);
    return read(exec(tx, enroll, runner.runner_id, name, runner.token_hash, runner.public_key,
                     text_array(runner.labels), runner.version, runner.protocol, now)
                    .front());
}

std::optional<RunnerRow> runner_by_token_hash(Tx& tx, const std::string& token_hash) {
    return first(exec(tx, by_token, token_hash), read);
}

std::optional<RunnerRow> find_runner(Tx& tx, const std::string& runner_id) {
    if (!is_uuid(runner_id)) return std::nullopt;
    return first(exec(tx, find, runner_id), read);
}

std::vector<RunnerRow> list_runners_briefly(Tx& tx) {
    return all(exec(tx, list_briefly), read);
}

std::vector<std::string> busy_runners(Tx& tx) {
    std::vector<std::string> ids;
    for (const pqxx::row& row : exec(tx, busy)) ids.push_back(column<std::string>(row, "runner_id"));
    return ids;
}

std::vector<RunnerRow> list_runners(Tx& tx) {
    return all(exec(tx, list), read);
}

bool delete_runner(Tx& tx, const std::string& runner_id) {
    return is_uuid(runner_id) && exec(tx, remove, runner_id).affected_rows() > 0;
}

SeenAnswer runner_seen(Tx& tx, const std::string& runner_id, const Seen& seen) {
    if (!is_uuid(runner_id)) return SeenAnswer::unknown;
    const pqxx::result rows = exec(tx, lock, runner_id);
    if (rows.empty()) return SeenAnswer::unknown;
    const RunnerRow runner = read(rows.front());
    std::vector<std::string> old_boots = column<std::vector<std::string>>(rows.front(), "old_boot_ids");
    int failures = runner.failures;
    if (seen.boot_id != runner.boot_id) {
        if (std::ranges::find(old_boots, seen.boot_id) != old_boots.end()) return SeenAnswer::newer_boot;
        if (!runner.boot_id.empty()) old_boots.push_back(runner.boot_id);
        if (old_boots.size() > boots_remembered) old_boots.erase(old_boots.begin());
        failures = 0;
    }
    const std::string state = failures >= max_failures ? "quarantined" : seen.state;
    exec(tx, see, runner_id, seen.boot_id, text_array(old_boots), failures, state, text_array(seen.labels),
         jsonb(seen.facts_json), seen.now, seen.protocol, legible_reason(seen.reason));
    return SeenAnswer::current;
}

Standing lock_standing(Tx& tx, const std::string& runner_id, const std::string& boot_id) {
    const std::optional<RunnerRow> runner = first(exec(tx, lock, runner_id), read);
    if (!runner) return Standing::unknown;
    if (runner->boot_id != boot_id) return Standing::newer_boot;
    if (runner->failures >= max_failures) return Standing::quarantined;
    return runner->drained_at ? Standing::drained : Standing::fit;
}

bool drain_runner(Tx& tx, const std::string& name, const std::string& reason, Time now) {
    return exec(tx, drain, name, now, legible_reason(reason)).affected_rows() > 0;
}

bool resume_runner(Tx& tx, const std::string& name) {
    notify(tx, Channel::jobs);
    return exec(tx, resume, name, max_failures).affected_rows() > 0;
}

std::optional<RunnerRow> runner_by_name(Tx& tx, const std::string& name) {
    return first(exec(tx, by_name, name), read);
}

void touch_runner(Tx& tx, const std::string& runner_id, Time now, bool draining) {
    exec(tx, touch, runner_id, now, draining);
}

std::optional<std::string> find_answer(Tx& tx, const std::string& runner_id, const std::string& request_id, Time now) {
    const pqxx::result rows = exec(tx, find_kept, runner_id, request_id, now);
    if (rows.empty()) return std::nullopt;
    return column<std::string>(rows.front(), "answer");
}

void keep_answer(Tx& tx, const std::string& runner_id, const std::string& request_id, const std::string& answer_json,
                 Time expires_at) {
    exec(tx, keep, runner_id, request_id, jsonb(answer_json), expires_at);
}

std::size_t prune_answers(Tx& tx, Time now) {
    return exec(tx, prune, now).affected_rows();
}

}
