#include "core/planning/plan_text.h"

#include <fmt/format.h>

namespace benchgate::planning {

std::string day(std::chrono::sys_days date) {
    const std::chrono::year_month_day parts(date);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(parts.year()), static_cast<unsigned>(parts.month()),
                       static_cast<unsigned>(parts.day()));
}

std::string moment(Time time) {
    const auto date = std::chrono::floor<std::chrono::days>(time);
    const auto minutes = std::chrono::floor<std::chrono::minutes>(time - date).count();
    return fmt::format("{} {:02}:{:02} UTC", day(date), minutes / 60, minutes % 60);
}

std::string about(std::chrono::seconds duration) {
    const auto minutes = (duration.count() + 30) / 60;
    if (minutes < 1) return "less than a minute";
    if (minutes < 120) return fmt::format("about {} min", minutes);
    return fmt::format("about {} h", (minutes + 30) / 60);
}

std::string state_of(const ExistingJob& job) {
    // It says nothing of what came out: a job that succeeded may have a regression to tell of.
    std::string text(job.state == model::JobState::succeeded ? "measured" : model::to_string(job.state));
    if (job.position) text += fmt::format(", place {} in the queue", *job.position);
    if (job.expected_in) text += fmt::format(", done in {}", about(*job.expected_in));
    return text;
}

std::string code_list(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += fmt::format("{}{}", text.empty() ? "" : ", ", as_code(name));
    return text;
}

std::string short_sha(const std::string& sha) {
    return sha.substr(0, 9);
}

}  // namespace benchgate::planning
