// Every file of the shared collection of outputs is read, or refused with a reason: exactly as this table says.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/formats/benchgate_json.h"
#include "core/formats/collection_expectations.h"
#include "core/formats/test_results.h"

namespace benchgate::formats {
namespace {

namespace fs = std::filesystem;

/// What a folder's files are read as: the collection's names are not ours.
std::string format_of(const std::string& folder) {
    static const std::map<std::string, std::string> ours{{"google_benchmark", "google-benchmark"},
                                                         {"criterion_dir", "criterion-estimates"},
                                                         {"cargo_criterion", "cargo-criterion"},
                                                         {"pytest_benchmark", "pytest-benchmark"},
                                                         {"catch2_xml", "catch2"},
                                                         {"catch2_text", "catch2"},
                                                         {"iai_callgrind", "iai-callgrind"},
                                                         {"iai", "iai-callgrind"},
                                                         {"custom", "customSmallerIsBetter"}};
    const auto found = ours.find(folder);
    if (found != ours.end()) return found->second;
    const auto known = names();
    return std::find(known.begin(), known.end(), folder) == known.end() ? "auto" : folder;
}

/// "FORMAT: N series, N samples, N errors", or the refusal's words.
std::string outcome(const std::string& format, const std::string& bytes) {
    const auto read = formats::read(format, bytes);
    // The rest of that message names every format.
    if (!read && read.error().message.starts_with("the format was not recognised")) return "not recognised";
    if (!read) return read.error().message;
    std::size_t samples = 0;
    for (const auto& value : read->measurements.values) samples += value.samples.size();
    return fmt::format("{}: {} series, {} samples, {} errors", read->format, read->measurements.values.size(), samples,
                       read->measurements.errors.size());
}

TEST(Collection, EveryFileIsReadOrRefusedAsExpected) {
    const fs::path root = "../shared/data/formats";
    if (!fs::exists(root)) GTEST_SKIP() << "no collection at " << root;
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        const auto path = entry.path().lexically_relative(root);
        if (!entry.is_regular_file() || !path.has_parent_path()) continue;
        SCOPED_TRACE(path);
        ++files;
        const auto bytes = contents_of(entry.path());
        const auto format = format_of(path.begin()->string());
        const auto expected = collection_expectations().find(path.string());
        const auto actual = outcome(format, bytes);
        EXPECT_EQ(actual, expected == collection_expectations().end() ? "(no expectation)" : expected->second);
        const auto read = formats::read(format, bytes);
        if (!read) continue;
        // What is recognised by itself is read the same, and survives being written as our own JSON.
        if (const auto found = recognise(bytes); found.size() == 1) {
            EXPECT_EQ(found.front(), read->format);
        }
        if (read->measurements.values.empty()) continue;
        const auto again = parse("json", json::dump(benchgate_json::write(read->format, read->measurements)));
        ASSERT_TRUE(again);
        EXPECT_EQ(again->values, read->measurements.values);
        EXPECT_EQ(again->errors, read->measurements.errors);
    }
    EXPECT_EQ(files, collection_expectations().size());
}

}  // namespace
}  // namespace benchgate::formats
