#include "cli/compare_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <set>

#include "cli/comparison_sides.h"
#include "cli/config_file.h"
#include "cli/format_option.h"
#include "cli/output.h"
#include "cli/progress_display.h"
#include "core/judging/budgets.h"
#include "core/judging/judge.h"
#include "core/judging/questions.h"
#include "core/judging/tool_errors.h"
#include "core/protocol/bundle_json.h"
#include "core/reporting/csv.h"
#include "core/reporting/escape.h"
#include "core/reporting/explain.h"
#include "core/reporting/html.h"
#include "core/reporting/markdown.h"
#include "core/reporting/report_json.h"
#include "core/reporting/text.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "platform/ids.h"
#include "runners/measure/command_line.h"
#include "runners/measure/job.h"
#include "runners/sandbox/direct.h"

namespace benchgate::cli {
namespace {

constexpr int exit_usage = 2;
constexpr int exit_unmeasured = 3;
constexpr int quick_trials = 12;
constexpr int full_trials = 60;

/// Ends the command with a message and a status.
struct Refusal {
    int status;
    std::string message;
};

model::Config config_of_command(const CompareOptions& options) {
    model::Suite suite;
    suite.name = "command";
    suite.format = options.format.empty() ? "auto" : options.format;
    // One word is a shell line, as with `sh -c`; several are words.
    if (options.command.size() == 1)
        suite.run = options.command.front();
    else
        for (const auto& word : options.command) {
            const bool placeholder = measure::is_placeholder(word);
            suite.run += (suite.run.empty() ? "" : " ") + (placeholder ? word : measure::shell_quote(word));
        }
    model::Config config;
    config.suites.push_back(std::move(suite));
    return config;
}

model::Config load_config(const CompareOptions& options, const std::filesystem::path& root) {
    if (!options.command.empty()) return config_of_command(options);
    const auto path = options.config.empty() ? root / ".benchgate.yml" : std::filesystem::path(options.config);
    auto config = read_config(path.string());
    if (config) return std::move(*config);
    std::error_code none;
    const bool missing = !std::filesystem::exists(path, none);
    throw Refusal{
        exit_usage,
        config.error() + (missing ? "\nWrite a .benchgate.yml (three lines are enough, see the README), or name a "
                                    "command: benchgate compare -- build/bench --benchmark_format=json"
                                  : "")};
}

/// What would be ignored otherwise.
void refuse_contradictions(const CompareOptions& options) {
    const bool command = !options.command.empty();
    if (!command && !options.format.empty())
        throw Refusal{exit_usage, "--format goes with a command after --; a suite names its format itself"};
    if (command && !options.config.empty())
        throw Refusal{exit_usage, "--config and a command after -- exclude each other"};
    if (!options.format.empty())
        if (const auto mistake = unknown_format(options.format)) throw Refusal{exit_usage, *mistake};
    int to_stdout = 0;
    for (const auto* target : {&options.bundle, &options.json, &options.markdown, &options.html, &options.csv}) {
        to_stdout += *target == "-";
        if (auto writable = check_output(*target); !writable) throw Refusal{exit_usage, writable.error()};
    }
    if (to_stdout > 1) throw Refusal{exit_usage, "only one document can go to standard output; give the others a file"};
}

/// In the order asked for, each once.
std::vector<model::Suite> named_suites(const model::Config& config, const CompareOptions& options) {
    std::vector<model::Suite> wanted;
    for (const auto& name : options.suites) {
        const auto is_it = [&](const auto& suite) { return suite.name == name; };
        const auto found = std::find_if(config.suites.begin(), config.suites.end(), is_it);
        if (found == config.suites.end()) {
            std::string known;
            for (const auto& suite : config.suites) known += (known.empty() ? "" : ", ") + suite.name;
            throw Refusal{exit_usage, fmt::format("there is no suite '{}'; there are: {}", name, known)};
        }
        if (std::none_of(wanted.begin(), wanted.end(), is_it)) wanted.push_back(*found);
    }
    return wanted;
}

std::vector<model::Suite> measurable_suites(const model::Config& config, const CompareOptions& options,
                                            std::ostream& err) {
    auto suites = options.suites.empty() ? config.suites : named_suites(config, options);
    for (const auto& suite : suites)
        if (const auto why = unmeasured_because(suite); !why.empty())
            err << fmt::format("suite {}: {}\n", suite.name, why);
    std::erase_if(suites, [](const auto& suite) { return !unmeasured_because(suite).empty(); });
    if (suites.empty()) throw Refusal{exit_unmeasured, "nothing is left to be measured"};
    return suites;
}

/// Each once; none where nothing was measured.
std::vector<model::SeriesKey> series_of(const model::Bundle& bundle) {
    std::set<model::SeriesKey> keys;
    for (const auto& trial : bundle.trials)
        for (const auto& value : trial.values) keys.insert(value.series.key);
    return {keys.begin(), keys.end()};
}

void apply_limits(model::Suite& suite, const CompareOptions& options) {
    if (options.quick) suite.max_trials = std::min(suite.max_trials, quick_trials);
    if (options.full) suite.max_trials = std::max(suite.max_trials, full_trials);
    if (options.max_time) suite.timeout.job = *options.max_time;
}

class Comparison {
  public:
    Comparison(const CompareOptions& options, std::ostream& out, std::ostream& err, std::stop_token stop)
        : options_(options), out_(out), err_(err), stop_(stop) {}

