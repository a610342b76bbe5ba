#include "core/planning/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/model/units.h"
#include "core/planning/ascii.h"
#include "core/planning/comment_lines.h"
#include "core/planning/events.h"
#include "core/planning/nearest.h"

namespace benchgate::planning {
namespace {

constexpr std::size_t longest_command = 1000;

struct Form {
    Verb verb;
    std::string_view name;
    std::vector<std::string> keys;
    std::vector<std::string> needed_keys;
    std::size_t fewest_words;
    std::size_t most_words;
    std::string_view usage;
};

const std::vector<Form>& forms() {
    static const std::vector<Form> all{
        {Verb::run,
         "run",
         {"suite", "filter", "base", "trials", "profile", "host"},
         {},
         0,
         0,
         "/rebench [suite=a,b] [filter=GLOB] [base=REF] [trials=N] [profile=quick|full] [host=CLASS]"},
        {Verb::approve, "approve", {}, {}, 0, 1, "/rebench approve [SHA]"},
        {Verb::cancel, "cancel", {}, {}, 0, 0, "/rebench cancel"},
        {Verb::status, "status", {}, {}, 0, 0, "/rebench status"},
        {Verb::retry, "retry", {}, {}, 0, 0, "/rebench retry"},
        {Verb::help, "help", {}, {}, 0, 0, "/rebench help"},
        {Verb::waive,
         "waive",
         {"max", "until", "reason"},
         {"max", "until", "reason"},
         1,
         1,
         "/rebench waive BENCHMARK max=8% until=2027-01-31 reason=\"...\""},
        {Verb::unwaive, "unwaive", {}, {}, 1, 1, "/rebench unwaive BENCHMARK"},
        {Verb::bisect, "bisect", {}, {}, 2, 2, "/rebench bisect BENCHMARK GOOD..BAD"},
        {Verb::profile, "profile", {}, {}, 1, 1, "/rebench profile BENCHMARK"},
        {Verb::aa, "aa", {"suite"}, {}, 0, 0, "/rebench aa [suite=a,b]"},
    };
    return all;
}

const Form& form_of(Verb verb) {
    return *std::find_if(forms().begin(), forms().end(), [&](const Form& form) { return form.verb == verb; });
}

std::vector<std::string> verbs() {
    std::vector<std::string> names;
    for (const auto& form : forms()) names.emplace_back(form.name);
    return names;
}

struct Token {
    std::string key;  ///< empty: a word
    std::string value;
    bool quoted = false;
};

bool is_key(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    });
}

/// Splits at blanks; a double quote at the start of a value holds it together, a backslash inside takes the next
/// character as it is. False: a quote is not closed.
bool split(std::string_view line, std::vector<Token>& tokens) {
    std::size_t i = 0;
    while (i < line.size()) {
        if (is_blank(line[i])) {
            ++i;
            continue;
        }
        Token token;
        std::string text;
        bool in_quotes = false;
        for (; i < line.size() && (in_quotes || !is_blank(line[i])); ++i) {
            const char c = line[i];
            if (in_quotes && c == '\\' && i + 1 < line.size()) {
                text += line[++i];
            } else if (in_quotes && c == '"') {
                in_quotes = false;
            } else if (c == '"' && text.empty() && !token.quoted) {
                in_quotes = token.quoted = true;
            } else if (c == '=' && !token.quoted && token.key.empty() && is_key(text)) {
                token.key = std::exchange(text, {});
            } else {
                text += c;
            }
        }
        if (in_quotes) return false;
        token.value = text;
        tokens.push_back(token);
    }
    return true;
}

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += fmt::format("{}`{}`", text.empty() ? "" : ", ", word);
    return text;
}

CommandError wrong(std::string what, const Form& form) {
    return {fmt::format("{}\n\nUsage: `{}`", std::move(what), form.usage)};
}

CommandError unknown(std::string_view kind, std::string_view word, const std::vector<std::string>& valid,
                     const Form& form) {
    std::string text = fmt::format("There is no {} {}.", kind, as_code(word));
    if (const auto near = nearest(word, valid)) text += fmt::format(" Did you mean `{}`?", *near);
    if (valid.empty())
        text += " This command takes none.";
    else
        text += fmt::format(" Valid: {}.", listed(valid));
    return wrong(std::move(text), form);
}

bool is_number_between(std::string_view text, int low, int high) {
    if (text.empty() || text.size() > 4) return false;
    int number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        number = number * 10 + (c - '0');
    }
    return number >= low && number <= high;
}

bool is_label_list(std::string_view text) {
    return !list_of(text).empty() && text.size() <= 200 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view("-_.,: ").find(static_cast<char>(c)) != std::string_view::npos;
    });
}

