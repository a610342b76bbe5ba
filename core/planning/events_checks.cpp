// Buttons of a check and of all checks of a commit. Who pressed them does not matter here, even a bot: GitHub has reset
// the check by then, and somebody must complete it again.

#include "core/planning/event_fields.h"

namespace benchgate::planning {
namespace {

constexpr std::size_t most_pulls = 100;  // of one head; the others are found by its SHA

std::vector<std::int64_t> pull_numbers(Fields& fields, std::string_view path) {
    std::vector<std::int64_t> numbers;
    fields.each(path, most_pulls, [&](Fields& pull) { numbers.push_back(pull.id("number")); });
    return numbers;
}

}  // namespace

EventResult read_check_run(const json::Json& payload) {
    Fields fields(payload);
    const auto action = fields.action();
    if (fields.error()) return tl::unexpected(*fields.error());
    const bool button = action == "requested_action";
    if (!button && action != "rerequested") return Ignored{"a check run was made or completed"};
    CheckRunEvent event;
    event.action = button ? CheckRunAction::requested_action : CheckRunAction::rerequested;
    event.source = fields.source();
    if (button) event.identifier = fields.text("requested_action.identifier", is_label, "not one line");
    event.check_run_id = fields.id("check_run.id");
    event.name = fields.text("check_run.name", is_label, "not one line");
    event.head_sha = fields.sha("check_run.head_sha");
    event.external_id = fields.maybe_text("check_run.external_id", is_label, "not one line").value_or("");
    event.app_id = fields.maybe_id("check_run.app.id");
    event.pull_numbers = pull_numbers(fields, "check_run.pull_requests");
    return fields.finished(std::move(event));
}

EventResult read_check_suite(const json::Json& payload) {
    Fields fields(payload);
    const auto action = fields.action();
    if (fields.error()) return tl::unexpected(*fields.error());
    if (action != "rerequested") return Ignored{"a check suite was made or completed"};
    CheckSuiteEvent event;
    event.source = fields.source();
    event.check_suite_id = fields.id("check_suite.id");
    event.head_sha = fields.sha("check_suite.head_sha");
    event.app_id = fields.maybe_id("check_suite.app.id");
    event.pull_numbers = pull_numbers(fields, "check_suite.pull_requests");
    return fields.finished(std::move(event));
}

}  // namespace benchgate::planning