    int run() {
        refuse_contradictions(options_);
        auto repository = platform::LocalRepository::discover(options_.repository);
        if (!repository)
            throw Refusal{exit_usage,
                          repository.error().message + "\nGo into a git repository, or name one with --repo PATH"};
        const auto config = load_config(options_, repository->root());
        const auto suites = measurable_suites(config, options_, err_);
        if (!options_.bundle.empty() && suites.size() != 1)
            throw Refusal{exit_usage, "--bundle holds one suite; say which one with --suite NAME"};
        const auto sides = read_range(*repository, options_.range);
        if (!sides) throw Refusal{exit_usage, sides.error()};
        if (!sides->note.empty()) err_ << sides->note << '\n';
        choose_sandbox();
        open_compiler_cache();

        report_.repository = name_of(*repository);
        report_.base_sha = sides->base_sha;
        report_.head_sha = sides->head_sha;
        report_.base_ref = sides->base_name;
        if (sandbox_note_ != "bubblewrap")
            report_.notes.push_back("Measured without a sandbox (" +
                                    sandbox_note_.substr(std::string("none: ").size()) + ")");
        for (auto& note : reporting::notes_of(config.unmet)) report_.notes.push_back(std::move(note));
        seed_ = options_.seed.value_or(platform::random_seed());
        for (auto suite : suites) {
            apply_limits(suite, options_);
            report_.suites.push_back(measure_suite(*repository, *sides, config, suite, suites.size()));
            if (stop_.stop_requested()) throw Refusal{exit_unmeasured, "stopped"};
        }
        for (auto& note : reporting::notes_of(report_.suites, config.budgets)) report_.notes.push_back(std::move(note));
        for (auto& note : reporting::notes_of(report_.suites, suites)) report_.notes.push_back(std::move(note));
        for (auto& note : reporting::notes_of(report_.suites, config.claims)) report_.notes.push_back(std::move(note));
        for (auto& note : reporting::notes_of(report_.suites, config.growth)) report_.notes.push_back(std::move(note));
        report_.state = reporting::state_of(report_.suites);
        report_.gate = reporting::gate_of(report_.suites);
        write_outputs();
        return reporting::exit_status(report_);
    }

  private:
    void choose_sandbox() {
        if (options_.no_sandbox) {
            sandbox_ = std::make_unique<sandbox::DirectSandbox>();
        } else {
            auto chosen = sandbox::choose({.allow_unsandboxed = true, .run_as = {}});
            if (!chosen) throw Refusal{exit_unmeasured, "no sandbox: " + chosen.error().message};
            sandbox_ = std::move(*chosen);
        }
        const bool isolated = sandbox_->probe().isolated;
        sandbox_note_ = isolated              ? "bubblewrap"
                        : options_.no_sandbox ? "none: --no-sandbox"
                                              : "none: bubblewrap does not work here";
        if (!isolated)
            err_ << (options_.no_sandbox ? "no sandbox, as asked for" : "no sandbox: bubblewrap does not work here")
                 << ": builds and benchmarks run with your own rights and network\n";
    }

