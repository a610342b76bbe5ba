#include "core/model/run.h"

#include <array>
#include <utility>

namespace benchgate::model {
namespace {

template <class E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

constexpr Names<RunKind, 8> run_kinds{{{RunKind::pull_request, "pull_request"},
                                       {RunKind::push, "push"},
                                       {RunKind::command, "command"},
                                       {RunKind::merge_group, "merge_group"},
                                       {RunKind::calibration, "calibration"},
                                       {RunKind::bisection, "bisection"},
                                       {RunKind::profile, "profile"},
                                       {RunKind::schedule, "schedule"}}};
constexpr Names<RunState, 6> run_states{{{RunState::queued, "queued"},
                                         {RunState::running, "running"},
                                         {RunState::finished, "finished"},
                                         {RunState::superseded, "superseded"},
                                         {RunState::cancelled, "cancelled"},
                                         {RunState::failed, "failed"}}};
constexpr Names<JobState, 7> job_states{{{JobState::queued, "queued"},
                                         {JobState::leased, "leased"},
                                         {JobState::running, "running"},
                                         {JobState::succeeded, "succeeded"},
                                         {JobState::failed, "failed"},
                                         {JobState::cancelled, "cancelled"},
                                         {JobState::lost, "lost"}}};
constexpr Names<JobPhase, 4> job_phases{{{JobPhase::fetch, "fetch"},
                                         {JobPhase::build, "build"},
                                         {JobPhase::measure, "measure"},
                                         {JobPhase::upload, "upload"}}};

template <class E, std::size_t N>
std::string_view name_of(const Names<E, N>& names, E value) {
    for (const auto& [known, name] : names)
        if (known == value) return name;
    return names[0].second;
}

template <class E, std::size_t N>
std::optional<E> value_of(const Names<E, N>& names, std::string_view text) {
    for (const auto& [value, name] : names)
        if (name == text) return value;
    return std::nullopt;
}

}  // namespace

bool speaks_on_check(RunKind kind) {
    return kind != RunKind::calibration && kind != RunKind::bisection && kind != RunKind::profile;
}

bool has_check_of_each_suite(RunKind kind) {
    return kind == RunKind::schedule;
}

std::string_view to_string(RunKind kind) {
    return name_of(run_kinds, kind);
}
std::string_view to_string(RunState state) {
    return name_of(run_states, state);
}
std::string_view to_string(JobState state) {
    return name_of(job_states, state);
}
std::string_view to_string(JobPhase phase) {
    return name_of(job_phases, phase);
}
std::optional<RunKind> run_kind_from(std::string_view text) {
    return value_of(run_kinds, text);
}
std::optional<RunState> run_state_from(std::string_view text) {
    return value_of(run_states, text);
}
std::optional<JobState> job_state_from(std::string_view text) {
    return value_of(job_states, text);
}
std::optional<JobPhase> job_phase_from(std::string_view text) {
    return value_of(job_phases, text);
}

}  // namespace benchgate::model
