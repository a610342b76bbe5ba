#include "core/protocol/spec_json.h"

#include <fmt/format.h>

#include "core/protocol/fields.h"
#include "core/protocol/load_json.h"
#include "core/protocol/questions_json.h"

namespace benchgate::protocol {
namespace {

constexpr int most_trials = 10'000;  // a side

json::Json levels_json(const std::vector<model::Level>& levels) {
    auto list = json::Json::array();
    for (const auto& level : levels)
        list.push_back({{"name", level.name}, {"at", level.at}, {"action", model::to_string(level.action)}});
    return list;
}

Read<std::vector<model::Level>> read_levels(const json::Json& list) {
    std::vector<model::Level> levels;
    if (!list.is_array() || list.size() > model::most_levels)
        return tl::unexpected(MessageError{fmt::format("expected a list of at most {} levels", model::most_levels)});
    for (const auto& item : list) {
        Fields f(item);
        model::Level level{f.text("name"), f.number("at"), f.word("action", model::Action::log, model::action_from)};
        auto read = f.done(std::move(level));
        if (!read) return tl::unexpected(read.error());
        levels.push_back(std::move(*read));
    }
    return levels;
}

json::Json checkout_json(const Checkout& checkout) {
    return {{"sha", checkout.sha}, {"refs", checkout.refs}};
}

Read<Checkout> read_checkout(const json::Json& document) {
    Fields f(document);
    Checkout checkout{f.text("sha"), f.texts("refs", 16)};
    return f.done(std::move(checkout));
}

json::Json triggers_json(const model::Triggers& on) {
    json::Json document{{"pull_request", on.pull_request},
                        {"pull_request_paths", on.pull_request_paths},
                        {"push", on.push},
                        {"push_branches", on.push_branches},
                        {"push_paths", on.push_paths}};
    if (on.schedule) document["schedule"] = *on.schedule;
    if (on.merge_group) document["merge_group"] = *on.merge_group;
    return document;
}

Read<model::Triggers> read_triggers(const json::Json& document) {
    Fields f(document);
    model::Triggers on;
    on.pull_request = f.boolean_or("pull_request", on.pull_request);
    on.pull_request_paths = f.texts("pull_request_paths");
    on.push = f.boolean_or("push", on.push);
    on.push_branches = f.texts("push_branches");
    on.push_paths = f.texts("push_paths");
    on.schedule = f.optional_text("schedule");
    on.merge_group = f.optional_text("merge_group");
    return f.done(std::move(on));
}

json::Json metric_json(const model::MetricPolicy& metric) {
    auto entry = json::Json::object();
    if (metric.levels) entry["levels"] = levels_json(*metric.levels);
    if (metric.detect) entry["detect"] = *metric.detect;
    return entry;
}

json::Json metrics_json(const std::map<std::string, model::MetricPolicy>& metrics) {
    auto document = json::Json::object();
    for (const auto& [name, metric] : metrics) document[name] = metric_json(metric);
    return document;
}

model::MetricPolicy read_metric(Fields& f, const char* key, const json::Json& entry) {
    model::MetricPolicy metric;
    if (entry.is_object() && entry.contains("levels")) metric.levels = f.take(key, read_levels(entry["levels"]));
    metric.detect = json::number(entry, "detect");
    if (metric.detect && !(*metric.detect > 0 && *metric.detect < 10)) f.fail("detect: expected a share above 0");
    return metric;
}

std::map<std::string, model::MetricPolicy> read_metrics(Fields& f, const json::Json& object) {
    std::map<std::string, model::MetricPolicy> metrics;
    for (const auto& [name, entry] : object.items()) metrics.emplace(name, read_metric(f, "metrics", entry));
    return metrics;
}

std::vector<model::BenchmarkPolicy> read_benchmarks(Fields& f, const json::Json& list) {
    std::vector<model::BenchmarkPolicy> policies;
    if (!list.is_array() || list.size() > model::most_benchmark_policies) {
        f.fail(fmt::format("benchmarks: expected a list of at most {}", model::most_benchmark_policies));
        return policies;
    }
    for (const auto& entry : list) {
        const auto glob = json::text(entry, "benchmark");
        if (!glob) f.fail("benchmarks: an entry without its benchmark");
        policies.push_back(
            {glob.value_or(""), read_metric(f, "benchmarks", entry), read_metrics(f, json::at(entry, "metrics"))});
    }
    return policies;
}

}  // namespace

json::Json to_json(const model::Policy& policy) {
    json::Json document{
        {"levels", levels_json(policy.levels)},
        {"metrics", metrics_json(policy.metrics)},
        {"false_alarms", policy.false_alarms},
        {"detect", policy.detect},
        {"inconclusive", policy.inconclusive == model::InconclusiveAction::block ? "block" : "neutral"}};
    for (const auto& entry : policy.benchmarks) {
        auto one = metric_json(entry.every);
        one["benchmark"] = entry.benchmark;
        one["metrics"] = metrics_json(entry.metrics);
        document["benchmarks"].push_back(std::move(one));
    }
    if (policy.drift_per) document["drift_per"] = *policy.drift_per;
    if (policy.drift_allow) document["drift_allow"] = *policy.drift_allow;
    return document;
}

Read<model::Policy> read_policy(const json::Json& document) {
    Fields f(document);
    model::Policy policy;
    policy.levels = f.take("levels", read_levels(f.array("levels")));
    policy.metrics = read_metrics(f, f.object("metrics"));
    if (document.contains("benchmarks")) policy.benchmarks = read_benchmarks(f, document["benchmarks"]);
    policy.false_alarms = f.number("false_alarms");
    policy.detect = f.number("detect");
    if (!(policy.false_alarms > 0 && policy.false_alarms < 1)) f.fail("false_alarms: expected a share between 0 and 1");
    if (!(policy.detect > 0 && policy.detect < 10)) f.fail("detect: expected a share above 0");
    const auto inconclusive = f.text_or("inconclusive", "neutral");
    if (inconclusive != "neutral" && inconclusive != "block") f.fail("inconclusive: unknown word");
    policy.inconclusive =
        inconclusive == "block" ? model::InconclusiveAction::block : model::InconclusiveAction::neutral;
    policy.drift_per = f.optional_text("drift_per");
    policy.drift_allow = f.optional_number("drift_allow");
    return f.done(std::move(policy));
}

json::Json to_json(const model::Suite& suite) {
    auto components = json::Json::array();
    for (const auto& [glob, component] : suite.components) components.push_back({glob, component});
    json::Json document{{"name", suite.name},
                        {"tier", model::to_string(suite.tier)},
                        {"components", components},
                        {"on", triggers_json(suite.on)},
                        {"build", suite.build},
                        {"run", suite.run},
                        {"format", suite.format},
                        {"artifacts", suite.artifacts},
                        {"max_trials", suite.max_trials},
                        {"build_timeout_ms", suite.timeout.build.count()},
                        {"trial_timeout_ms", suite.timeout.trial.count()},
                        {"job_timeout_ms", suite.timeout.job.count()},
                        {"measure", suite.measure},
                        {"environment", suite.environment},
                        {"line", suite.line}};
    if (!suite.fetch.empty()) document["fetch"] = suite.fetch;
    if (suite.link_orders != 1) document["link_orders"] = suite.link_orders;
    if (suite.load) document["load"] = to_json(*suite.load);
    if (!suite.profile_regressions) document["profile_regressions"] = false;
    return document;
}

Read<model::Suite> read_suite(const json::Json& document) {
    Fields f(document);
    model::Suite suite;
    suite.name = f.text("name");
    suite.tier = f.word("tier", suite.tier, model::tier_from);
    for (const auto& pair : f.array("components")) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) {
            f.fail("components: expected pairs of texts");
            break;
        }
        suite.components.emplace_back(pair[0].get<std::string>(), pair[1].get<std::string>());
    }
    suite.on = f.take("on", read_triggers(f.object("on")));
    if (document.contains("fetch")) suite.fetch = f.texts("fetch");
    suite.build = f.texts("build");
    suite.run = f.text("run");
    suite.format = f.text("format");
    suite.artifacts = f.texts("artifacts");
    suite.link_orders = f.whole_or("link_orders", 1, 1, model::most_link_orders);
    if (!model::is_link_orders(suite.link_orders)) f.fail("link_orders: expected 1, 2, 4 or 8");
    suite.max_trials = f.whole("max_trials", 1, most_trials);
    suite.timeout.build = f.duration_ms("build_timeout_ms");
    suite.timeout.trial = f.duration_ms("trial_timeout_ms");
    suite.timeout.job = f.duration_ms("job_timeout_ms");
    suite.measure = f.texts("measure");
    for (const auto& [name, value] : f.object("environment").items()) {
        if (!value.is_string())
            f.fail("environment: expected texts");
        else
            suite.environment.emplace(name, value.get<std::string>());
    }
    if (document.contains("load")) suite.load = f.take("load", read_load_suite(f.object("load")));
    suite.profile_regressions = f.boolean_or("profile_regressions", true);
    suite.line = f.whole_or("line", 0, 0, 1'000'000);
    return f.done(std::move(suite));
}

