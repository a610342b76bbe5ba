#include "core/planning/events.h"

#include <array>
#include <utility>

#include "core/planning/event_fields.h"

namespace benchgate::planning {
namespace {

EventResult read_ping(const json::Json&) {
    return PingEvent{};
}

/// Of the requests that are this service's own: a repository and suites.
template <class Request>
EventResult read_request(const json::Json& payload) {
    constexpr std::size_t most_suites = 1000;
    Fields fields(payload);
    Request event;
    event.source = fields.source();
    const bool all = fields.each("suites", most_suites, [&](Fields& suite) {
        event.suites.push_back(suite.text("name", is_label, "not a suite's name"));
    });
    if (!all) fields.complain("suites", "too many");
    return fields.finished(std::move(event));
}

using EventReader = EventResult (*)(const json::Json&);
constexpr std::array<std::pair<std::string_view, EventReader>, 12> readers{
    {{"ping", read_ping},
     {"push", read_push},
     {"pull_request", read_pull_request},
     {"issue_comment", read_comment},
     {"check_run", read_check_run},
     {"check_suite", read_check_suite},
     {"merge_group", read_merge_group},
     {"installation", read_installation},
     {"installation_repositories", read_installation_repositories},
     {"repository", read_repository},
     {calibration_event, read_request<CalibrationEvent>},
     {schedule_event, read_request<ScheduleEvent>}}};

}  // namespace

tl::expected<Event, EventError> read_event(std::string_view event_name, const json::Json& payload) {
    if (!payload.is_object()) return tl::unexpected(EventError{"the payload is not an object"});
    for (const auto& [name, read] : readers)
        if (name == event_name) return read(payload);
    return Ignored{"a kind of event that nothing is planned for"};
}

}  // namespace benchgate::planning
