#pragma once
// Identities that a test can tell apart.

#include <cstdio>
#include <string>

namespace benchgate::store {

inline std::string uuid(int kind, int n) {
    char text[37];
    std::snprintf(text, sizeof text, "%08d-0000-4000-8000-%012d", kind, n);
    return text;
}

}  // namespace benchgate::store