json::Json to_json(const model::Experiment& experiment) {
    return {{"suite", experiment.suite},           {"seed", experiment.seed},
            {"max_trials", experiment.max_trials}, {"false_alarms", experiment.false_alarms},
            {"confirm", experiment.confirm},       {"tests", experiment.tests},
            {"policy", to_json(experiment.policy)}};
}

Read<model::Experiment> read_experiment(const json::Json& document) {
    Fields f(document);
    model::Experiment experiment;
    experiment.suite = f.text("suite");
    const auto& seed = json::at(document, "seed");
    if (seed.is_number_unsigned())
        experiment.seed = seed.get<std::uint64_t>();
    else
        f.fail("seed: expected an unsigned integer");
    experiment.max_trials = f.whole("max_trials", 1, most_trials);
    experiment.false_alarms = f.number("false_alarms");
    if (!(experiment.false_alarms > 0 && experiment.false_alarms < 1))
        f.fail("false_alarms: expected a share between 0 and 1");
    experiment.confirm = f.boolean_or("confirm", true);
    experiment.tests = f.whole_or("tests", 0, 0, 1'000'000);
    experiment.policy = f.take("policy", read_policy(f.object("policy")));
    return f.done(std::move(experiment));
}

int protocol_for(const JobSpec& spec) {
    // An older runner would measure the luck of one layout a side.
    if (spec.suite.link_orders > 1) return 6;
    // An older runner would build without what is to be fetched, know of no load, and give placeholders as they are to
    // the tool.
    if (!spec.suite.fetch.empty() || spec.suite.load) return 5;
    for (const std::string_view placeholder : {"{repeats}", "{seed}"})
        if (spec.suite.run.find(placeholder) != std::string::npos) return 5;
    return !spec.confirm.empty() ? 4 : !spec.profile.empty() ? 3 : spec.measure_identical ? 2 : 1;
}

