#include "service/github/bodies.h"

#include <algorithm>
#include <stdexcept>

#include "core/json/json.h"
#include "core/model/utf8.h"
#include "platform/clock.h"

namespace benchgate::github {

namespace {

using json::Json;

constexpr std::string_view cut_note =
    "\n\n... (cut: longer than GitHub allows; the whole report is on benchgate's page)";
constexpr std::string_view ellipsis = "...";

struct Counted {
    std::string text;                ///< valid UTF-8
    std::size_t characters = 0;      ///< of the whole text
    std::size_t bytes_of_limit = 0;  ///< where the character after the limit begins
};

Counted count_characters(std::string_view text, std::size_t limit) {
    Counted result;
    result.text.reserve(text.size());
    while (!text.empty()) {
        if (result.characters == limit) result.bytes_of_limit = result.text.size();
        const std::size_t length = model::character_length(text);
        result.text += length == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(1, length));
        ++result.characters;
    }
    return result;
}

Json annotation_json(const Annotation& annotation) {
    Json out{{"path", annotation.path},
             {"start_line", std::max(1, annotation.start_line)},
             {"end_line", std::max({1, annotation.start_line, annotation.end_line})},
             {"annotation_level", to_string(annotation.level)},
             {"message", cut_to(annotation.message, limits::annotation_message, ellipsis)}};
    if (!annotation.title.empty()) out["title"] = cut_to(annotation.title, limits::annotation_title, ellipsis);
    return out;
}

Json output_json(const CheckRun& check, std::size_t first_annotation) {
    Json out{{"title", cut_to(check.title, limits::check_title, ellipsis)},
             {"summary", cut_to(check.summary, limits::check_text, cut_note)}};
    if (!check.text.empty()) out["text"] = cut_to(check.text, limits::check_text, cut_note);
    const std::size_t sent = std::min(limits::annotations_sent, check.annotations.size());
    const std::size_t end = std::min(first_annotation + limits::annotations, sent);
    for (std::size_t k = first_annotation; k < end; ++k)
        out["annotations"].push_back(annotation_json(check.annotations[k]));
    return out;
}

Json check_json(const CheckRun& check, std::size_t first_annotation) {
    if (check.conclusion.has_value() != (check.status == CheckStatus::completed))
        throw std::logic_error("a check run has a conclusion exactly when it is completed");
    Json out{{"name", check.name}, {"status", to_string(check.status)}};
    if (check.conclusion) out["conclusion"] = to_string(*check.conclusion);
    if (!check.details_url.empty()) out["details_url"] = check.details_url;
    if (!check.external_id.empty()) out["external_id"] = check.external_id;
    if (check.started_at) out["started_at"] = platform::format_utc(*check.started_at);
    if (check.completed_at) out["completed_at"] = platform::format_utc(*check.completed_at);
    if (!check.title.empty()) out["output"] = output_json(check, first_annotation);
    for (std::size_t k = 0; k < std::min(limits::actions, check.actions.size()); ++k) {
        const auto& action = check.actions[k];
        // An identifier is read back by us, so a cut one would name something else.
        if (action.identifier.size() > limits::action_identifier)
            throw std::logic_error("the identifier of a check's action is longer than 20 characters");
        out["actions"].push_back({{"label", cut_to(action.label, limits::action_label, "")},
                                  {"description", cut_to(action.description, limits::action_description, "")},
                                  {"identifier", action.identifier}});
    }
    return out;
}

}  // namespace

std::string_view to_string(CheckStatus status) {
    switch (status) {
        case CheckStatus::queued:
            return "queued";
        case CheckStatus::in_progress:
            return "in_progress";
        case CheckStatus::completed:
            return "completed";
    }
    return "";
}

std::string_view to_string(CheckConclusion conclusion) {
    switch (conclusion) {
        case CheckConclusion::action_required:
            return "action_required";
        case CheckConclusion::cancelled:
            return "cancelled";
        case CheckConclusion::failure:
            return "failure";
        case CheckConclusion::neutral:
            return "neutral";
        case CheckConclusion::success:
            return "success";
        case CheckConclusion::skipped:
            return "skipped";
        case CheckConclusion::timed_out:
            return "timed_out";
    }
    return "";
}

std::string_view to_string(StatusState state) {
    switch (state) {
        case StatusState::error:
            return "error";
        case StatusState::failure:
            return "failure";
        case StatusState::pending:
            return "pending";
        case StatusState::success:
            return "success";
    }
    return "";
}

std::string_view to_string(AnnotationLevel level) {
    switch (level) {
        case AnnotationLevel::notice:
            return "notice";
        case AnnotationLevel::warning:
            return "warning";
        case AnnotationLevel::failure:
            return "failure";
    }
    return "";
}

std::string_view to_string(Reaction reaction) {
    switch (reaction) {
        case Reaction::plus_one:
            return "+1";
        case Reaction::minus_one:
            return "-1";
        case Reaction::laugh:
            return "laugh";
        case Reaction::confused:
            return "confused";
        case Reaction::heart:
            return "heart";
        case Reaction::hooray:
            return "hooray";
        case Reaction::rocket:
            return "rocket";
        case Reaction::eyes:
            return "eyes";
    }
    return "";
}

std::string create_check_body(const CheckRun& check) {
    Json out = check_json(check, 0);
    out["head_sha"] = check.head_sha;
    return json::dump(out);
}

std::string update_check_body(const CheckRun& check, std::size_t first_annotation) {
    return json::dump(check_json(check, first_annotation));
}

std::string status_body(const CommitStatus& status) {
    Json out{{"state", to_string(status.state)},
             {"context", cut_to(status.context, limits::status_context, "")},
             {"description", cut_to(status.description, limits::status_description, ellipsis)}};
    if (!status.target_url.empty()) out["target_url"] = status.target_url;
    return json::dump(out);
}

std::string hook_config_body(const std::optional<std::string>& url, const std::optional<std::string>& secret) {
    Json out{{"content_type", "json"}, {"insecure_ssl", "0"}};
    if (url) out["url"] = *url;
    if (secret) out["secret"] = *secret;
    return json::dump(out);
}

std::string comment_body(std::string_view markdown) {
    return json::dump(Json{{"body", cut_to(markdown, limits::comment, cut_note)}});
}

std::string reaction_body(Reaction reaction) {
    return json::dump(Json{{"content", to_string(reaction)}});
}

std::string cut_to(std::string_view text, std::size_t max_characters, std::string_view note) {
    const std::size_t note_characters = count_characters(note, 0).characters;
    const std::size_t kept = max_characters - std::min(max_characters, note_characters);
    Counted counted = count_characters(text, kept);
    if (counted.characters <= max_characters) return std::move(counted.text);
    counted.text.resize(counted.bytes_of_limit);
    return counted.text + std::string(note);
}

}
