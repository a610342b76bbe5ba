// Callgrind's and cachegrind's own files (callgrind.out.PID): counts that do not vary. The columns are named in
// `events:`; the totals stand in `summary:` or `totals:`, or, of callgrind alone, are added up from the lines of the
// functions. Ir is `instructions` and gates. The benchmark is the command, without its folder and without the hash that
// cargo appends.

#include <fmt/format.h>

#include <algorithm>

#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace callgrind {
namespace {

constexpr std::size_t max_events = 64;

bool recognise(std::string_view text) {
    bool events = false, other = false;
    int lines = 0;
    each_line(text, [&](std::string_view line) {
        events = events || line.starts_with("events: ");
        other = other || line.starts_with("cmd:") || line.starts_with("# callgrind format");
        return !(events && other) && ++lines < 1000;
    });
    return events && other;
}

/// "/a/deps/bench-3d69ca9f0e146ded --run 0" -> "bench --run 0".
std::string command_name(std::string_view command) {
    const auto blank = command.find(' ');
    auto program = command.substr(0, blank);
    if (const auto slash = program.rfind('/'); slash != std::string_view::npos) program.remove_prefix(slash + 1);
    constexpr std::size_t hash = 16;
    if (program.size() > hash + 1 && program[program.size() - hash - 1] == '-' &&
        program.substr(program.size() - hash).find_first_not_of("0123456789abcdef") == std::string_view::npos)
        program.remove_suffix(hash + 1);
    std::string name(program);
    if (blank != std::string_view::npos) name += command.substr(blank);
    return name.empty() ? "callgrind" : name;
}

class Reader {
  public:
    void line(std::string_view text) {
        if (const auto command = behind(text, "cmd:")) {
            name_ = command_name(*command);
        } else if (const auto events = behind(text, "events:")) {
            events_.clear();
            for (const auto event : fields_of(*events))
                if (events_.size() < max_events) events_.push_back(event);
            sums_.assign(events_.size(), 0);
        } else if (text.starts_with("# callgrind format") || text.starts_with("version:")) {
            totals_may_lack_ = true;
        } else if (const auto positions = behind(text, "positions:")) {
            totals_may_lack_ = true;
            positions_ = std::max<std::size_t>(fields_of(*positions).size(), 1);
        } else if (const auto summary = behind(text, "summary:")) {
            total(summary_, *summary);
        } else if (const auto totals = behind(text, "totals:")) {
            total(totals_, *totals);
        } else if (text.starts_with("calls=")) {
            calls_ = true;
        } else if (!text.empty() &&
                   (text[0] == '+' || text[0] == '-' || text[0] == '*' || (text[0] >= '0' && text[0] <= '9'))) {
            // The line behind calls= is what the callee cost, which its own lines say too.
            if (!std::exchange(calls_, false)) add(sums_, fields_of(text), positions_);
        }
    }

    void finish(Collector& collector) {
        if (events_.empty()) return collector.refuse("there are no events: in it");
        if (!totals_may_lack_ && summary_.empty() && totals_.empty())
            return collector.fail(name_, "there is no summary: at its end; was it cut off?");
        const auto& best = !summary_.empty() ? summary_ : !totals_.empty() ? totals_ : sums_;
        if (std::all_of(best.begin(), best.end(), [](double value) { return value == 0; }))
            return collector.fail(name_, "it counted nothing; was it cut off?");
        for (std::size_t i = 0; i < events_.size() && i < best.size(); ++i) {
            const bool instructions = events_[i] == "Ir";
            collector.add({name_, instructions ? "instructions" : snake_case(events_[i]), "count", model::Better::lower,
                           instructions},
                          best[i]);
        }
    }

  private:
    static void add(std::vector<double>& sums, const std::vector<std::string_view>& fields, std::size_t skip) {
        for (std::size_t i = skip; i < fields.size() && i - skip < sums.size(); ++i)
            sums[i - skip] += number_in<double>(fields[i]).value_or(0);
    }
    /// One file may hold several parts, each with its total.
    void total(std::vector<double>& totals, std::string_view text) const {
        totals.resize(events_.size());
        add(totals, fields_of(text), 0);
    }

    std::string name_ = "callgrind";
    std::vector<std::string_view> events_;
    std::vector<double> summary_, totals_, sums_;
    std::size_t positions_ = 1;
    bool totals_may_lack_ = false;  ///< callgrind's; cachegrind ends every file with them
    bool calls_ = false;
};

void read(std::string_view text, Collector& collector) {
    Reader reader;
    each_line(text, [&](std::string_view line) { return reader.line(line), true; });
    reader.finish(collector);
}

}  // namespace
}  // namespace callgrind
const Format callgrind_format{"callgrind", nullptr, nullptr, callgrind::recognise, callgrind::read};
}  // namespace benchgate::formats