json::Json to_json(const JobSpec& spec) {
    json::Json document{{"repository", spec.repository},    {"base", checkout_json(spec.base)},
                        {"head", checkout_json(spec.head)}, {"merge_base", spec.merge_base},
                        {"suite", to_json(spec.suite)},     {"experiment", to_json(spec.experiment)}};
    if (spec.pull_request) document["pull_request"] = *spec.pull_request;
    if (!spec.only.empty()) document["only"] = spec.only;
    if (spec.measure_identical) document["measure_identical"] = true;
    if (!spec.profile.empty()) document["profile"] = spec.profile;
    if (!spec.questions.empty()) document["questions"] = to_json(spec.questions);
    for (const auto& key : spec.confirm)
        document["confirm"].push_back({{"benchmark", key.benchmark}, {"metric", key.metric}});
    return document;
}

Read<JobSpec> read_job_spec(const json::Json& document) {
    Fields f(document);
    JobSpec spec;
    spec.repository = f.text("repository");
    spec.pull_request = f.optional_integer("pull_request");
    spec.base = f.take("base", read_checkout(f.object("base")));
    spec.head = f.take("head", read_checkout(f.object("head")));
    spec.merge_base = f.boolean_or("merge_base", false);
    spec.suite = f.take("suite", read_suite(f.object("suite")));
    spec.experiment = f.take("experiment", read_experiment(f.object("experiment")));
    spec.only = f.text_or("only", "");
    spec.measure_identical = f.boolean_or("measure_identical", false);
    spec.profile = f.text_or("profile", "");
    if (document.contains("questions")) spec.questions = f.take("questions", read_questions(f.object("questions")));
    if (!json::at(document, "confirm").is_null())
        for (const auto& entry : f.array("confirm")) {
            Fields key(entry);
            spec.confirm.push_back({key.text("benchmark"), key.text("metric")});
            if (!key.done(0)) f.fail("confirm: expected benchmarks and metrics");
        }
    return f.done(std::move(spec));
}

}  // namespace benchgate::protocol
