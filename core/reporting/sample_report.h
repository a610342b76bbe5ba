#pragma once
// Reports for the tests of this room: small ones with every kind of verdict, and large ones.

#include <cmath>
#include <string>

#include "core/reporting/report.h"

namespace benchgate::reporting::sample {

inline model::Verdict verdict(const std::string& benchmark, model::VerdictKind kind, double ratio) {
    model::Verdict made;
    made.series = {{benchmark, "time"}, "ns", model::Better::lower, true};
    made.kind = kind;
    made.ratio = ratio;
    made.interval = {ratio - 0.02, ratio + 0.02};
    made.base_value = 1'230'000;
    made.head_value = 1'230'000 * ratio;
    made.minimum_detectable = 0.021;
    made.p = 0.0001;
    made.trials_used = 20;
    made.confirmed = kind == model::VerdictKind::regressed || kind == model::VerdictKind::improved;
    return made;
}

inline SuiteReport suite(const std::string& name, std::vector<model::Verdict> verdicts, model::Gate gate) {
    SuiteReport made;
    made.name = name;
    made.state = ReportState::completed;
    made.judgement = model::Judgement{};
    made.judgement->verdicts = std::move(verdicts);
    made.judgement->gate = gate;
    made.judgement->judge_version = "1";
    made.judgement->tests = static_cast<int>(made.judgement->verdicts.size());
    made.judgement->blocks_kept = 5;
    made.trials = 20;
    made.runner = "bench-01";
    made.host_class = "bare-metal, x86_64";
    made.seed = 42;
    made.duration_seconds = 754;
    return made;
}

inline Report report(std::vector<SuiteReport> suites) {
    Report made;
    made.repository = "acme/engine";
    made.repository_url = "https://github.com/acme/engine";
    made.pull_number = 12;
    made.base_sha = std::string(40, 'b');
    made.head_sha = std::string(40, 'a');
    made.base_ref = "main";
    made.page_url = "https://bench.example.org/acme/engine/pull/12";
    made.suites = std::move(suites);
    made.state = state_of(made.suites);
    made.gate = gate_of(made.suites);
    return made;
}

/// Two of four benchmarks changed, one of them blocks.
inline Report regression() {
    auto slow = verdict("BM_Sort/1024", model::VerdictKind::regressed, 1.253);
    slow.level = "critical";
    slow.action = model::Action::block;
    auto red = suite("micro",
                     {verdict("BM_Find", model::VerdictKind::unchanged, 1.002), slow,
                      verdict("BM_Hash", model::VerdictKind::improved, 0.91),
                      verdict("BM_Copy", model::VerdictKind::inconclusive, 1.04)},
                     model::Gate::failure);
    red.judgement->gate_reason = "a critical regression blocks";
    return report({red});
}

/// The regression of `regression()`, covered by a waiver, or (with a lower ceiling) over it.
inline Report waived(double ceiling) {
    Report made = regression();
    const bool covers = ceiling > 0.253;
    WaiverNote note{1,
                    covers,
                    covers ? "" : "the change of 25.3 % is over its ceiling",
                    ceiling,
                    "2027-01-31",
                    "ada",
                    "known since #7 | @team"};
    made.suites[0].waivers = {note};
    made.suites[0].judgement->gate = covers ? model::Gate::neutral : model::Gate::failure;
    made.suites[0].judgement->gate_reason =
        covers ? "1 benchmark could not be decided" : "a critical regression blocks";
    made.gate = gate_of(made.suites);
    return made;
}

inline Report unchanged() {
    return report({suite("micro",
                         {verdict("BM_Find", model::VerdictKind::unchanged, 1.002),
                          verdict("BM_Hash", model::VerdictKind::unchanged, 0.998)},
                         model::Gate::success)});
}

/// Regressed from nothing: the change is a difference, with the unit that the tool wrote.
inline model::Verdict from_zero(const std::string& benchmark, const std::string& unit) {
    auto made = verdict(benchmark, model::VerdictKind::regressed, 1);
    made.series.unit = unit;
    made.ratio.reset();
    made.interval = {};
    made.base_value = 0;
    made.head_value = 5;
    return made;
}

/// Names that try to break out of every target.
inline const std::vector<std::string>& hostile_names() {
    static const std::vector<std::string> names{
        "<!-- -->|@team",
        "`code` ```fence",
        "[x](http://evil.example) www.evil.example https://evil.example",
        "</code></details><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "a\nb\r\n| c |\n# heading",
        "\x1b[31mred\x07 \xE2\x80\xAEgnp.exe \xFF\xFE",
        "=cmd|'/C calc'!A0",
        "#12 GH-12 acme/engine#1 $x$ :smile: user@example.org",
        "{{headline}} {{{page}}} {{>tables}}",
        "\\| \\` \\<",
        std::string(5000, 'x'),
        "",
    };
    return names;
}

inline Report hostile() {
    std::vector<model::Verdict> verdicts;
    std::vector<model::BudgetFinding> budgets;
    for (const auto& name : hostile_names()) {
        auto made = verdict(name, model::VerdictKind::regressed, 1.3);
        made.series.unit = name.substr(0, 50);
        made.series.key.metric = name;
        made.level = name;
        made.reason = name;
        verdicts.push_back(made);
        made.kind = model::VerdictKind::failed;
        verdicts.push_back(made);
        budgets.push_back({verdicts.size(), model::BudgetState::over, 5, {4, 6}, 3, {}, 3});
        verdicts.push_back(from_zero(name, name.substr(0, 50)));
    }
    const std::string& worst = hostile_names()[3];
    auto made = suite(worst, verdicts, model::Gate::failure);
    made.budgets = budgets;
    made.judgement->gate_reason = worst;
    made.runner = worst;
    made.host_class = worst;
    made.host = {{worst, model::FactStatus::warn, worst, worst, worst}};
    SuiteReport broken;
    broken.name = hostile_names()[0];
    broken.state = ReportState::completed;
    broken.error = SuiteError{worst, worst, "````\n</pre><script>\n" + worst};
    auto all = report({made, broken});
    all.base_ref = worst;
    all.notes = {worst};
    all.gate = model::Gate::failure;
    return all;
}

inline Report large(int benchmarks) {
    std::vector<model::Verdict> verdicts;
    for (int i = 0; i < benchmarks; ++i) {
        const auto kind = static_cast<model::VerdictKind>(i % 7);
        verdicts.push_back(verdict("namespace_with_a_long_name::BM_Benchmark<std::vector<int>>/" + std::to_string(i),
                                   kind, 1 + 0.01 * (i % 40)));
    }
    return report({suite("micro", verdicts, model::Gate::failure)});
}

}  // namespace benchgate::reporting::sample
