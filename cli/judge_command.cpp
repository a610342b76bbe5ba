#include "cli/judge_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <ostream>

#include "cli/config_file.h"
#include "cli/output.h"
#include "cli/trials_csv.h"
#include "core/json/json.h"
#include "core/judging/tool_errors.h"
#include "core/protocol/bundle_json.h"
#include "core/reporting/escape.h"
#include "core/reporting/explain.h"
#include "core/reporting/numbers.h"
#include "core/reporting/report_json.h"
#include "core/reporting/text.h"
#include "platform/files.h"

namespace benchgate::cli {
namespace {

constexpr std::size_t max_bundle_bytes = 512u << 20;

struct Judged {
    model::Judgement judgement;
    std::vector<model::Explanation> explanations;  ///< none unless asked for
    std::optional<reporting::SuiteReport> suite;   ///< of a bundle, which knows how it was measured
};

tl::expected<std::optional<model::Policy>, std::string> read_policy(const std::string& path) {
    if (path.empty()) return std::nullopt;
    const auto config = read_config(path);
    if (!config) return tl::unexpected(config.error());
    return config->policy;
}

/// Documents of ours that are easily taken for a bundle.
std::string what_it_is(const json::Json& document) {
    if (document.contains("suites"))
        return "this is the report of `benchgate compare --json`; `--bundle FILE` keeps what judge reads";
    if (document.contains("verdicts")) return "these are verdicts of `benchgate judge --json`, not a bundle";
    if (document.contains("measurements") || document.contains("benchmarks") || document.contains("results"))
        return "this is one result of a benchmark tool; `benchgate parse` shows it, judge needs a bundle";
    return "";
}

tl::expected<Judged, std::string> judge_bundle(const JudgeOptions& options,
                                               const std::optional<model::Policy>& policy) {
    const auto bytes = platform::read_file(options.bundle_file, max_bundle_bytes);
    if (!bytes) return tl::unexpected(bytes.error().message);
    const auto document = json::parse(*bytes, {max_bundle_bytes, json::Limits{}.depth});
    if (!document)
        return tl::unexpected(fmt::format("{}:1: {}; a bundle is JSON, trials in CSV are read with --trials FILE",
                                          options.bundle_file, document.error().message));
    auto bundle = protocol::read_bundle(*document);
    if (!bundle) {
        const auto guess = document->is_object() ? what_it_is(*document) : "";
        return tl::unexpected(
            fmt::format("{}:1: {}", options.bundle_file, guess.empty() ? bundle.error().message : guess));
    }
    if (policy) bundle->experiment.policy = *policy;
    if (options.benchmarks > 0) bundle->experiment.tests = options.benchmarks;
    auto explained = judging::judge_explained(*bundle);
    judging::add_tool_errors(explained.judgement, *bundle);
    if (!options.explain) explained.explanations.clear();
    Judged judged{std::move(explained.judgement), std::move(explained.explanations), reporting::SuiteReport{}};
    auto& suite = *judged.suite;
    suite.name = bundle->experiment.suite;
    suite.state = reporting::ReportState::completed;
    suite.identical = bundle->identical;
    if (!bundle->identical) suite.judgement = judged.judgement;
    suite.trials = judging::trials_per_block * judged.judgement.blocks_kept;
    suite.detect = reporting::detect_of(bundle->experiment.policy, judged.judgement);
    return judged;
}

/// As `compare` printed it.
std::string table_of(const Judged& judged, const JudgeOptions& options) {
    reporting::Report report;
    report.suites = {*judged.suite};
    report.state = reporting::ReportState::completed;
    report.gate = judged.judgement.gate;
    return reporting::render_text(report, {options.colour, options.columns});
}

/// Everything but the figures may come from a file, so a terminal gets it on one line without control characters.
void print(const model::Judgement& judgement, std::ostream& out) {
    for (const auto& verdict : judgement.verdicts) {
        out << fmt::format("{:<12}  {} {}", to_string(verdict.kind), reporting::one_line(verdict.series.key.benchmark),
                           reporting::one_line(verdict.series.key.metric));
        if (verdict.ratio)
            out << fmt::format("  {} ({})", reporting::one_line(reporting::change_text(verdict)),
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

std::string explanation_of(const Judged& judged) {
    auto suite = judged.suite.value_or(reporting::SuiteReport{});
    suite.judgement = judged.judgement;
    suite.explanations = judged.explanations;
    return reporting::explain_text(suite);
}

tl::expected<void, std::string> write(const Judged& judged, const JudgeOptions& options, std::ostream& out) {
    if (!options.json.empty())
        return write_output(
            options.json, json::dump(reporting::judgement_json(judged.judgement, judged.explanations), 1) + "\n", out);
    if (judged.suite)
        out << table_of(judged, options);
    else if (!options.explain)
        print(judged.judgement, out);
    if (options.explain) out << (judged.suite ? "\n" : "") << explanation_of(judged);
    return {};
}

}  // namespace

tl::expected<judging::Explained, std::string> judge_trials(const JudgeOptions& options, const model::Policy& policy,
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
    return judging::judge_explained(blocks, judge);
}

int run_judge(const JudgeOptions& options, std::ostream& out, std::ostream& err) {
    constexpr int passes = 0, blocks = 1, usage = 2;
    if (options.trials_file.empty() == options.bundle_file.empty()) {
        err << "judge needs either a bundle (`benchgate compare --bundle FILE` writes one) or --trials FILE\n";
        return usage;
    }
    const auto policy = read_policy(options.policy_file);
    if (!policy) {
        err << policy.error() << '\n';
        return usage;
    }
    tl::expected<Judged, std::string> judged;
    if (options.trials_file.empty())
        judged = judge_bundle(options, *policy);
    else
        judged = judge_trials(options, policy->value_or(model::Policy{}), err).map([&](judging::Explained explained) {
            if (!options.explain) explained.explanations.clear();
            return Judged{std::move(explained.judgement), std::move(explained.explanations), std::nullopt};
        });
    if (!judged) {
        err << judged.error() << '\n';
        return usage;
    }
    if (const auto written = write(*judged, options, out); !written) {
        err << written.error() << '\n';
        return usage;
    }
    const auto gate = judged->judgement.gate;
    return gate == model::Gate::failure || gate == model::Gate::action_required ? blocks : passes;
}

}  // namespace benchgate::cli