/// What a key's value must look like; empty: it is fine.
std::string_view problem_of(std::string_view key, std::string_view value) {
    if (value.empty()) return "a value";
    if (key == "suite") return list_of(value).empty() ? "names of suites, separated by commas" : "";
    if (key == "filter") return value.size() <= 200 ? "" : "a glob of at most 200 characters";
    if (key == "base") return is_ref_name(value) ? "" : "a branch, a tag or a commit";
    if (key == "trials") return is_number_between(value, 8, 60) ? "" : "a whole number from 8 to 60";
    if (key == "profile") return value == "quick" || value == "full" ? "" : "`quick` or `full`";
    if (key == "host") return is_label_list(value) ? "" : "labels of hosts, separated by commas";
    if (key == "max") return percent_of(value) ? "" : "a percentage above 0 and up to 1000, such as `8%`";
    if (key == "until") return day_of(value) ? "" : "a day of the calendar, such as `2027-01-31`";
    return value.size() <= 500 ? "" : "at most 500 characters";
}

/// What is wrong with the words that stand without a key; empty: nothing.
std::string problem_of_words(const Command& command) {
    const auto& words = command.words;
    if (words.empty()) return "";
    if (words[0].empty()) return "The name is empty.";
    if (command.verb == Verb::approve && !is_sha(words[0]))
        return fmt::format("{} is not a full commit id of 40 hexadecimal digits.", as_code(words[0]));
    if (command.verb != Verb::bisect) return "";
    const auto range = range_of(command);
    if (!range) return fmt::format("{} is not a range of two commits, such as `v1.0..main`.", as_code(words[1]));
    return range->good == range->bad ? "Both ends of the range are the same commit." : "";
}

CommandResult filled(const Form& form, const std::vector<Token>& tokens) {
    Command command{form.verb, {}, {}};
    for (const auto& token : tokens) {
        if (token.key.empty()) {
            command.words.push_back(token.value);
            continue;
        }
        if (std::find(form.keys.begin(), form.keys.end(), token.key) == form.keys.end())
            return unknown("key", token.key, form.keys, form);
        if (const auto wanted = problem_of(token.key, token.value); !wanted.empty())
            return wrong(fmt::format("`{}` wants {}, not {}.", token.key, wanted, as_code(token.value)), form);
        if (!command.values.emplace(token.key, token.value).second)
            return wrong(fmt::format("`{}` is given twice.", token.key), form);
    }
    for (const auto& key : form.needed_keys)
        if (!command.values.contains(key)) return wrong(fmt::format("`{}` is missing.", key), form);
    if (command.words.size() > form.most_words)
        return wrong(fmt::format("{} is one word too many.", as_code(command.words[form.most_words])), form);
    if (command.words.size() < form.fewest_words)
        return wrong(command.words.empty() ? "The benchmark is missing." : "The range of commits is missing.", form);
    if (const auto problem = problem_of_words(command); !problem.empty()) return wrong(problem, form);
    return command;
}

CommandResult read_line(std::string_view rest) {
    if (rest.size() > longest_command)
        return wrong(fmt::format("The command is longer than {} characters.", longest_command), form_of(Verb::run));
    std::vector<Token> tokens;
    if (!split(rest, tokens)) return wrong("A quote is not closed.", form_of(Verb::run));
    if (tokens.empty() || !tokens[0].key.empty()) return filled(form_of(Verb::run), tokens);
    const Token first = tokens[0];
    for (const auto& form : forms()) {
        if (first.quoted || form.name != first.value) continue;
        tokens.erase(tokens.begin());
        return filled(form, tokens);
    }
    return unknown("command", first.value, verbs(), form_of(Verb::run));
}

}  // namespace

CommandResult read_command(std::string_view comment) {
    const auto lines = command_lines(comment);
    if (lines.empty()) return NoCommand{};
    if (lines.size() > 1)
        return CommandError{
            "There is more than one `/rebench` line in this comment, and none was carried out. "
            "Write one command a comment."};
    return read_line(lines[0]);
}

bool has_new_command(std::string_view previous, std::string_view edited) {
    const auto said = read_command(edited);
    return !std::holds_alternative<NoCommand>(said) && said != read_command(previous);
}

std::string_view to_string(Verb verb) {
    return form_of(verb).name;
}

std::string Command::value(const std::string& key) const {
    const auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
}

