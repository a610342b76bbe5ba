#pragma once
// The `/rebench` line of a comment. Owns its grammar and the words of every answer to a wrong one. Markdown that quotes
// or shows code is not listened to. Knows nothing of permissions and of what exists (plan.h).

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

/// Reads at most the first 65,536 bytes, in linear time.
CommandResult read_command(std::string_view comment);

std::string_view to_string(Verb verb);

/// The comma-separated values of a list key ("suite=a,b"), blanks and empty ones dropped.
std::vector<std::string> list_of(std::string_view value);

/// The candidate with the fewest edits, if that is near enough to be a slip of the finger.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// Foreign text as an inline code span that nothing can break out of; longer than `most` bytes is shortened.
std::string as_code(std::string_view text, std::size_t most = 100);

/// The commands in Markdown, as `/rebench help` answers.
std::string help_text();

}  // namespace benchgate::planning