    void open_compiler_cache() {
        if (options_.compiler_cache.empty()) return;
        auto cache = measure::CompilerCache::open({options_.compiler_cache}, *sandbox_);
        if (!cache) throw Refusal{exit_usage, "--compiler-cache: " + cache.error()};
        compilers_ = std::move(*cache);
    }

    reporting::SuiteReport measure_suite(const platform::LocalRepository& repository, const SidesOf& sides,
                                         const model::Config& config, const model::Suite& suite, std::size_t suites) {
        const platform::TempDir directory("benchgate-compare");
        std::filesystem::permissions(directory.path(), std::filesystem::perms(0711));
        auto copies = copy_sides(repository, sides, directory.path());
        if (!copies) throw Refusal{exit_unmeasured, copies.error()};
        measure::JobInput input;
        input.comparison = {report_.repository, sides.base_sha, sides.head_sha};
        input.suite = suite;
        input.experiment.suite = suite.name;
        input.experiment.seed = seed_;
        input.experiment.max_trials = suite.max_trials;
        input.experiment.policy = config.policy;
        // All suites together keep the stated rate.
        input.experiment.false_alarms = config.policy.false_alarms / static_cast<double>(suites);
        input.questions = judging::questions_beside(config, input.experiment.false_alarms);
        input.sides = *copies;
        input.runner = "this machine";
        input.sandbox_note = sandbox_note_;
        input.only = options_.filter;
        input.compilers = compilers_ ? &*compilers_ : nullptr;
        // Of the bases, one folder; what a head has compiled is found by itself alone.
        input.compilers_of = repository.root().string();
        input.head_origin = sides.head_sha == worktree ? "working tree" : "commit " + sides.head_sha;

        ProgressDisplay display(err_, suite.name, options_.terminal);
        const auto start = clock_.steady();
        auto bundle = measure::run_job(input, *sandbox_, display, clock_, stop_);
        reporting::SuiteReport report;
        report.name = suite.name;
        report.state = reporting::ReportState::completed;
        report.runner = input.runner;
        report.seed = seed_;
        report.detect = config.policy.detect;
        report.inconclusive_blocks = config.policy.inconclusive == model::InconclusiveAction::block;
        report.false_alarms = input.experiment.false_alarms;
        report.duration_seconds = std::chrono::duration<double>(clock_.steady() - start).count();
        if (!bundle) {
            report.error = reporting::SuiteError{std::string(model::to_string(bundle.error().phase)),
                                                 bundle.error().reason, display.log_tail()};
            return report;
        }
        auto answers = judging::answers_of(*bundle, input.questions);
        report.claims = std::move(answers.claims);
        report.growth = std::move(answers.growth);
        for (const auto& ref : model::claimed_refs(config.claims, series_of(*bundle))) {
            const auto asked = judging::questions_since(config, ref, input.experiment.false_alarms);
            const auto job = measure_since(ref, repository, sides, input, asked);
            auto found = job ? judging::answers_of(*job, asked) : judging::unmeasured_answers(asked, job.error());
            std::move(found.claims.begin(), found.claims.end(), std::back_inserter(report.claims));
        }
        if (bundle->stopped_by == "time")
            display.note("the time was up before the plan was at its end; a longer --max-time lets it go on");
        report.identical = bundle->identical;
        report.host = bundle->host;
        if (!bundle->identical) {
            auto explained = judging::judge_explained(*bundle);
            report.judgement = std::move(explained.judgement);
            if (options_.explain) report.explanations = std::move(explained.explanations);
            report.trials = judging::trials_per_block * report.judgement->blocks_kept;
            report.detect = reporting::detect_of(config.policy, *report.judgement);
            judging::add_tool_errors(*report.judgement, *bundle);
            auto budgets = config.budgets;
            if (suite.load) std::ranges::copy(model::budgets_of(*suite.load), std::back_inserter(budgets));
            report.budgets = judging::apply_budgets(*report.judgement, budgets, config.policy.inconclusive);
        }
        heed_findings(report, config.policy.inconclusive);
        if (!options_.bundle.empty()) write(options_.bundle, json::dump(protocol::to_json(*bundle)) + "\n");
        return report;
    }

