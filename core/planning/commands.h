#pragma once
// The `/rebench` line of a comment. Owns its grammar and the words of every answer to a wrong one. Which lines are
// heard is comment_lines.h. Knows nothing of permissions, of the clock and of what exists (plan.h).

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace benchgate::planning {

enum class Verb { run, approve, cancel, status, retry, help, waive, unwaive, bisect, profile, aa };

/// `values` holds key=value arguments, keys and their values checked; `words` what stands without a key (the SHA of
/// approve, the benchmark of waive, ...).
struct Command {
    Verb verb = Verb::run;
    std::map<std::string, std::string> values;
    std::vector<std::string> words;
    bool operator==(const Command&) const = default;
    /// "" when the key is not given.
    std::string value(const std::string& key) const;
};

/// A `/rebench` line that cannot be understood. `message` is Markdown, with everything of the comment escaped.
struct CommandError {
    std::string message;
    bool operator==(const CommandError&) const = default;
};

struct NoCommand {
    bool operator==(const NoCommand&) const = default;
};

using CommandResult = std::variant<NoCommand, Command, CommandError>;

/// Linear time, whatever the comment is.
CommandResult read_command(std::string_view comment);

/// Whether an edited comment says something to benchgate that it did not say before: another command, or one where
/// there was none or a wrong one. What is written around the command does not count.
bool has_new_command(std::string_view previous, std::string_view edited);

std::string_view to_string(Verb verb);

/// GOOD..BAD of bisect as written: branches, tags or commits.
struct CommitRange {
    std::string good;
    std::string bad;
    bool operator==(const CommitRange&) const = default;
};
std::optional<CommitRange> range_of(const Command& command);

/// The max= and until= of a waiver: a percentage above 0 and up to 1000, a day of the calendar.
std::optional<double> percent_of(std::string_view text);
std::optional<std::chrono::sys_days> day_of(std::string_view text);

/// The comma-separated values of a list key ("suite=a,b"), blanks and empty ones dropped.
std::vector<std::string> list_of(std::string_view value);

/// Foreign text as an inline code span that nothing can break out of; longer than `most` bytes is shortened.
std::string as_code(std::string_view text, std::size_t most = 100);

/// The commands in Markdown, as `/rebench help` answers.
std::string help_text();

/// Whether it measures the head as the gate wants it, claims included.
inline bool measures_claims(Verb verb) {
    return verb == Verb::run || verb == Verb::approve || verb == Verb::retry;
}

}  // namespace benchgate::planning
