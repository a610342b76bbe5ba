// The XML of Catch2 (--reporter xml), versions 2 and 3: nanoseconds, the mean with the standard deviation. A benchmark
// is called "test case/section/benchmark". <failed> or a missing mean is a failure whatever `success` says; an
// exception or a failed assertion of a test case is an error of the result. Entities are only the five of XML and
// characters: the parser knows no documents' own, and reads nothing from outside.

#include <fmt/format.h>

#include <cstring>
#include <pugixml.hpp>

#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace catch2 {
namespace {

constexpr int max_depth = 64;

class Reader {
  public:
    explicit Reader(Collector& collector) : collector_(collector) {}

    /// Test cases may stand in groups, benchmarks in sections in test cases.
    void walk(const pugi::xml_node& parent, const std::string& path, int depth) {
        if (depth > max_depth) return collector_.refuse(fmt::format("more than {} levels of nesting", max_depth));
        for (const auto& node : parent.children()) {
            if (collector_.full()) return;
            const std::string_view kind = node.name();
            if (kind == "BenchmarkResults") {
                benchmark(node, path + node.attribute("name").value());
            } else if (kind == "TestCase" || kind == "Section") {
                const std::string own = node.attribute("name").value();
                if (path.size() + own.size() <= 2 * collector_.limits().name_bytes)
                    walk(node, path + own + "/", depth + 1);
            } else if (kind == "Exception" || kind == "FatalErrorCondition") {
                collector_.fail("", fmt::format("{}: {}", path.substr(0, path.size() - (path.empty() ? 0 : 1)),
                                                trimmed(node.child_value())));
            } else if (kind == "Expression" && std::string_view(node.attribute("success").value()) == "false") {
                collector_.fail(
                    "", fmt::format("{}an assertion failed: {}", path, trimmed(node.child("Original").child_value())));
            } else if (kind == "Group") {
                walk(node, path, depth + 1);
            }
        }
    }

  private:
    void benchmark(const pugi::xml_node& node, const std::string& given) {
        const auto name = names_.name(given);
        if (const auto failed = node.child("failed"))
            return collector_.fail(name, fmt::format("failed: {}", failed.attribute("message").value()));
        const auto center = number_in<double>(node.child("mean").attribute("value").value());
        if (!center || *center < 0) return collector_.fail(name, "it has no mean");
        model::Summary summary{*center, {}, "", node.attribute("samples").as_llong()};
        if (const auto deviation = number_in<double>(node.child("standardDeviation").attribute("value").value())) {
            summary.spread = *deviation;
            summary.spread_kind = "sd";
        }
        collector_.add_summary({name, "time", "ns", model::Better::lower, true}, summary);
    }

    Collector& collector_;
    Occurrences names_;
};

bool recognise(std::string_view text) {
    const auto root = text.substr(0, 4096).find("<Catch");
    if (root == std::string_view::npos || !trimmed(text.substr(0, root)).starts_with("<?xml")) return false;
    return text.substr(root).starts_with("<Catch2TestRun") || text.substr(root).starts_with("<Catch ");
}

void read(std::string_view text, Collector& collector) {
    pugi::xml_document document;
    const auto parsed = document.load_buffer(
        text.data(), text.size(), pugi::parse_escapes | pugi::parse_eol | pugi::parse_cdata, pugi::encoding_utf8);
    if (!parsed)
        return collector.refuse(fmt::format("not valid XML at byte {}: {}", parsed.offset + 1, parsed.description()));
    const auto root = document.first_child();
    if (std::string_view(root.name()) != "Catch" && std::string_view(root.name()) != "Catch2TestRun")
        return collector.refuse("this XML is not one of Catch2's");
    Reader(collector).walk(root, "", 0);
}

bool is_json_report(const json::View& document) {
    return document.at("test-run").is_object() && document.at("metadata").is_object();
}

void refuse_json(const json::View& document, Collector& collector) {
    collector.refuse(
        is_json_report(document)
            ? "Catch2's JSON reporter leaves benchmarks out; what can be read is written with --reporter xml"
            : "this is JSON, and catch2 is XML");
}

}  // namespace
}  // namespace catch2
const Format catch2_format{"catch2", catch2::is_json_report, catch2::refuse_json, catch2::recognise, catch2::read};
}  // namespace benchgate::formats
