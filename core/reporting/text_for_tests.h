#pragma once
// What the tests of rendered texts look for.

#include <cstddef>
#include <string>
#include <string_view>

namespace benchgate::reporting {

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// How often a part occurs; occurrences that overlap count once.
inline std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
    return found;
}

}  // namespace benchgate::reporting
