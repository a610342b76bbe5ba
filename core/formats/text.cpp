#include "core/formats/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace benchgate::formats {
namespace {

constexpr std::string_view blank_characters = " \t\r\v\f\n";
constexpr std::size_t max_fields = 200;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::optional<double> grouped_number(std::string_view text) {
    if (text.size() > 100) return std::nullopt;
    // Commas stand between groups of three, in front of the point. Elsewhere one is another country's point.
    const auto whole = text.substr(0, text.find_first_of(".eE"));
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != ',') {
            plain += text[at];
            continue;
        }
        const auto group = whole.substr(std::min(at + 1, whole.size()), 4);
        const auto digits = std::min(group.find_first_not_of("0123456789"), group.size());
        const bool at_end = digits == group.size() || group[digits] == ',';
        const auto before = std::find_if_not(plain.rbegin(), plain.rend(), is_digit) - plain.rbegin();
        const bool grouped = text.find(',') < at;
        if (before == 0 || (!grouped && plain[plain.size() - static_cast<std::size_t>(before)] == '0') ||
            (!grouped && before > 3) || digits != 3 || !at_end)
            return std::nullopt;
    }
    return number_in<double>(plain);
}

std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    for (auto at = line.find_first_not_of(blank_characters);
         at != std::string_view::npos && fields.size() < max_fields;) {
        const auto end = line.find_first_of(blank_characters, at);
        fields.push_back(line.substr(at, end == std::string_view::npos ? end : end - at));
        at = line.find_first_not_of(blank_characters, end);
    }
    return fields;
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(blank_characters);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blank_characters) - begin + 1);
}

std::optional<std::string_view> behind(std::string_view line, std::string_view label) {
    if (!line.starts_with(label)) return std::nullopt;
    return trimmed(line.substr(label.size()));
}

std::optional<Amount> amount_in(std::string_view text) {
    text = trimmed(text);
    std::size_t end = 0;
    while (end < text.size() && (is_digit(text[end]) || text[end] == '.' || text[end] == ',')) ++end;
    const auto value = grouped_number(text.substr(0, end));
    if (!value) return std::nullopt;
    return Amount{*value, trimmed(text.substr(end))};
}

std::optional<double> nanoseconds_in(std::string_view unit) {
    static constexpr std::array<std::pair<std::string_view, double>, 20> units{
        {{"ns", 1},    {"us", 1e3},        {"\u00b5s", 1e3},      {"\u03bcs", 1e3},      {"ms", 1e6},
         {"s", 1e9},   {"sec", 1e9},       {"secs", 1e9},         {"second", 1e9},       {"seconds", 1e9},
         {"m", 60e9},  {"min", 60e9},      {"h", 3600e9},         {"hr", 3600e9},        {"day", 86400e9},
         {"ps", 1e-3}, {"nanoseconds", 1}, {"microseconds", 1e3}, {"milliseconds", 1e6}, {"minutes", 60e9}}};
    for (const auto& [name, factor] : units)
        if (name == unit) return factor;
    return std::nullopt;
}

std::optional<double> duration_in(std::string_view text) {
    const auto amount = amount_in(text);
    if (!amount) return std::nullopt;
    const auto factor = nanoseconds_in(amount->unit);
    if (!factor) return std::nullopt;
    return amount->value * *factor;
}

std::vector<std::string> csv_fields(std::string_view line, char separator) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
            fields.back() += line[++i];
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == separator && !quoted) {
            if (fields.size() >= max_fields) break;
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    return fields;
}

std::string without_colours(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b' && i + 1 < text.size() && text[i + 1] == '[') {
            const auto end = text.find_first_not_of("0123456789;", i + 2);
            if (end == std::string_view::npos) break;
            i = end;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

std::string path_of(std::string_view address) {
    const auto scheme = address.find("://");
    if (scheme == std::string_view::npos) return std::string(address);
    const auto path = address.find('/', scheme + 3);
    return path == std::string_view::npos ? "/" : std::string(address.substr(path));
}

std::string snake_case(std::string_view words) {
    std::string name;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const char c = words[i];
        const bool capital = c >= 'A' && c <= 'Z';
        const bool starts_word =
            capital && i > 0 && ((words[i - 1] >= 'a' && words[i - 1] <= 'z') || is_digit(words[i - 1]));
        const bool other = !capital && !(c >= 'a' && c <= 'z') && !is_digit(c) && static_cast<unsigned char>(c) < 0x80;
        if ((starts_word || other) && !name.empty() && name.back() != '_') name += '_';
        if (!other) name += capital ? static_cast<char>(c - 'A' + 'a') : c;
    }
    while (name.ends_with('_')) name.pop_back();
    return name;
}

}  // namespace benchgate::formats
