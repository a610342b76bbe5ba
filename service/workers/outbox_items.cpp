#include "service/workers/outbox_items.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/json/json.h"

namespace benchgate::workers {
namespace {

using json::Json;

template <class E>
std::optional<E> word(const std::string& text, std::initializer_list<E> known) {
    for (const auto value : known)
        if (github::to_string(value) == text) return value;
    return std::nullopt;
}

Json parsed(const std::string& body_json) {
    return json::parse(body_json).value_or(Json::object());
}

std::string text_in(const Json& document, const char* key) {
    return json::text(document, key).value_or("");
}

Json to_json(const github::Annotation& annotation) {
    return {{"path", annotation.path},         {"start_line", annotation.start_line},
            {"end_line", annotation.end_line}, {"level", github::to_string(annotation.level)},
            {"message", annotation.message},   {"title", annotation.title}};
}

github::Annotation annotation_from(const Json& document) {
    using L = github::AnnotationLevel;
    const auto line = [&](const char* key) {
        return static_cast<int>(std::clamp<std::int64_t>(json::integer(document, key).value_or(1), 1, 1 << 30));
    };
    return {text_in(document, "path"),
            line("start_line"),
            line("end_line"),
            word<L>(text_in(document, "level"), {L::notice, L::warning, L::failure}).value_or(L::warning),
            text_in(document, "message"),
            text_in(document, "title")};
}

}  // namespace

std::int64_t number_in(const std::string& target) {
    constexpr std::string_view start = "pull/";
    std::int64_t number = 0;
    if (!target.starts_with(start)) return 0;
    const auto* end = target.data() + target.size();
    const auto [stop, error] = std::from_chars(target.data() + start.size(), end, number);
    return error == std::errc{} && stop == end && number > 0 ? number : 0;
}

std::optional<std::int64_t> id_of_object(const store::OutboxItem& item) {
    const auto& text = item.remote_id;
    std::int64_t id = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), id).ec != std::errc{}) return std::nullopt;
    return id;
}

std::string to_body(const CheckItem& item) {
    Json body{{"name", item.name},
              {"head_sha", item.head_sha},
              {"status", item.status},
              {"conclusion", item.conclusion},
              {"title", item.title},
              {"summary", item.summary},
              {"text", item.text},
              {"details_url", item.details_url},
              {"external_id", item.external_id}};
    for (const auto& annotation : item.annotations) {
        if (body["annotations"].size() == github::limits::annotations_sent) break;
        body["annotations"].push_back(to_json(annotation));
    }
    for (const auto& action : item.actions)
        body["actions"].push_back(
            {{"label", action.label}, {"description", action.description}, {"identifier", action.identifier}});
    return json::dump(body);
}

CheckItem check_item_from(const std::string& body_json) {
    const auto document = parsed(body_json);
    CheckItem item;
    for (const auto& [key, field] :
         std::initializer_list<std::pair<const char*, std::string*>>{{"name", &item.name},
                                                                     {"head_sha", &item.head_sha},
                                                                     {"status", &item.status},
                                                                     {"conclusion", &item.conclusion},
                                                                     {"title", &item.title},
                                                                     {"summary", &item.summary},
                                                                     {"text", &item.text},
                                                                     {"details_url", &item.details_url},
                                                                     {"external_id", &item.external_id}})
        *field = text_in(document, key);
    if (const auto& annotations = json::at(document, "annotations"); annotations.is_array())
        for (const auto& annotation : annotations) item.annotations.push_back(annotation_from(annotation));
    if (const auto& actions = json::at(document, "actions"); actions.is_array())
        for (const auto& action : actions)
            item.actions.push_back(
                {text_in(action, "label"), text_in(action, "description"), text_in(action, "identifier")});
    return item;
}

std::string to_body(const StatusItem& item) {
    return json::dump(Json{{"name", item.name},
                           {"head_sha", item.head_sha},
                           {"state", item.state},
                           {"description", item.description},
                           {"target_url", item.target_url}});
}

StatusItem status_item_from(const std::string& body_json) {
    const auto document = parsed(body_json);
    return {text_in(document, "name"), text_in(document, "head_sha"), text_in(document, "state"),
            text_in(document, "description"), text_in(document, "target_url")};
}

StatusItem status_item_of(const CheckItem& item) {
    std::string state = "pending";
    if (item.status == "completed") {
        state = "error";
        for (const char* passes : {"success", "neutral", "skipped"})
            if (item.conclusion == passes) state = "success";
        for (const char* holds : {"failure", "action_required"})
            if (item.conclusion == holds) state = "failure";
    }
    return {item.name, item.head_sha, state, item.title, item.details_url};
}

std::string to_body(const CommentItem& item) {
    return json::dump(Json{{"marker", item.marker},
                           {"markdown", item.markdown},
                           {"gate", item.gate ? model::to_string(*item.gate) : ""},
                           {"title", item.title}});
}

CommentItem comment_item_from(const std::string& body_json) {
    const auto document = parsed(body_json);
    return {text_in(document, "marker"), text_in(document, "markdown"), model::gate_from(text_in(document, "gate")),
            text_in(document, "title")};
}

std::string to_body(const FoldItem& item) {
    return json::dump(Json{{"comment_id", item.comment_id}, {"markdown", item.markdown}});
}

FoldItem fold_item_from(const std::string& body_json) {
    const auto document = parsed(body_json);
    return {json::integer(document, "comment_id").value_or(0), text_in(document, "markdown")};
}

github::CheckRun check_run_of(const CheckItem& item) {
    using S = github::CheckStatus;
    using C = github::CheckConclusion;
    github::CheckRun check;
    check.name = item.name;
    check.head_sha = item.head_sha;
    check.status = word<S>(item.status, {S::queued, S::in_progress, S::completed}).value_or(S::completed);
    if (check.status == S::completed)
        check.conclusion = word<C>(item.conclusion, {C::success, C::failure, C::neutral, C::action_required,
                                                     C::cancelled, C::skipped, C::timed_out})
                               .value_or(C::neutral);
    check.details_url = item.details_url;
    check.external_id = item.external_id;
    check.title = item.title;
    check.summary = item.summary;
    check.text = item.text;
    check.annotations = item.annotations;
    check.actions = item.actions;
    return check;
}

std::optional<github::CommitStatus> commit_status_of(const StatusItem& item) {
    using S = github::StatusState;
    const auto state = word<S>(item.state, {S::pending, S::success, S::failure, S::error});
    if (!state || item.name.empty()) return std::nullopt;
    return github::CommitStatus{item.name, *state, item.description, item.target_url};
}

}  // namespace benchgate::workers
