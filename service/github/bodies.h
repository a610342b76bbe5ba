// Owns the JSON that is sent to GitHub and GitHub's limits on it. What is too long is cut at a character's boundary
// with a note, never sent to be refused. Does not own the words in it (core/reporting). Shapes: GitHub's OpenAPI
// description.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/github/api_error.h"

namespace benchgate::github {

namespace limits {
inline constexpr std::size_t annotations = 50;        ///< a request; an update appends
inline constexpr std::size_t annotations_sent = 250;  ///< a check run: our own limit, five requests
inline constexpr std::size_t actions = 3;
inline constexpr std::size_t check_text = 65535;  ///< summary and text each, characters
inline constexpr std::size_t check_title = 255;
inline constexpr std::size_t annotation_message = 16384;  ///< characters; 64 KiB of the longest ones
inline constexpr std::size_t annotation_title = 255;
inline constexpr std::size_t action_label = 20;
inline constexpr std::size_t action_description = 40;
inline constexpr std::size_t action_identifier = 20;
inline constexpr std::size_t comment = 65536;  ///< characters
inline constexpr std::size_t status_context = 255;
inline constexpr std::size_t status_description = 140;
}

enum class CheckStatus { queued, in_progress, completed };
enum class CheckConclusion { action_required, cancelled, failure, neutral, success, skipped, timed_out };
enum class StatusState { error, failure, pending, success };
enum class AnnotationLevel { notice, warning, failure };
enum class Reaction { plus_one, minus_one, laugh, confused, heart, hooray, rocket, eyes };
std::string_view to_string(CheckStatus status);
std::string_view to_string(CheckConclusion conclusion);
std::string_view to_string(StatusState state);
std::string_view to_string(AnnotationLevel level);
std::string_view to_string(Reaction reaction);

struct Annotation {
    std::string path;
    int start_line = 1;
    int end_line = 1;
    AnnotationLevel level = AnnotationLevel::warning;
    std::string message;
    std::string title;
};

/// A button on the check's page.
struct CheckAction {
    std::string label;
    std::string description;
    std::string identifier;
};

struct CheckRun {
    std::string name;
    std::string head_sha;
    CheckStatus status = CheckStatus::queued;
    std::optional<CheckConclusion> conclusion;  ///< present exactly when status is completed
    std::string details_url;
    std::string external_id;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> completed_at;
    std::string title;                    ///< without a title there is no output
    std::string summary;                  ///< Markdown
    std::string text;                     ///< Markdown
    std::vector<Annotation> annotations;  ///< the first limits::annotations_sent are sent; they need a title
    std::vector<CheckAction> actions;     ///< the first limits::actions are sent
};

/// A commit status: what a check says, where checks are not wanted. Never both under one name: GitHub asks for both.
struct CommitStatus {
    std::string context;
    StatusState state = StatusState::pending;
    std::string description;  ///< one line
    std::string target_url;
};

/// Bodies of POST and PATCH .../check-runs, with the annotations from `first_annotation` on that one request may hold.
/// Asserts that conclusion and status fit together.
std::string create_check_body(const CheckRun& check);
std::string update_check_body(const CheckRun& check, std::size_t first_annotation = 0);
std::string status_body(const CommitStatus& status);
/// Of PATCH /app/hook/config; what is absent stays as it is.
std::string hook_config_body(const std::optional<std::string>& url, const std::optional<std::string>& secret);
std::string comment_body(std::string_view markdown);
std::string reaction_body(Reaction reaction);

/// At most max_characters of UTF-8; what is cut is replaced by the note (which is part of the count). Bytes that are
/// not UTF-8 become U+FFFD.
std::string cut_to(std::string_view text, std::size_t max_characters, std::string_view note);

}
