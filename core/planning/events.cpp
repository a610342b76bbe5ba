#include "core/planning/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace benchgate::planning {
namespace {

using json::Json;

constexpr std::size_t longest_address = 2048;
constexpr std::size_t longest_body = 4 * 65536;  // GitHub bounds characters; one has at most four bytes
constexpr std::string_view no_commit = "0000000000000000000000000000000000000000";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Users, organisations and Apps ("dependabot[bot]").
bool is_login(std::string_view text) {
    return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter(c) || is_digit(c) || std::string_view("-_.[]").find(c) != std::string_view::npos;
    });
}

bool is_full_name(std::string_view text) {
    const auto slash = text.find('/');
    return slash != std::string_view::npos && is_repository_word(text.substr(0, slash)) &&
           is_repository_word(text.substr(slash + 1));
}

bool is_clone_address(std::string_view text) {
    if (text.size() > longest_address) return false;
    if (!text.starts_with("https://") && !text.starts_with("http://")) return false;
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= 100 &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_body(std::string_view text) {
    return text.size() <= longest_body;
}

/// Reads fields by their dotted path and keeps the first complaint, so that a reader is a plain list of fields.
class Fields {
  public:
    using Check = bool (*)(std::string_view);

    explicit Fields(const Json& payload) : payload_(payload) {}

    /// nullptr: absent or null.
    const Json* find(std::string_view path) const {
        const Json* place = &payload_;
        while (!path.empty()) {
            const auto dot = path.find('.');
            if (!place->is_object()) return nullptr;
            const auto found = place->find(path.substr(0, dot));
            if (found == place->end() || found->is_null()) return nullptr;
            place = &*found;
            path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
        }
        return place;
    }

    std::optional<std::string> maybe_text(std::string_view path, Check valid, std::string_view wanted) {
        const Json* field = find(path);
        if (field == nullptr) return std::nullopt;
        if (!field->is_string()) return complain(path, "not a text"), std::nullopt;
        const auto& text = field->get_ref<const std::string&>();
        if (!valid(text)) return complain(path, wanted), std::nullopt;
        return text;
    }

    std::string text(std::string_view path, Check valid, std::string_view wanted) {
        auto found = maybe_text(path, valid, wanted);
        if (!found) complain(path, "missing");
        return std::move(found).value_or("");
    }

    std::string sha(std::string_view path) { return text(path, is_sha, "not 40 hexadecimal digits"); }
    std::string ref(std::string_view path) { return text(path, is_ref_name, "not a ref's name"); }

    std::optional<std::int64_t> maybe_id(std::string_view path) {
        const Json* field = find(path);
        if (field == nullptr) return std::nullopt;
        const bool fits =
            field->is_number_unsigned() ? field->get<std::uint64_t>() <= INT64_MAX : field->is_number_integer();
        if (!fits || field->get<std::int64_t>() <= 0) return complain(path, "not a positive number"), std::nullopt;
        return field->get<std::int64_t>();
    }

    std::int64_t id(std::string_view path) {
        const auto found = maybe_id(path);
        if (!found) complain(path, "missing");
        return found.value_or(0);
    }

    /// Absent is false.
    bool flag(std::string_view path) {
        const Json* field = find(path);
        if (field == nullptr) return false;
        if (!field->is_boolean()) return complain(path, "neither true nor false"), false;
        return field->get<bool>();
    }

    const std::optional<EventError>& error() const { return error_; }

  private:
    void complain(std::string_view path, std::string_view problem) {
        if (!error_) error_ = EventError{fmt::format("{}: {}", path, problem)};
    }

    const Json& payload_;
    std::optional<EventError> error_;
};

using Result = tl::expected<Event, EventError>;

Result finished(const Fields& fields, Event event) {
    if (fields.error()) return tl::unexpected(*fields.error());
    return event;
}

EventSource source_of(Fields& fields) {
    EventSource source;
    source.repository.id = fields.id("repository.id");
    source.repository.name = fields.text("repository.name", is_repository_word, "not a repository's name");
    // Older push payloads name the owner only by "name".
    const auto owner_path =
        fields.find("repository.owner.login") != nullptr ? "repository.owner.login" : "repository.owner.name";
    source.repository.owner = fields.text(owner_path, is_repository_word, "not an owner's name");
    source.repository.default_branch = fields.ref("repository.default_branch");
    source.repository.is_private = fields.flag("repository.private");
    source.repository.clone_url =
        fields.maybe_text("repository.clone_url", is_clone_address, "not an http address").value_or("");
    source.installation_id = fields.maybe_id("installation.id");
    source.sender = fields.maybe_text("sender.login", is_login, "not a login").value_or("");
    return source;
}

Result read_push(const Json& payload) {
    Fields fields(payload);
    const std::string ref = fields.text("ref", is_ref_name, "not a ref's name");
    constexpr std::string_view branches = "refs/heads/";
    if (fields.error()) return tl::unexpected(*fields.error());
    if (!ref.starts_with(branches)) return Ignored{"a tag was pushed"};
    if (fields.flag("deleted")) return Ignored{"a branch was deleted"};
    PushEvent event;
    event.branch = ref.substr(branches.size());
    if (event.branch.starts_with("gh-readonly-queue/")) return Ignored{"a branch of the merge queue"};
    event.source = source_of(fields);
    event.before = fields.sha("before");
    if (*event.before == no_commit) event.before.reset();
    event.after = fields.sha("after");
    event.forced = fields.flag("forced");
    if (event.after == no_commit) return Ignored{"a branch was deleted"};
    return finished(fields, event);
}

constexpr std::array<std::pair<std::string_view, PullRequestAction>, 5> pull_actions{
    {{"opened", PullRequestAction::opened},
     {"synchronize", PullRequestAction::synchronize},
     {"reopened", PullRequestAction::reopened},
     {"ready_for_review", PullRequestAction::ready_for_review},
     {"closed", PullRequestAction::closed}}};

Result read_pull_request(const Json& payload) {
    Fields fields(payload);
    const std::string action = fields.text("action", is_word, "not an action");
    if (fields.error()) return tl::unexpected(*fields.error());
    const auto known = std::find_if(pull_actions.begin(), pull_actions.end(),
                                    [&](const auto& entry) { return entry.first == action; });
    if (known == pull_actions.end()) return Ignored{"a pull request's action that changes no commit"};
    PullRequestEvent event;
    event.action = known->second;
    event.source = source_of(fields);
    auto& pull = event.pull;
    pull.number = fields.id("pull_request.number");
    pull.head_sha = fields.sha("pull_request.head.sha");
    pull.head_ref = fields.ref("pull_request.head.ref");
    pull.head_repository = fields.maybe_text("pull_request.head.repo.full_name", is_full_name, "not owner/name");
    pull.base_ref = fields.ref("pull_request.base.ref");
    pull.base_sha = fields.sha("pull_request.base.sha");
    // By number, not by name: a name can change hands between the event and now.
    pull.fork = fields.maybe_id("pull_request.head.repo.id") != std::optional(event.source.repository.id);
    pull.draft = fields.flag("pull_request.draft");
    pull.open = event.action != PullRequestAction::closed;
    pull.author = fields.maybe_text("pull_request.user.login", is_login, "not a login").value_or("ghost");
    return finished(fields, event);
}

Result read_comment(const Json& payload) {
    Fields fields(payload);
    const std::string action = fields.text("action", is_word, "not an action");
    if (fields.error()) return tl::unexpected(*fields.error());
    if (action != "created") return Ignored{"only new comments are read, never edits"};
    if (fields.find("issue.pull_request") == nullptr) return Ignored{"a comment on an issue"};
    if (fields.text("issue.state", is_word, "not a state") == "closed") return Ignored{"the pull request is closed"};
    const auto is_bot = [&](std::string_view path) {
        return fields.maybe_text(path, is_word, "not a type of account") == "Bot";
    };
    if (is_bot("comment.user.type") || is_bot("sender.type")) return Ignored{"a comment of a bot"};
    CommentEvent event;
    event.source = source_of(fields);
    event.number = fields.id("issue.number");
    event.comment_id = fields.id("comment.id");
    event.body = fields.maybe_text("comment.body", is_body, "too long").value_or("");
    event.author = fields.text("comment.user.login", is_login, "not a login");
    event.association = fields.maybe_text("comment.author_association", is_word, "not a word").value_or("NONE");
    return finished(fields, event);
}

Result read_installation(const Json& payload) {
    Fields fields(payload);
    InstallationEvent event;
    event.installation_id = fields.id("installation.id");
    event.account = fields.maybe_text("installation.account.login", is_login, "not a login").value_or("");
    event.action = fields.text("action", is_word, "not an action");
    return finished(fields, event);
}

}  // namespace

