#include "core/config/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

#include "core/config/keys.h"

namespace benchgate::config {
namespace {

std::string found(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null:
            return "nothing";
        case Node::Kind::list:
            return "a list";
        case Node::Kind::map:
            return "a map";
        case Node::Kind::scalar:
            return quoted(node.text);
    }
    return "nothing";
}

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto above = row[j + 1];
            row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row.back();
}

bool has_control(std::string_view text, bool shell) {
    return std::any_of(text.begin(), text.end(), [&](unsigned char c) {
        return (c < 0x20 && !(shell && (c == '\n' || c == '\t' || c == '\r'))) || c == 0x7F;
    });
}

std::string what_unit(std::string_view unit) {
    if (unit == "ns") return "a time such as 50ms";
    if (unit == "bytes") return "a size such as 60MB";
    if (unit == "1/s") return "a rate such as 100k/s";
    if (unit == "ratio") return "a percentage such as 1%";
    return unit == "count" ? "a plain number" : "a number with its unit, such as 50ms, 60MB, 100k/s or 1%";
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
    std::string_view best;
    std::size_t least = word.size() > 100 ? 0 : std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto candidate : known) {
        const auto steps = least == 0 ? 0 : distance(word, candidate);
        if (steps < least && steps < candidate.size()) {
            least = steps;
            best = candidate;
        }
    }
    if (!best.empty()) return fmt::format("; did you mean '{}'?", best);
    return fmt::format("; known: {}", fmt::join(known, ", "));
}

void Reader::fail(const Node& at, std::string message) {
    errors.push_back({at.line, at.column, std::move(message)});
}

std::optional<std::string> Reader::scalar(const Node& node, std::string_view what, std::string_view wanted) {
    if (node.kind == Node::Kind::scalar && !node.text.empty()) return node.text;
    fail(node, fmt::format("{}: expected {}, found {}", what, wanted, found(node)));
    return std::nullopt;
}

std::optional<std::string> Reader::text(const Node& node, std::string_view what) {
    auto value = scalar(node, what, "text");
    if (!value) return std::nullopt;
    if (value->size() <= 1000 && !has_control(*value, false)) return value;
    fail(node, fmt::format("{}: text of more than one line, or longer than 1000 bytes", what));
    return std::nullopt;
}

std::optional<std::string> Reader::shell_line(const Node& node, std::string_view what) {
    auto value = scalar(node, what, "a shell line");
    if (!value) return std::nullopt;
    if (value->find_first_not_of(" \t\r\n") != std::string::npos && !has_control(*value, true)) return value;
    fail(node, fmt::format("{}: expected a shell line, found {}", what, quoted(*value)));
    return std::nullopt;
}

std::vector<std::string> Reader::strings(const Node& node, std::string_view what, bool shell) {
    std::vector<std::string> values;
    const auto take = [&](const Node& item) {
        auto value = shell ? shell_line(item, what) : text(item, what);
        if (value) values.push_back(std::move(*value));
    };
    if (node.kind == Node::Kind::list) {
        if (node.items.empty()) fail(node, fmt::format("{}: an empty list", what));
        for (const auto* item : node.items) take(*item);
    } else {
        take(node);
    }
    return values;
}

std::vector<std::string> Reader::texts(const Node& node, std::string_view what) {
    return strings(node, what, false);
}

std::vector<std::string> Reader::shell_lines(const Node& node, std::string_view what) {
    return strings(node, what, true);
}

std::optional<int> Reader::integer(const Node& node, std::string_view what, int low, int high) {
    int value = 0;
    const char* end = node.text.data() + node.text.size();
    const auto result = std::from_chars(node.text.data(), end, value);
    if (node.kind == Node::Kind::scalar && node.plain && result.ec == std::errc() && result.ptr == end &&
        value >= low && value <= high)
        return value;
    fail(node, fmt::format("{}: expected a whole number from {} to {}, found {}", what, low, high, found(node)));
    return std::nullopt;
}

std::optional<double> Reader::number(const Node& node, std::string_view what, Range range) {
    const auto value = node.kind == Node::Kind::scalar && node.plain ? model::parse_quantity(node.text) : std::nullopt;
    if (value && value->unit == "count" && value->value >= range.low && value->value <= range.high) return value->value;
    fail(node, fmt::format("{}: expected a number from {} to {}, found {}", what, range.low, range.high, found(node)));
    return std::nullopt;
}

