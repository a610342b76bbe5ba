#include "cli/tool_errors.h"

#include <fmt/format.h>

#include <map>

namespace benchgate::cli {

void add_tool_errors(model::Judgement& judgement, const model::Bundle& bundle) {
    std::map<std::string, std::string> said;
    for (const auto& trial : bundle.trials)
        for (const auto& error : trial.errors)
            if (!error.benchmark.empty() && !error.message.empty()) said[error.benchmark] = error.message;
    for (auto& verdict : judgement.verdicts) {
        const bool without_result = verdict.kind == model::VerdictKind::added ||
                                    verdict.kind == model::VerdictKind::missing ||
                                    verdict.kind == model::VerdictKind::failed;
        const auto found = said.find(verdict.series.key.benchmark);
        if (!without_result || found == said.end()) continue;
        verdict.reason +=
            fmt::format("{}the tool said: {}", verdict.reason.empty() ? "" : "; ", found->second.substr(0, 300));
    }
}

}  // namespace benchgate::cli
