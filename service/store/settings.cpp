#include "service/store/settings.h"

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query find{"settings_find", "select value from settings where name = $1"};

constexpr Query put{"settings_put", R"(
    insert into settings (name, value, updated_at) values ($1, $2, $3)
    on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at)"};

// The update changes nothing: it makes the row that is there come back.
constexpr Query put_once{"settings_put_once", R"(
    insert into settings (name, value, updated_at) values ($1, $2, $3)
    on conflict (name) do update set name = excluded.name returning value)"};

constexpr Query lead{"leaders_lead", R"(
    insert into leaders (task, holder, expires_at) values ($1, $2, $3::timestamptz + make_interval(secs => $4::int))
    on conflict (task) do update set holder = excluded.holder, expires_at = excluded.expires_at
    where leaders.holder = excluded.holder or leaders.expires_at <= $3::timestamptz)"};

constexpr Query leave{"leaders_leave", "delete from leaders where task = $1 and holder = $2"};

}

std::optional<std::string> find_setting(Tx& tx, const std::string& name) {
    const pqxx::result rows = exec(tx, find, name);
    if (rows.empty()) return std::nullopt;
    return column<std::string>(rows.front(), "value");
}

void put_setting(Tx& tx, const std::string& name, const std::string& value, Time now) {
    exec(tx, put, name, value, now);
}

std::string put_setting_once(Tx& tx, const std::string& name, const std::string& value, Time now) {
    return column<std::string>(exec(tx, put_once, name, value, now).front(), "value");
}

bool try_lead(Tx& tx, const std::string& task, const std::string& holder, Time now, std::chrono::seconds term) {
    return exec(tx, lead, task, holder, now, static_cast<int>(term.count())).affected_rows() > 0;
}

void stop_leading(Tx& tx, const std::string& task, const std::string& holder) {
    exec(tx, leave, task, holder);
}

}
