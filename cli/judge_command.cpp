#include "cli/judge_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <ostream>

#include "cli/config_file.h"
#include "cli/output.h"
#include "cli/trials_csv.h"
#include "core/json/json.h"
#include "core/judging/judge.h"
#include "core/protocol/bundle_json.h"
#include "core/reporting/escape.h"
#include "core/reporting/numbers.h"
#include "core/reporting/report_json.h"
#include "platform/files.h"

namespace benchgate::cli {
namespace {

constexpr std::size_t max_bundle_bytes = 512u << 20;

tl::expected<std::optional<model::Policy>, std::string> read_policy(const std::string& path) {
    if (path.empty()) return std::nullopt;
    const auto config = read_config(path);
    if (!config) return tl::unexpected(config.error());
    return config->policy;
}

tl::expected<model::Judgement, std::string> judge_bundle(const JudgeOptions& options,
                                                         const std::optional<model::Policy>& policy) {
    const auto bytes = platform::read_file(options.bundle_file, max_bundle_bytes);
    if (!bytes) return tl::unexpected(bytes.error().message);
    const auto document = json::parse(*bytes, {max_bundle_bytes, json::Limits{}.depth});
    if (!document) return tl::unexpected(fmt::format("{}:1: {}", options.bundle_file, document.error().message));
    auto bundle = protocol::read_bundle(*document);
    if (!bundle) return tl::unexpected(fmt::format("{}:1: {}", options.bundle_file, bundle.error().message));
    if (policy) bundle->experiment.policy = *policy;
    if (options.benchmarks > 0) bundle->experiment.tests = options.benchmarks;
    return judging::judge(*bundle);
}

/// Everything but the figures may come from a file, so a terminal gets it on one line without control characters.
void print(const model::Judgement& judgement, std::ostream& out) {
    for (const auto& verdict : judgement.verdicts) {
        out << fmt::format("{:<12}  {} {}", to_string(verdict.kind), reporting::one_line(verdict.series.key.benchmark),
                           reporting::one_line(verdict.series.key.metric));
        if (verdict.ratio)
            out << fmt::format("  {} ({})", reporting::change_text(verdict),
                               reporting::interval_text(verdict.interval));
        if (verdict.level) out << "  " << reporting::one_line(*verdict.level);
        if (verdict.minimum_detectable && verdict.kind != model::VerdictKind::regressed)
            out << "  detectable " << reporting::format_percent(*verdict.minimum_detectable);
        out << fmt::format("  {} trials a side", verdict.trials_used);
        if (!verdict.reason.empty()) out << "  " << reporting::one_line(verdict.reason);
        out << '\n';
    }
    out << fmt::format("gate: {}: {}\n", to_string(judgement.gate), reporting::one_line(judgement.gate_reason));
}

tl::expected<void, std::string> write(const model::Judgement& judgement, const std::string& target, std::ostream& out) {
    if (!target.empty()) return write_output(target, json::dump(reporting::judgement_json(judgement), 1) + "\n", out);
    print(judgement, out);
    return {};
}

}  // namespace

tl::expected<model::Judgement, std::string> judge_trials(const JudgeOptions& options, const model::Policy& policy,
                                                         std::ostream& notes) {
    std::ifstream file(options.trials_file, std::ios::binary);
    if (!file) return tl::unexpected(fmt::format("{}:1: cannot be opened", options.trials_file));
    auto table = read_trials(file, options.trials_file);
    if (!table) return tl::unexpected(table.error());
    if (table->without_direction > 0)
        notes << fmt::format("{}: {} series without a direction (better = none) are not judged\n", options.trials_file,
                             table->without_direction);
    judging::JudgeOptions judge;
    judge.policy = policy;
    judge.false_alarms = policy.false_alarms;
    judge.tests = options.benchmarks;
    judge.confirmation_required = false;
    judging::JobBlocks blocks;
    blocks.measured.series = std::move(table->series);
    for (const auto& series : blocks.measured.series)
        blocks.measured.kept = std::max(blocks.measured.kept, static_cast<int>(series.blocks.size()));
    return judging::judge(blocks, judge);
}

int run_judge(const JudgeOptions& options, std::ostream& out, std::ostream& err) {
    constexpr int passes = 0, blocks = 1, usage = 2;
    if (options.trials_file.empty() == options.bundle_file.empty()) {
        err << "judge needs either a bundle or --trials FILE\n";
        return usage;
    }
    const auto policy = read_policy(options.policy_file);
    if (!policy) {
        err << policy.error() << '\n';
        return usage;
    }
    const auto judgement = options.trials_file.empty() ? judge_bundle(options, *policy)
                                                       : judge_trials(options, policy->value_or(model::Policy{}), err);
    if (!judgement) {
        err << judgement.error() << '\n';
        return usage;
    }
    if (const auto written = write(*judgement, options.json, out); !written) {
        err << written.error() << '\n';
        return usage;
    }
    const bool closed = judgement->gate == model::Gate::failure || judgement->gate == model::Gate::action_required;
    return closed ? blocks : passes;
}

}  // namespace benchgate::cli
