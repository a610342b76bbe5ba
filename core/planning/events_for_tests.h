#pragma once
// What the tests of events share.

#include <string>
#include <string_view>

#include "core/planning/events.h"

namespace benchgate::planning {

inline const std::string sha_a(40, 'a');
inline const std::string sha_b(40, 'b');

/// Why an event cannot be read; empty: it can.
inline std::string complaint(std::string_view name, const json::Json& payload) {
    const auto event = read_event(name, payload);
    return event ? "" : event.error().message;
}

}  // namespace benchgate::planning
