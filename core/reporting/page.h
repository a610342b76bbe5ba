#pragma once
// The pages that people open: a comparison with all its detail, and the lists of repositories, runs, jobs and runners.
// Whole HTML documents that need one stylesheet and an icon below /assets/ and no script: fit for
// `Content-Security-Policy: default-src 'self'`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/reporting/report.h"

namespace benchgate::reporting {

inline constexpr std::string_view stylesheet_path = "/assets/benchgate.css";
inline constexpr std::string_view icon_path = "/assets/icon.svg";

/// The stylesheet's bytes, compiled in from web/benchgate.css (text/css).
std::string_view page_stylesheet();
/// The icon of a browser's tab (image/svg+xml).
std::string_view page_icon();

/// A pull request's page, or that of any comparison: every benchmark with its interval, host facts, how the verdict
/// came about.
std::string render_page(const Report& report);

struct RepositoryRow {
    std::string full_name;
    std::int64_t runs = 0;
    std::string last_run_at;  ///< ISO 8601, UTC; empty: none yet
    std::string last_gate;    ///< a gate's word, or empty
};

struct RunRow {
    std::string id;
    std::string kind;   ///< a RunKind's word
    std::string state;  ///< a RunState's word
    std::string gate;   ///< a gate's word, or empty
    std::optional<std::int64_t> pull_number;
    std::string head_sha;
    std::string base_sha;
    std::string created_at;  ///< ISO 8601, UTC
    std::string summary;     ///< plain text, e.g. the check's title
};

struct ScheduleRow {
    std::string suite;
    std::string line;     ///< cron
    std::string next_at;  ///< ISO 8601, UTC
    std::string said_at;  ///< of the last due time; empty: there was none
    std::string said;     ///< what it led to, plain text
    std::string repository{};
};

struct QueueRow {
    std::string run_id;
    std::string kind;  ///< a RunKind's word
    std::string repository;
    std::optional<std::int64_t> pull_number;
    std::string head_sha;
    std::string suite;
    std::string state;  ///< a JobState's word
    std::string phase;  ///< a JobPhase's word, or empty
    std::string host_class;
    std::string runner;
    std::string queued_at;
    int priority = 0;
    std::string confirms{};  ///< runner whose alarm this job confirms on another host; empty: it is no confirmation
    std::string expected{};  ///< "about 12 min"; empty: not known
    std::optional<std::int64_t> ahead{};  ///< queued jobs that go first; absent: a runner has it
    std::string starts{};                 ///< "in about 5 min"; empty: it has begun, or nobody said
};

struct RunnerRow {
    std::string name;
    std::string labels;
    std::string state;  ///< "idle", "busy", "draining", "drained", "offline", "quarantined", "unfit"
    std::string last_seen_at;
    std::string job;  ///< what it does, plain text; may be empty
    std::string version;
    std::vector<model::HostFact> host;
    std::string reason{};  ///< why it is in that state; may be empty
};

std::string render_repositories(const std::vector<RepositoryRow>& rows);
std::string render_repository(std::string_view full_name, const std::vector<RunRow>& rows,
                              const std::vector<ScheduleRow>& schedules = {});
/// `coming`: what is due next by its schedule.
std::string render_queue(const std::vector<QueueRow>& rows, const std::vector<ScheduleRow>& coming = {});
std::string render_runners(const std::vector<RunnerRow>& rows);
/// A page with one heading and one sentence, for 404 and the like.
std::string render_message(std::string_view heading, std::string_view sentence);

}  // namespace benchgate::reporting
