// Rust's own `cargo bench`: "test NAME ... bench:" lines, median and (maximum - minimum). `FAILED` lines are failures,
// `ignored` ones nothing. Equal names in several targets become "name" and "name #2". With --format json, the messages
// of type "bench".

#include "core/formats/bench_line.h"
#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace libtest {
namespace {

bool is_message(const json::View& message) {
    const auto type = json::text(message, "type");
    return (type == "bench" && message.at("median").is_number()) ||
           (type == "suite" && message.at("event").is_string());
}

void read_message(const json::View& message, Occurrences& names, Collector& collector) {
    const auto type = json::text(message, "type");
    const auto name = json::text(message, "name").value_or("");
    if (json::text(message, "event") == "failed" && type != "suite") return collector.fail(name, "failed");
    const auto median = json::number(message, "median");
    if (type != "bench" || !median) return;
    model::Summary summary{*median, json::number(message, "deviation"), "", 0};
    if (summary.spread) summary.spread_kind = "range";
    collector.add_summary({names.name(name), "time", "ns", model::Better::lower, true}, summary);
}

bool recognise(std::string_view text) {
    if (text.starts_with('{')) {
        const auto first = json::Document::parse(text.substr(0, text.find('\n')));
        return first && is_message(first->root());
    }
    // Criterion's lines are the same; only the count of tests would tell, and Criterion's harness has none.
    return has_bench_line(text);
}

void read(std::string_view text, Collector& collector) {
    Occurrences names;
    each_line(text, [&](std::string_view line) {
        line = trimmed(line);
        if (const auto bench = bench_line_in(line)) {
            add_bench_line(*bench, names.name(std::string(bench->name)), "range", collector);
        } else if (line.starts_with("test ") && line.ends_with("... FAILED")) {
            collector.fail(trimmed(line.substr(5, line.size() - 15)), "failed");
        } else if (line.starts_with("thread '") && line.find("panicked at") != std::string_view::npos) {
            collector.fail("", std::string(line));
        } else if (line.starts_with('{')) {
            if (const auto message = json::Document::parse(line)) read_message(message->root(), names, collector);
        }
        return !collector.full();
    });
}

void read_document(const json::View& message, Collector& collector) {
    Occurrences names;
    if (!is_message(message)) return collector.refuse("this JSON is not a message of libtest");
    read_message(message, names, collector);
}

}  // namespace
}  // namespace libtest
const Format libtest_format{"libtest", libtest::is_message, libtest::read_document, libtest::recognise, libtest::read};
}  // namespace benchgate::formats