std::optional<CommitRange> range_of(const Command& command) {
    if (command.verb != Verb::bisect || command.words.size() != 2) return std::nullopt;
    const std::string& text = command.words[1];
    const auto dots = text.find("..");
    if (dots == std::string::npos) return std::nullopt;
    CommitRange range{text.substr(0, dots), text.substr(dots + 2)};
    if (!is_ref_name(range.good) || !is_ref_name(range.bad)) return std::nullopt;
    return range;
}

std::optional<double> percent_of(std::string_view text) {
    const auto share = text.size() <= 20 ? model::parse_percent(text) : std::nullopt;
    if (!share || *share <= 0 || *share > 10) return std::nullopt;
    // As the digits say it: the share 0.07 times a hundred is not 7.
    double percent = 0;
    text.remove_suffix(1);
    const auto read = std::from_chars(text.data(), text.data() + text.size(), percent);
    return read.ec == std::errc() ? std::optional(percent) : std::nullopt;
}

std::optional<std::chrono::sys_days> day_of(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    std::array<int, 3> parts{};
    constexpr std::array<std::pair<std::size_t, std::size_t>, 3> places{{{0, 4}, {5, 2}, {8, 2}}};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto digits = text.substr(places[i].first, places[i].second);
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), parts[i]);
        if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || digits[0] == '-')
            return std::nullopt;
    }
    const std::chrono::year_month_day day{std::chrono::year(parts[0]),
                                          std::chrono::month(static_cast<unsigned>(parts[1])),
                                          std::chrono::day(static_cast<unsigned>(parts[2]))};
    if (!day.ok()) return std::nullopt;
    return std::chrono::sys_days(day);
}

std::vector<std::string> list_of(std::string_view value) {
    std::vector<std::string> items;
    while (!value.empty()) {
        const auto comma = value.find(',');
        std::string_view item = value.substr(0, comma);
        while (!item.empty() && is_blank(item.front())) item.remove_prefix(1);
        while (!item.empty() && is_blank(item.back())) item.remove_suffix(1);
        if (!item.empty()) items.emplace_back(item);
        value = comma == std::string_view::npos ? std::string_view() : value.substr(comma + 1);
    }
    return items;
}

std::string as_code(std::string_view text, std::size_t most) {
    std::string shown;
    std::size_t longest_run = 0;
    std::size_t run = 0;
    for (const char c : text.substr(0, most)) {
        const auto byte = static_cast<unsigned char>(c);
        // Only ASCII is shown as it is: what else there is may be invisible or change the direction of writing.
        shown += byte < 0x20 || byte >= 0x7F ? '?' : c;
        run = c == '`' ? run + 1 : 0;
        longest_run = std::max(longest_run, run);
    }
    if (text.size() > most) shown += "...";
    if (shown.empty()) shown = " ";
    const std::string fence(longest_run + 1, '`');
    const std::string_view pad = longest_run > 0 ? " " : "";
    return fmt::format("{}{}{}{}{}", fence, pad, shown, pad, fence);
}

std::string help_text() {
    return "Write one command a comment, at the start of a line:\n\n"
           "| command | what it does |\n|---|---|\n"
           "| `/rebench` | measures this pull request's head again, every suite |\n"
           "| `/rebench suite=a,b filter=GLOB` | only these suites, only these benchmarks |\n"
           "| `/rebench base=REF` | against the merge-base with another branch, tag or commit of this repository |\n"
           "| `/rebench trials=N profile=quick host=CLASS` | at most N trials a side; a short run; other hosts |\n"
           "| `/rebench approve SHA` | a maintainer lets the head of a fork run; void after a push |\n"
           "| `/rebench retry` | runs the suites again that failed or were cancelled |\n"
           "| `/rebench cancel` | ends what is queued or under way |\n"
           "| `/rebench status` | what is queued, under way and done |\n"
           "| `/rebench waive BENCHMARK max=8% until=2027-01-31 reason=\"...\"` | lets a regression of this benchmark "
           "(a name or a glob) pass here, up to this ceiling and day |\n"
           "| `/rebench unwaive BENCHMARK` | takes that back |\n"
           "| `/rebench bisect BENCHMARK GOOD..BAD` | looks for the first commit that made it worse, among up to "
           "10,000 on this repository's own branches and tags |\n"
           "| `/rebench profile BENCHMARK` | where its processor time goes, base beside head, from trials of its own "
           "that count "
           "in no verdict |\n"
           "| `/rebench aa [suite=a,b]` | measures the base against itself when nothing else is queued: how noisy "
           "benchmarks and hosts are |\n"
           "| `/rebench help` | this text |\n\n"
           "Arguments are `key=value` without blanks; a value with blanks stands in double quotes. All but `help` and "
           "`status` need write access.\n";
}

}  // namespace benchgate::planning
