#pragma once
// A rehearsed delivery in words for people and as JSON for machines. Decides nothing.

#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/planning/events.h"
#include "service/workers/rehearsal.h"

namespace benchgate::workers {

struct RehearsalReport {
    std::string event_name;                 ///< X-GitHub-Event
    bool guessed = false;                   ///< from the payload's fields
    std::string event;                      ///< what was understood
    std::vector<std::string> suppositions;  ///< what was taken for granted instead of asked
    Rehearsed rehearsed;
};

/// "pull request maintainer/engine#7: synchronize, head 0123abcde on main, by dev".
std::string describe(const planning::Event& event);

std::string to_text(const RehearsalReport& report);
json::OrderedJson to_json(const RehearsalReport& report);

}  // namespace benchgate::workers