    /// The head against a ref that claims speak of, as the comparison itself was measured; the error is for people.
    tl::expected<model::Bundle, std::string> measure_since(const std::string& ref,
                                                           const platform::LocalRepository& repository,
                                                           const SidesOf& sides, const measure::JobInput& comparison,
                                                           const model::Questions& asked) {
        const auto sha = repository.resolve(ref);
        if (!sha) return tl::unexpected(fmt::format("'{}' is no commit of this repository", ref));
        const platform::TempDir directory("benchgate-claim");
        std::filesystem::permissions(directory.path(), std::filesystem::perms(0711));
        const auto copies = copy_sides(repository, {*sha, sides.head_sha, "", ""}, directory.path());
        if (!copies) return tl::unexpected(copies.error());
        auto input = comparison;
        input.comparison.base_sha = *sha;
        input.experiment.confirm = false;
        input.sides = *copies;
        input.questions = asked;
        ProgressDisplay display(err_, fmt::format("{} since {}", input.suite.name, ref), options_.terminal);
        auto bundle = measure::run_job(input, *sandbox_, display, clock_, stop_);
        if (!bundle)
            return tl::unexpected(fmt::format("{}: {}", model::to_string(bundle.error().phase), bundle.error().reason));
        return std::move(*bundle);
    }

    static void heed_findings(reporting::SuiteReport& report, model::InconclusiveAction inconclusive) {
        if (!report.judgement) {
            report.claims_gate =
                judging::gate_with_answers({model::Gate::success, ""}, report.claims, report.growth, inconclusive).gate;
            return;
        }
        auto& judgement = *report.judgement;
        auto decision = judging::gate_with_answers({judgement.gate, judgement.gate_reason}, report.claims,
                                                   report.growth, inconclusive);
        judgement.gate = decision.gate;
        judgement.gate_reason = std::move(decision.reason);
    }

    void write(const std::string& target, const std::string& text) {
        if (auto written = write_output(target, text, out_); !written) throw Refusal{exit_usage, written.error()};
    }

    void write_outputs() {
        bool to_stdout = false;
        const auto put = [&](const std::string& target, auto render) {
            if (target.empty()) return;
            to_stdout |= target == "-";
            write(target, render());
        };
        put(options_.json, [&] { return json::dump(reporting::report_json(report_), 2) + "\n"; });
        put(options_.markdown, [&] { return reporting::render_markdown(report_); });
        put(options_.html, [&] { return reporting::render_html(report_); });
        put(options_.csv, [&] { return reporting::render_csv(report_); });
        // A document on standard output leaves standard error for the person.
        const bool taken = to_stdout || options_.bundle == "-";
        auto text = reporting::render_text(report_, {!taken && options_.colour, options_.columns});
        if (options_.explain)
            for (const auto& suite : report_.suites)
                text += fmt::format("\n{}\n{}", reporting::one_line(suite.name), reporting::explain_text(suite));
        if (taken)
            err_ << text;
        else
            write("-", text);
    }

    const CompareOptions& options_;
    std::ostream& out_;
    std::ostream& err_;
    std::stop_token stop_;
    platform::SystemClock clock_;
    std::unique_ptr<sandbox::Sandbox> sandbox_;
    std::optional<measure::CompilerCache> compilers_;
    std::string sandbox_note_;
    std::uint64_t seed_ = 0;
    reporting::Report report_;
};

}  // namespace

int run_compare(const CompareOptions& options, std::ostream& out, std::ostream& err, std::stop_token stop) {
    try {
        return Comparison(options, out, err, stop).run();
    } catch (const Refusal& refusal) {
        err << refusal.message << '\n';
        return refusal.status;
    }
}

}  // namespace benchgate::cli
