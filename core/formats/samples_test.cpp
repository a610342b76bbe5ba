// Each format on a small sample of its own: the files that the fuzzer starts from (tests/fuzz/corpus/formats, without
// their first byte), and what a user must find in them.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "core/formats/expected_samples.h"
#include "core/formats/registry.h"
#include "core/formats/test_results.h"

namespace benchgate::formats {
namespace {

std::string sample(const std::string& name) {
    const auto bytes = contents_of("tests/fuzz/corpus/formats/" + name);
    return bytes.empty() ? "" : bytes.substr(1);
}

/// One line a series: benchmark | metric | value unit direction | samples or spread, "judged" where it is; then errors.
std::string told(const std::string& file, const std::string& format) {
    const auto read = parse(format, sample(file));
    if (!read) return read.error().message;
    std::string lines;
    for (const auto& value : read->values) {
        lines += fmt::format("{} | {} | {:.10g} {} {} | ", value.series.key.benchmark, value.series.key.metric,
                             model::trial_value(value), value.series.unit, model::to_string(value.series.better));
        if (!value.summary) {
            lines += fmt::format("{}{}", value.samples.size(), value.order_known ? "" : " sorted");
        } else if (value.summary->spread) {
            lines +=
                fmt::format("{} {:.10g} of {}", value.summary->spread_kind, *value.summary->spread, value.summary->n);
        } else {
            lines += fmt::format("of {}", value.summary->n);
        }
        lines += value.series.gating ? " judged\n" : "\n";
    }
    for (const auto& error : read->errors) lines += fmt::format("! {}: {}\n", error.benchmark, error.message);
    return lines;
}

TEST(Samples, EveryFormatHasOneAndRecognisesIt) {
    for (const auto* format : all_formats()) {
        const std::string name(format->name);
        const auto bytes = sample(name);
        ASSERT_FALSE(bytes.empty()) << "tests/fuzz/corpus/formats/" << name;
        EXPECT_TRUE(parse(name, bytes)) << name;
        const auto found = recognise(bytes);
        if (name.starts_with("custom")) {
            EXPECT_EQ(found.size(), 2u) << "both are the same document";
        } else if (name == "libtest" || found.size() != 1) {
            EXPECT_EQ(found, std::vector{format->name}) << fmt::format("{}", found.size());
        } else {
            EXPECT_EQ(found.front(), name);
        }
    }
}

/// A result cut off anywhere is read in part or refused; what is JSON or XML is refused.
TEST(Samples, ATruncatedResultIsNeverReadAsWhole) {
    for (const auto* format : all_formats()) {
        const std::string name(format->name);
        const auto bytes = sample(name);
        for (std::size_t size = 0; size + 1 < bytes.size(); size += 1 + bytes.size() / 40) {
            const auto cut = parse(name, bytes.substr(0, size));
            if (!cut) {
                EXPECT_FALSE(cut.error().message.empty());
            }
            if (format->read_text == nullptr) {
                EXPECT_FALSE(cut) << name << " cut at " << size;
            }
        }
    }
}

/// Every sample given to every other format: an answer, and mostly a refusal that names what it is.
TEST(Samples, AWrongFormatNeverCrashes) {
    for (const auto* written : all_formats())
        for (const auto* asked : all_formats()) {
            const auto read = parse(asked->name, sample(std::string(written->name)));
            if (!read) {
                EXPECT_FALSE(read.error().message.empty());
            }
        }
    EXPECT_EQ(parse("mitata", sample("jmh")).error().message, "this is not a result of mitata; it looks like jmh");
    EXPECT_EQ(parse("wrk", sample("hey")).error().message, "this is not a result of wrk; it looks like hey");
    EXPECT_EQ(parse("catch2", sample("hyperfine")).error().message,
              "this is not a result of catch2; it looks like hyperfine");
}

/// The table of docs/formats.md names every format once, in the registry's order, and `regex:` last.
TEST(Samples, TheDocumentationHasThemAll) {
    std::ifstream file("docs/formats.md");
    std::vector<std::string> documented;
    bool in_table = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("| `format` |")) in_table = true;
        if (!line.starts_with('|')) in_table = false;
        const auto end = line.find('`', 3);
        if (in_table && line.starts_with("| `") && !line.starts_with("| `format`") && end != std::string::npos)
            documented.push_back(line.substr(3, end - 3));
    }
    std::vector<std::string> known;
    for (const auto name : names()) known.emplace_back(name);
    known.emplace_back("regex:PATTERN");
    EXPECT_EQ(documented, known);
}

class SampleTest : public testing::TestWithParam<ExpectedSample> {};

TEST_P(SampleTest, IsReadAsExpected) {
    EXPECT_EQ(told(GetParam().file, GetParam().format), GetParam().lines);
}

INSTANTIATE_TEST_SUITE_P(Formats, SampleTest, testing::ValuesIn(expected_samples()), [](const auto& test) {
    auto name = test.param.file;
    for (auto& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
    return name;
});

}  // namespace
}  // namespace benchgate::formats
