#pragma once
// A delivery as people keep it in a file: the bare payload, or what GitHub's API says of a delivery ({event, guid,
// request: {headers, payload}}). Owns telling the two apart, and the guess of an event's name from a payload's fields.

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "core/json/json.h"

namespace benchgate::planning {

struct DeliveryFile {
    std::string id;     ///< GUID; empty: the file has none
    std::string event;  ///< X-GitHub-Event
    bool guessed = false;
    json::Json payload;
};

/// `event`: what the caller says that it is; empty: what the file says, or else the guess. The error is one sentence.
tl::expected<DeliveryFile, std::string> read_delivery_file(std::string_view bytes, std::string_view event);

/// Empty: no event that is known here looks so.
std::string guess_event(const json::Json& payload);

}  // namespace benchgate::planning
