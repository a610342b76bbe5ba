#include "core/judging/tool_errors.h"

#include <map>
#include <string>
#include <string_view>

#include "core/model/utf8.h"

namespace benchgate::judging {
namespace {

/// Whole characters on one line; a database takes no others, and no reader wants them.
std::string storable(std::string_view foreign) {
    std::string words;
    while (!foreign.empty()) {
        const auto length = model::character_length(foreign);
        const auto first = static_cast<unsigned char>(foreign.front());
        const bool is_plain = length > 0 && first >= 0x20 && first != 0x7f;
        const auto character = is_plain ? foreign.substr(0, length) : std::string_view(length > 0 ? " " : "?");
        if (words.size() + character.size() > longest_tool_words) break;
        words += character;
        foreign.remove_prefix(length > 0 ? length : 1);
    }
    return words;
}

bool is_without_result(model::VerdictKind kind) {
    return kind == model::VerdictKind::added || kind == model::VerdictKind::missing ||
           kind == model::VerdictKind::failed;
}

}  // namespace

void add_tool_errors(model::Judgement& judgement, const model::Bundle& bundle) {
    std::map<std::string_view, std::string_view> said;
    for (const auto& trial : bundle.trials)
        for (const auto& error : trial.errors)
            if (trial.kept && !error.benchmark.empty() && !error.message.empty()) said[error.benchmark] = error.message;
    for (auto& verdict : judgement.verdicts) {
        const auto found = said.find(verdict.series.key.benchmark);
        if (!is_without_result(verdict.kind) || found == said.end()) continue;
        if (found->second.starts_with("unsupported: "))
            verdict.reason.clear();
        else
            verdict.reason += verdict.reason.empty() ? "the tool said: " : "; the tool said: ";
        verdict.reason += storable(found->second);
    }
}

}  // namespace benchgate::judging