std::optional<bool> Reader::boolean(const Node& node, std::string_view what) {
    if (node.kind == Node::Kind::scalar && node.plain && (node.text == "true" || node.text == "false"))
        return node.text == "true";
    fail(node, fmt::format("{}: expected true or false, found {}", what, found(node)));
    return std::nullopt;
}

std::optional<double> Reader::percent(const Node& node, std::string_view what, Range range) {
    const auto value = node.kind == Node::Kind::scalar ? model::parse_percent(node.text) : std::nullopt;
    if (!value) {
        fail(node, fmt::format("{}: expected a percentage such as 5%, found {}", what, found(node)));
        return std::nullopt;
    }
    if (*value > range.low && *value <= range.high) return value;
    fail(node, fmt::format("{}: expected more than {:g}% and at most {:g}%, found {}", what, range.low * 100,
                           range.high * 100, found(node)));
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> Reader::duration(const Node& node, std::string_view what) {
    const auto value = node.kind == Node::Kind::scalar ? model::parse_duration(node.text) : std::nullopt;
    if (!value)
        fail(node, fmt::format("{}: expected a duration such as 500ms, 20m, 1h or 7d, found {}", what, found(node)));
    return value;
}

std::optional<double> Reader::quantity(const Node& node, std::string_view what, std::string_view unit) {
    const auto value = node.kind == Node::Kind::scalar ? model::parse_quantity(node.text) : std::nullopt;
    if (value && (unit.empty() || value->unit == unit)) return value->value;
    fail(node, fmt::format("{}: expected {}, found {}", what, what_unit(unit), found(node)));
    return std::nullopt;
}

std::optional<std::string> Reader::word(const Node& node, std::string_view what,
                                        const std::vector<std::string_view>& words) {
    if (node.kind == Node::Kind::scalar && std::find(words.begin(), words.end(), node.text) != words.end())
        return node.text;
    if (node.kind == Node::Kind::scalar) {
        fail(node, fmt::format("{}: unknown {}{}", what, quoted(node.text), suggestion(node.text, words)));
    } else {
        fail(node, fmt::format("{}: expected one of {}, found {}", what, fmt::join(words, ", "), found(node)));
    }
    return std::nullopt;
}

std::vector<const Node*> Reader::list(const Node& node, std::string_view what) {
    if (node.kind == Node::Kind::list) return node.items;
    fail(node, fmt::format("{}: expected a list, found {}", what, found(node)));
    return {};
}

Section::Section(Reader& reader, const Node& node, std::string_view section, std::string what)
    : reader_(reader), node_(node), what_(std::move(what)) {
    if (node.kind != Node::Kind::map) {
        reader.fail(node, fmt::format("{}: expected a map, found {}", what_.empty() ? "the file" : what_, found(node)));
        return;
    }
    const auto& known = keys_of(section);
    for (const auto& [key, value] : node.entries) {
        if (std::find(known.begin(), known.end(), key->text) == known.end()) {
            reader.fail(*key, fmt::format("unknown key {}{}{}", quoted(key->text), what_.empty() ? "" : " in " + what_,
                                          suggestion(key->text, known)));
        } else if (value->kind == Node::Kind::null && section != "on") {
            reader.fail(*key, fmt::format("{} has no value", path(key->text)));
        }
    }
}

const Node* Section::get(std::string_view key) const {
    for (const auto& [name, value] : node_.entries)
        if (name->text == key) return value->kind == Node::Kind::null ? nullptr : value;
    return nullptr;
}

const Node* Section::require(std::string_view key) {
    const auto* value = get(key);
    if (value != nullptr || !is_map()) return value;
    const bool empty =
        std::any_of(node_.entries.begin(), node_.entries.end(), [&](const auto& e) { return e.first->text == key; });
    if (!empty) reader_.fail(node_, fmt::format("{}'{}' is missing", what_.empty() ? "" : what_ + ": ", key));
    return nullptr;
}

void Section::note_unmet(std::string_view key, const std::string& message, bool concerns_gate,
                         bool only_service) const {
    for (const auto& [name, value] : node_.entries)
        if (name->text == key)
            return reader_.unmet.push_back({name->line, name->column, message, concerns_gate, only_service});
}

std::string Section::path(std::string_view key) const {
    return what_.empty() ? std::string(key) : fmt::format("{}.{}", what_, key);
}

}  // namespace benchgate::config
