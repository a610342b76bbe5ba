#include "service/store/sql.h"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace benchgate::store {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool names_option(const std::string& url, std::string_view option) {
    return url.find(option) != std::string::npos;
}

int digits(std::string_view text, std::size_t at, std::size_t count) {
    int value = 0;
    const char* begin = text.data() + at;
    if (at + count > text.size() || std::from_chars(begin, begin + count, value).ptr != begin + count)
        throw StoreError("unreadable time: " + std::string(text));
    return value;
}

std::string shortest(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    char buffer[32];
    return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

template <class T, class Print>
std::string array_of(const std::vector<T>& values, Print print) {
    std::string out = "{";
    for (const T& value : values) {
        if (out.size() > 1) out += ',';
        out += print(value);
    }
    return out + "}";
}

}

Session::Session(const std::string& conninfo, std::chrono::milliseconds statement_timeout) : connection(conninfo) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    // A silent reconnection would lose the transaction and whatever the session held.
    connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
    pqxx::nontransaction setup(connection);
    setup.exec(
        "set timezone = 'UTC'; set datestyle = 'ISO'; set bytea_output = 'hex'; set extra_float_digits = 1;"
        "set client_encoding = 'UTF8'; set client_min_messages = 'warning';"
        "set idle_in_transaction_session_timeout = '10min'; set statement_timeout = " +
        std::to_string(statement_timeout.count()));
}

std::string complete_conninfo(const std::string& url, std::chrono::seconds connect_timeout) {
    const std::pair<std::string, std::string> wanted[] = {{"connect_timeout", std::to_string(connect_timeout.count())},
                                                          {"tcp_user_timeout", "30000"},
                                                          {"application_name", "benchgate"}};
    const bool uri = url.starts_with("postgres://") || url.starts_with("postgresql://");
    std::string out = url;
    for (const auto& [name, value] : wanted) {
        if (names_option(url, name)) continue;
        if (uri)
            out += out.find('?') == std::string::npos ? '?' : '&';
        else
            out += ' ';
        out += name + "=" + value;
    }
    return out;
}

std::string parameter(std::string text) {
    for (std::size_t at = text.find('\0'); at != std::string::npos; at = text.find('\0', at))
        text.replace(at, 1, replacement);
    return text;
}

std::string parameter(std::string_view text) {
    return parameter(std::string(text));
}
std::string parameter(const char* text) {
    return text;
}

std::string parameter(Time time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::microseconds>(time - day));
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u %02d:%02d:%02d.%06d+00", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return buffer;
}

std::string parameter(double value) {
    return shortest(value);
}

std::string jsonb(std::string text) {
    for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at + 2))
        if (text.compare(at, 6, "\\u0000") == 0) text.replace(at, 6, "\\ufffd");
    return text;
}

std::string text_array(const std::vector<std::string>& values) {
    return array_of(values, [](const std::string& value) {
        std::string quoted = "\"";
        for (const char c : value) {
            if (c == '"' || c == '\\') quoted += '\\';
            if (c == '\0')
                quoted += replacement;
            else
                quoted += c;
        }
        return quoted + "\"";
    });
}

std::string integer_array(const std::vector<std::int64_t>& values) {
    return array_of(values, [](std::int64_t value) { return std::to_string(value); });
}

std::string double_array(const std::vector<double>& values) {
    return array_of(values, shortest);
}

Time to_time(const pqxx::field& field) {
    // "2026-11-21 04:14:20.123456+00": ISO, and the session's zone is UTC.
    const std::string_view text(field.c_str(), field.size());
    using namespace std::chrono;
    const year_month_day date(year(digits(text, 0, 4)), month(static_cast<unsigned>(digits(text, 5, 2))),
                              day(static_cast<unsigned>(digits(text, 8, 2))));
    Time time =
        sys_days(date) + hours(digits(text, 11, 2)) + minutes(digits(text, 14, 2)) + seconds(digits(text, 17, 2));
    if (text.size() > 20 && text[19] == '.') {
        int scale = 100'000;
        for (std::size_t at = 20; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
            time += microseconds(scale * (text[at] - '0'));
    }
    return time;
}

std::string to_bytes(const pqxx::field& field) {
    const pqxx::binarystring bytes(field);
    return std::string(bytes.get(), bytes.size());
}

std::vector<std::string> to_texts(const pqxx::field& field) {
    std::vector<std::string> values;
    pqxx::array_parser parser = field.as_array();
    for (auto item = parser.get_next(); item.first != pqxx::array_parser::done; item = parser.get_next())
        if (item.first == pqxx::array_parser::string_value) values.push_back(std::move(item.second));
    return values;
}

std::vector<double> to_doubles(const pqxx::field& field) {
    std::vector<double> values;
    std::string_view rest(field.c_str(), field.size());
    if (rest.size() < 2) return values;
    rest = rest.substr(1, rest.size() - 2);
    while (!rest.empty()) {
        const std::string_view item = rest.substr(0, rest.find(','));
        double value = 0;
        // from_chars reads NaN and Infinity too.
        if (std::from_chars(item.data(), item.data() + item.size(), value).ec != std::errc{})
            throw StoreError("unreadable number: " + std::string(item));
        values.push_back(value);
        rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    }
    return values;
}

}