bool is_sha(std::string_view text) {
    return text.size() == 40 && std::all_of(text.begin(), text.end(), [](char c) {
               return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

bool is_ref_name(std::string_view text) {
    if (text.empty() || text.size() > 255 || text == "@") return false;
    if (text.front() == '-' || text.front() == '/' || text.back() == '/' || text.back() == '.') return false;
    for (const unsigned char c : text)
        if (c <= 0x20 || c == 0x7F || std::string_view("~^:?*[\\").find(static_cast<char>(c)) != std::string_view::npos)
            return false;
    for (const std::string_view bad : {"..", "//", "@{", "/.", ".lock/"})
        if (text.find(bad) != std::string_view::npos) return false;
    return text.front() != '.' && !text.ends_with(".lock");
}

bool is_repository_word(std::string_view text) {
    if (text.empty() || text.size() > 100 || text == "." || text == "..") return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; });
}

tl::expected<Event, EventError> read_event(std::string_view event_name, const json::Json& payload) {
    if (!payload.is_object()) return tl::unexpected(EventError{"the payload is not an object"});
    if (event_name == "push") return read_push(payload);
    if (event_name == "pull_request") return read_pull_request(payload);
    if (event_name == "issue_comment") return read_comment(payload);
    if (event_name == "installation" || event_name == "installation_repositories") return read_installation(payload);
    if (event_name == "ping") return PingEvent{};
    return Ignored{"a kind of event that nothing is planned for"};
}

}  // namespace benchgate::planning
