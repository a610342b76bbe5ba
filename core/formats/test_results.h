#pragma once
// What the tests of this room share: finding one series in a parsed result, and reading a file.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "core/formats/formats.h"

namespace benchgate::formats {

inline std::string contents_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

/// The one series of that name, or a failed test and an empty measurement.
inline model::Measurement find(const model::Measurements& all, const std::string& benchmark,
                               const std::string& metric) {
    for (const auto& value : all.values)
        if (value.series.key == model::SeriesKey{benchmark, metric}) return value;
    ADD_FAILURE() << "no " << metric << " of " << benchmark;
    return {};
}

inline bool has(const model::Measurements& all, const std::string& benchmark, const std::string& metric) {
    for (const auto& value : all.values)
        if (value.series.key == model::SeriesKey{benchmark, metric}) return true;
    return false;
}

}  // namespace benchgate::formats
