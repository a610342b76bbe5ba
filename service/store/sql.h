#pragma once
// For the .cpp files of this room only: named statements, prepared once a connection, their parameters and their rows.
// The one header that shows libpqxx; no other room may include it.

#include <pqxx/pqxx>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/store/pool.h"

namespace benchgate::store {

/// A connection with the names of the statements prepared on it, and its open transaction.
class Session {
  public:
    /// Connects; throws what libpqxx throws.
    Session(const std::string& conninfo, std::chrono::milliseconds statement_timeout);

    pqxx::connection connection;
    pqxx::work* work = nullptr;  ///< set while a transaction is open
    std::set<std::string> prepared;
};

/// A statement under a name, which must be unique in the room: statistics and logs show it.
struct Query {
    const char* name;
    const char* text;
};

/// "host=... connect_timeout=5 ..." from what the user gave, a URI or keywords; what is set there already stays.
std::string complete_conninfo(const std::string& url, std::chrono::seconds connect_timeout);

// Parameters. Text goes without NUL bytes, which PostgreSQL cannot hold: they become U+FFFD.
std::string parameter(std::string text);
std::string parameter(std::string_view text);
std::string parameter(const char* text);
std::string parameter(Time time);
std::string parameter(double value);
inline bool parameter(bool value) {
    return value;
}
inline int parameter(int value) {
    return value;
}
inline std::int64_t parameter(std::int64_t value) {
    return value;
}
inline const pqxx::binarystring& parameter(const pqxx::binarystring& bytes) {
    return bytes;
}
template <class T>
auto parameter(const std::optional<T>& value) -> std::optional<decltype(parameter(*value))> {
    if (!value) return std::nullopt;
    return parameter(*value);
}

/// JSON text for a jsonb parameter: the escape \u0000, valid in JSON and refused by jsonb, becomes \ufffd.
std::string jsonb(std::string text);

/// Array literals: {"a","b"}, {1,2}, {0.5,NaN}.
std::string text_array(const std::vector<std::string>& values);
std::string integer_array(const std::vector<std::int64_t>& values);
std::string double_array(const std::vector<double>& values);

template <class... Parameters>
pqxx::result exec(Tx& tx, const Query& query, const Parameters&... parameters) {
    Session& session = tx.session();
    if (session.prepared.insert(query.name).second) session.connection.prepare(query.name, query.text);
    return session.work->exec_prepared(query.name, parameter(parameters)...);
}

// Columns of a row.
Time to_time(const pqxx::field& field);
std::string to_bytes(const pqxx::field& field);
std::vector<std::string> to_texts(const pqxx::field& field);
std::vector<double> to_doubles(const pqxx::field& field);

template <class T>
T column(const pqxx::row& row, const char* name) {
    const pqxx::field field = row[name];
    if constexpr (std::is_same_v<T, Time>)
        return to_time(field);
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
        return to_texts(field);
    else if constexpr (std::is_same_v<T, std::vector<double>>)
        return to_doubles(field);
    else
        return field.as<T>();
}

template <class T>
std::optional<T> maybe(const pqxx::row& row, const char* name) {
    if (row[name].is_null()) return std::nullopt;
    return column<T>(row, name);
}

/// A word of an enumeration; a word that this program does not know ends the transaction.
template <class E>
E word(const pqxx::row& row, const char* name, std::optional<E> (*from)(std::string_view)) {
    const std::string text = column<std::string>(row, name);
    if (const std::optional<E> value = from(text)) return *value;
    throw StoreError(std::string("column ") + name + " holds an unknown word: " + text);
}

template <class Row>
std::optional<Row> first(const pqxx::result& rows, Row (*read)(const pqxx::row&)) {
    if (rows.empty()) return std::nullopt;
    return read(rows.front());
}

template <class Row>
std::vector<Row> all(const pqxx::result& rows, Row (*read)(const pqxx::row&)) {
    std::vector<Row> list;
    list.reserve(rows.size());
    for (const pqxx::row& row : rows) list.push_back(read(row));
    return list;
}

}
