#pragma once
// The reading of single fields out of a payload: by dotted path, with a bound and a character set, keeping the first
// complaint. Owns what a login, a name, an address may look like. Knows no event (events.h). Internal to planning.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/planning/events.h"

namespace benchgate::planning {

/// A reader of an event is a plain list of fields; the first wrong one is the error.
class Fields {
  public:
    using Check = bool (*)(std::string_view);

    explicit Fields(const json::Json& object, std::string prefix = "") : object_(object), prefix_(std::move(prefix)) {}

    /// nullptr: absent or null.
    const json::Json* find(std::string_view path) const;

    std::optional<std::string> maybe_text(std::string_view path, Check valid, std::string_view wanted);
    std::string text(std::string_view path, Check valid, std::string_view wanted);
    std::string sha(std::string_view path) { return text(path, is_sha, "not 40 hexadecimal digits"); }
    std::string ref(std::string_view path) { return text(path, is_ref_name, "not a ref's name"); }
    /// "refs/heads/main" or "main" -> "main".
    std::string branch(std::string_view path);
    std::string action();
    std::string login(std::string_view path);
    /// "" when the payload has none.
    std::string maybe_login(std::string_view path);

    std::optional<std::int64_t> maybe_id(std::string_view path);
    std::int64_t id(std::string_view path);
    /// Absent is false.
    bool flag(std::string_view path);

    /// Calls `take` with the fields of each object of a list, of `most` at most; absent is empty. False: there are
    /// more.
    template <class Take>
    bool each(std::string_view path, std::size_t most, Take take) {
        const auto* list = find(path);
        if (list == nullptr) return true;
        if (!list->is_array()) return complain(path, "not a list"), true;
        std::size_t taken = 0;
        for (const auto& item : *list) {
            if (taken == most) return false;
            Fields fields(item, prefix_ + std::string(path) + "[" + std::to_string(taken++) + "].");
            take(fields);
            if (!error_) error_ = fields.error_;
            if (error_) return true;
        }
        return true;
    }

    /// Repository, installation and sender.
    EventSource source();
    /// Whether a field with the type of an account says that it is no person.
    bool is_bot(std::string_view path);

    void complain(std::string_view path, std::string_view problem);
    const std::optional<EventError>& error() const { return error_; }
    /// The event, unless a field was wrong.
    tl::expected<Event, EventError> finished(Event event) const;

  private:
    const json::Json& object_;
    std::string prefix_;
    std::optional<EventError> error_;
};

/// Checks for Fields::text.
bool is_login(std::string_view text);      ///< users, organisations and Apps ("dependabot[bot]")
bool is_full_name(std::string_view text);  ///< owner/name
bool is_word(std::string_view text);       ///< letters, digits and '_'
bool is_body(std::string_view text);       ///< a comment, by its length
bool is_label(std::string_view text);      ///< one line of at most 255 bytes, may be empty

using EventResult = tl::expected<Event, EventError>;

/// One family of events a file: events_git.cpp, events_pulls.cpp, events_checks.cpp, events_installations.cpp.
EventResult read_push(const json::Json& payload);
EventResult read_merge_group(const json::Json& payload);
EventResult read_pull_request(const json::Json& payload);
EventResult read_comment(const json::Json& payload);
EventResult read_check_run(const json::Json& payload);
EventResult read_check_suite(const json::Json& payload);
EventResult read_installation(const json::Json& payload);
EventResult read_installation_repositories(const json::Json& payload);
EventResult read_repository(const json::Json& payload);

}  // namespace benchgate::planning
