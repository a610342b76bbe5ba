// What iai, iai-callgrind and gungraun print: a benchmark's name, and below it lines "Instructions:  1734|N/A  (+1%)",
// new|old; or, with --output-format json or pretty-json, one summary a benchmark between other lines. Counts that do
// not vary: `instructions` gates, all others are kept.

#include <fmt/format.h>

#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace iai_callgrind {
namespace {

using json::View;

/// "Total bytes" and "At t-gmax bytes" are sizes, "L1 Hit Rate" a percentage, everything else a count.
void add_count(const std::string& name, std::string_view label, double value, Collector& collector) {
    auto metric = snake_case(label);
    if (metric == "ir") metric = "instructions";
    // The text says "L1 Hits", the JSON "L1hits".
    if (metric.ends_with("hits") && !metric.ends_with("_hits")) metric.insert(metric.size() - 4, "_");
    if (metric == "d1_miss_rate" || metric.ends_with("_rate"))
        return collector.add({name, metric, "ratio", model::Better::none, false}, value / 100);
    const bool bytes = metric.ends_with("bytes");
    const bool hits = metric.ends_with("hits");
    collector.add({name, metric, bytes ? "bytes" : "count", hits ? model::Better::none : model::Better::lower,
                   metric == "instructions"},
                  value);
}

/// "  Instructions:   1734|N/A  (*********)": the label and the new value.
std::optional<std::pair<std::string_view, std::string_view>> count_in(std::string_view line) {
    if (!line.starts_with("  ")) return std::nullopt;
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) return std::nullopt;
    const auto rest = trimmed(line.substr(colon + 1));
    if (rest.empty()) return std::nullopt;
    return std::pair{trimmed(line.substr(0, colon)), rest.substr(0, rest.find_first_of("| \t("))};
}

/// The end of the JSON document that begins here, by its brackets.
std::size_t document_end(std::string_view text) {
    int depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_text && c == '\\') {
            ++i;
        } else if (c == '"') {
            in_text = !in_text;
        } else if (!in_text && c == '{') {
            ++depth;
        } else if (!in_text && c == '}' && --depth == 0) {
            return i + 1;
        }
    }
    return text.size();
}

std::optional<double> figure(const View& metric) {
    const auto whole = json::number(metric, "Int");
    return whole ? whole : json::number(metric, "Float");
}

void read_summary(const View& document, Collector& collector) {
    const auto path = json::text(document, "module_path").value_or("");
    const auto id = json::text(document, "id");
    const auto name = id ? fmt::format("{} {}", path, *id) : path;
    bool any = false;
    for (const auto& [_, profile] : document.at("profiles"))
        for (const auto& [tool, metrics] : profile.at("summaries").at("total").at("summary"))
            for (const auto& [label, metric] : metrics) {
                if (collector.full()) return;
                const auto values = metric.at("metrics");
                const auto now = values.contains("Both") ? values.at("Both").front() : values.at("Left");
                if (const auto value = figure(now)) {
                    const bool rate = label.ends_with("Rate");
                    add_count(name, label, *value, collector);
                    any = any || !rate;
                }
            }
    if (!any) collector.fail(name, "a summary without counts");
}

bool is_summary(const View& document) {
    return document.at("module_path").is_string() && document.at("profiles").is_array();
}

void read_document(const View& document, Collector& collector) {
    if (!is_summary(document)) return collector.refuse("this JSON is not a summary of iai-callgrind");
    read_summary(document, collector);
}

/// The next line that begins with a brace: where a summary may begin.
std::size_t next_brace(std::string_view text, std::size_t from) {
    if (from == 0 && text.starts_with('{')) return 0;
    const auto line = text.find("\n{", from == 0 ? 0 : from - 1);
    return line == std::string_view::npos ? line : line + 1;
}

bool recognise(std::string_view text) {
    if (const auto brace = next_brace(text, 0); brace != std::string_view::npos) {
        const auto rest = text.substr(brace);
        const auto document = json::Document::parse(rest.substr(0, document_end(rest)));
        if (document && is_summary(document->root())) return true;
    }
    bool found = false;
    each_line(text, [&](std::string_view line) {
        const auto count = count_in(line.find('\x1b') == std::string_view::npos ? line : std::string_view());
        found = count && (count->first == "Instructions" || line.find("|N/A") != std::string_view::npos);
        found = found || line.find("\x1b[0mInstructions:") != std::string_view::npos ||
                line.find("  Instructions:") != std::string_view::npos;
        return !found;
    });
    return found;
}

void read_documents(std::string_view text, Collector& collector) {
    for (auto at = next_brace(text, 0); at != std::string_view::npos && !collector.full();) {
        const auto rest = text.substr(at);
        const auto end = document_end(rest);
        const auto document = json::Document::parse(rest.substr(0, end));
        if (!document) {
            collector.fail("", "a summary that is not JSON; was the output cut off?");
        } else if (is_summary(document->root())) {
            read_summary(document->root(), collector);
        }
        at = next_brace(text, at + end);
    }
}

/// Many tools print an indented word, a colon and a number: iai's are instructions, or an old value stands beside.
bool has_counts(std::string_view text) {
    bool found = false;
    each_line(text, [&](std::string_view line) {
        const auto count = count_in(line);
        found = count && (count->first == "Instructions" || line.find('|') != std::string_view::npos);
        return !found;
    });
    return found;
}

void read(std::string_view given, Collector& collector) {
    if (next_brace(given, 0) != std::string_view::npos) return read_documents(given, collector);
    const auto text = without_colours(given);
    if (!has_counts(text)) return collector.refuse("no line in it is one of iai's counts");
    Occurrences names;
    std::string name;
    bool new_name = false;
    std::vector<std::pair<std::string_view, double>>
        section;            // a tool's counts; "## Total" replaces those of its parts
    bool is_other = false;  // a comparison with another benchmark
    const auto close_section = [&] {
        for (const auto& [label, value] : section) add_count(name, label, value, collector);
        section.clear();
        is_other = false;
    };
    each_line(text, [&](std::string_view line) {
        const auto inner = trimmed(line);
        if (inner.empty()) return true;
        if (line.starts_with(' ') && inner.starts_with("## Total")) {
            section.clear();
            return true;
        }
        const bool compares = line.starts_with(' ') && inner.starts_with("Comparison with ");
        if (!line.starts_with(' ') || inner.starts_with("=====") || compares) close_section();
        if (compares) is_other = true;
        if (!line.starts_with(' ')) {
            name = std::string(trimmed(line));
            new_name = true;
            return true;
        }
        const auto count = count_in(line);
        const auto value = count ? grouped_number(count->second) : std::nullopt;
        if (!value || name.empty() || is_other) return true;
        if (std::exchange(new_name, false)) name = names.name(name);
        section.emplace_back(count->first, *value);
        return !collector.full();
    });
    close_section();
}

}  // namespace
}  // namespace iai_callgrind
const Format iai_callgrind_format{"iai-callgrind", iai_callgrind::is_summary, iai_callgrind::read_document,
                                  iai_callgrind::recognise, iai_callgrind::read};
}  // namespace benchgate::formats
