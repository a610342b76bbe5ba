#include "core/protocol/bundle_json.h"

#include <cmath>
#include <limits>

#include "core/model/config.h"
#include "core/model/resources.h"
#include "core/protocol/fields.h"
#include "core/protocol/memory_json.h"
#include "core/protocol/spec_json.h"

namespace benchgate::protocol {
namespace {

/// JSON has no NaN; a value that a tool reported as NaN must reach the judge as "failed", so it travels as null.
json::Json number_json(double value) {
    return std::isfinite(value) ? json::Json(value) : json::Json();
}

json::Json sourced_json(const model::Sourced& sourced) {
    return {{"value", sourced.value}, {"source", sourced.source}};
}

std::optional<model::Sourced> read_sourced(Fields& f, const char* key) {
    const auto& document = f.object(key);
    if (document.empty()) return std::nullopt;
    Fields nested(document);
    model::Sourced sourced{nested.number("value"), nested.text("source")};
    return f.take(key, nested.done(std::move(sourced)));
}

struct DeltaField {
    const char* name;
    std::optional<double> model::HostDeltas::*field;
};
constexpr DeltaField delta_fields[] = {{"steal_seconds", &model::HostDeltas::steal_seconds},
                                       {"throttle_events", &model::HostDeltas::throttle_events},
                                       {"swap_in_pages", &model::HostDeltas::swap_in_pages},
                                       {"swap_out_pages", &model::HostDeltas::swap_out_pages},
                                       {"cpu_pressure_seconds", &model::HostDeltas::cpu_pressure_seconds},
                                       {"io_pressure_seconds", &model::HostDeltas::io_pressure_seconds},
                                       {"memory_pressure_seconds", &model::HostDeltas::memory_pressure_seconds},
                                       {"foreign_cpu_seconds", &model::HostDeltas::foreign_cpu_seconds},
                                       {"own_cpu_seconds", &model::HostDeltas::own_cpu_seconds},
                                       {"interrupts", &model::HostDeltas::interrupts},
                                       {"involuntary_switches", &model::HostDeltas::involuntary_switches}};

json::Json side_json(const model::ProfileSide& side) {
    return {{"samples", side.samples}, {"trials", side.trials}, {"sha256", side.sha256}};
}

model::ProfileSide read_side(Fields& f, const char* key) {
    Fields nested(f.object(key));
    model::ProfileSide side;
    const auto samples = nested.integer("samples");
    if (samples < 0) nested.fail("samples: expected 0 or more");
    side.samples = static_cast<std::uint64_t>(samples);
    side.trials = nested.whole("trials", 0, 100'000);
    side.sha256 = nested.text("sha256");
    return f.take(key, nested.done(std::move(side)));
}

/// The stacks themselves are artifacts.
json::Json profile_json(const model::Profile& profile) {
    return {{"benchmark", profile.benchmark},  {"event", profile.event},
            {"frequency", profile.frequency},  {"whole_command", profile.whole_command},
            {"base", side_json(profile.base)}, {"head", side_json(profile.head)}};
}

std::optional<model::Profile> read_profile(Fields& f) {
    const auto& document = f.object("profile");
    if (document.empty()) return std::nullopt;
    Fields nested(document);
    model::Profile profile;
    profile.benchmark = nested.text("benchmark");
    profile.event = nested.text("event");
    profile.frequency = nested.whole("frequency", 1, 1'000'000);
    profile.whole_command = nested.boolean_or("whole_command", false);
    profile.base = read_side(nested, "base");
    profile.head = read_side(nested, "head");
    return f.take("profile", nested.done(std::move(profile)));
}

json::Json bundle_head(const model::Bundle& bundle) {
    auto host = json::Json::array();
    for (const auto& fact : bundle.host) host.push_back(to_json(fact));
    json::Json document{{"schema_version", bundle_schema_version},
                        {"comparison",
                         {{"repository", bundle.comparison.repository},
                          {"base_sha", bundle.comparison.base_sha},
                          {"head_sha", bundle.comparison.head_sha}}},
                        {"experiment", to_json(bundle.experiment)},
                        {"host", host},
                        {"base_artifacts", bundle.base_artifacts},
                        {"head_artifacts", bundle.head_artifacts},
                        {"identical", bundle.identical},
                        {"sandbox", bundle.sandbox},
                        {"runner", bundle.runner},
                        {"started_at", bundle.started_at},
                        {"finished_at", bundle.finished_at},
                        {"stopped_by", bundle.stopped_by}};
    if (bundle.profile) document["profile"] = profile_json(*bundle.profile);
    if (bundle.memory) document["memory"] = to_json(*bundle.memory);
    return document;
}

model::ArtifactHashes read_hashes(Fields& f, const char* key) {
    model::ArtifactHashes hashes;
    for (const auto& [path, hash] : f.object(key).items()) {
        if (!hash.is_string())
            f.fail(std::string(key) + ": expected texts");
        else
            hashes.emplace(path, hash.get<std::string>());
    }
    return hashes;
}

Read<model::Bundle> read_bundle_head(const json::Json& document) {
    Fields f(document);
    if (f.integer("schema_version") != bundle_schema_version) f.fail("schema_version: this program reads version 1");
    model::Bundle bundle;
    Fields comparison(f.object("comparison"));
    bundle.comparison.repository = comparison.text_or("repository", "");
    bundle.comparison.base_sha = comparison.text("base_sha");
    bundle.comparison.head_sha = comparison.text("head_sha");
    bundle.comparison = f.take("comparison", comparison.done(std::move(bundle.comparison)));
    bundle.experiment = f.take("experiment", read_experiment(f.object("experiment")));
    for (const auto& fact : f.array("host")) bundle.host.push_back(f.take("host", read_host_fact(fact)));
    bundle.base_artifacts = read_hashes(f, "base_artifacts");
    bundle.head_artifacts = read_hashes(f, "head_artifacts");
    bundle.identical = f.boolean_or("identical", false);
    bundle.sandbox = f.text_or("sandbox", "");
    bundle.runner = f.text_or("runner", "");
    bundle.started_at = f.text_or("started_at", "");
    bundle.finished_at = f.text_or("finished_at", "");
    bundle.stopped_by = f.text_or("stopped_by", "");
    bundle.profile = read_profile(f);
    if (const auto& memory = f.object("memory"); !memory.empty())
        bundle.memory = f.take("memory", read_memory_runs(memory));
    return f.done(std::move(bundle));
}

}  // namespace

json::Json to_json(const model::Measurement& m) {
    json::Json document{{"benchmark", m.series.key.benchmark},
                        {"metric", m.series.key.metric},
                        {"unit", m.series.unit},
                        {"better", model::to_string(m.series.better)},
                        {"gating", m.series.gating}};
    if (!m.params.empty()) document["params"] = m.params;
    if (!m.samples.empty()) {
        auto samples = json::Json::array();
        for (const double sample : m.samples) samples.push_back(number_json(sample));
        document["samples"] = std::move(samples);
    }
    if (m.summary) {
        json::Json summary{{"center", number_json(m.summary->center)}, {"n", m.summary->n}};
        if (m.summary->spread) {
            summary["spread"] = number_json(*m.summary->spread);
            summary["spread_kind"] = m.summary->spread_kind;
        }
        document["summary"] = std::move(summary);
    }
    if (!m.order_known) document["order_known"] = false;
    return document;
}

Read<model::Measurement> read_measurement(const json::Json& document) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    Fields f(document);
    model::Measurement m;
    m.series.key = {f.text("benchmark"), f.text("metric")};
    m.series.unit = f.text("unit");
    m.series.better = f.word("better", m.series.better, model::better_from);
    m.series.gating = f.boolean_or("gating", true);
    for (const auto& [name, value] : f.object("params").items())
        m.params.emplace(name, value.is_string() ? value.get<std::string>() : json::dump(value));
    for (const auto& sample : f.array("samples")) {
        if (!sample.is_number() && !sample.is_null()) f.fail("samples: expected numbers");
        m.samples.push_back(sample.is_number() ? sample.get<double>() : nan);
    }
    if (const auto& summary = f.object("summary"); !summary.empty()) {
        m.summary =
            model::Summary{json::number(summary, "center").value_or(nan), json::number(summary, "spread"),
                           json::text(summary, "spread_kind").value_or(""), json::integer(summary, "n").value_or(0)};
    }
    if (m.samples.empty() && !m.summary) f.fail("samples: neither samples nor a summary");
    m.order_known = f.boolean_or("order_known", true);
    return f.done(std::move(m));
}

json::Json to_json(const model::HostFact& fact) {
    return {{"id", fact.id},
            {"status", model::to_string(fact.status)},
            {"observed", fact.observed},
            {"wanted", fact.wanted},
            {"fix", fact.fix}};
}

Read<model::HostFact> read_host_fact(const json::Json& document) {
    Fields f(document);
    model::HostFact fact;
    fact.id = f.text("id");
    fact.status = f.word("status", fact.status, model::fact_status_from);
    fact.observed = f.text_or("observed", "");
    fact.wanted = f.text_or("wanted", "");
    fact.fix = f.text_or("fix", "");
    return f.done(std::move(fact));
}

json::Json to_json(const model::Trial& trial) {
    auto values = json::Json::array();
    for (const auto& value : trial.values) values.push_back(to_json(value));
    auto errors = json::Json::array();
    for (const auto& error : trial.errors)
        errors.push_back({{"benchmark", error.benchmark}, {"message", error.message}});
    auto host = json::Json::object();
    for (const auto& [name, field] : delta_fields)
        if (const auto& value = trial.host.*field) host[name] = *value;
    json::Json resources{{"wall_ms", trial.resources.wall_ms}};
    for (const auto& metric : model::resource_metrics())
        if (const auto& value = trial.resources.*metric.value)
            resources[std::string(metric.field)] = sourced_json(*value);
    json::Json document{{"number", trial.number},
                        {"phase", model::to_string(trial.phase)},
                        {"block", trial.block},
                        {"attempt", trial.attempt},
                        {"position", trial.position},
                        {"side", model::to_string(trial.side)},
                        {"kept", trial.kept},
                        {"values", std::move(values)},
                        {"errors", std::move(errors)},
                        {"host", std::move(host)},
                        {"resources", std::move(resources)}};
    if (trial.link_order != 0) document["link_order"] = trial.link_order;
    if (!trial.void_reason.empty()) document["void_reason"] = trial.void_reason;
    return document;
}

Read<model::Trial> read_trial(const json::Json& document) {
    Fields f(document);
    model::Trial trial;
    trial.number = f.integer("number");
    trial.phase = f.word("phase", trial.phase, model::phase_from);
    if (trial.number < 0) f.fail("number: expected 0 or more");
    trial.block = f.whole("block", 0, 100'000);
    trial.attempt = f.whole_or("attempt", 0, 0, 100'000);
    trial.position = f.whole("position", 0, 1000);
    trial.side = f.word("side", trial.side, model::side_from);
    trial.link_order = f.whole_or("link_order", 0, 0, 2 * model::most_link_orders);
    trial.kept = f.boolean_or("kept", true);
    trial.void_reason = f.text_or("void_reason", "");
    for (const auto& value : f.array("values")) trial.values.push_back(f.take("values", read_measurement(value)));
    for (const auto& error : f.array("errors"))
        trial.errors.push_back(
            {json::text(error, "benchmark").value_or(""), json::text(error, "message").value_or("")});
    const auto& host = f.object("host");
    for (const auto& [name, field] : delta_fields) trial.host.*field = json::number(host, name);
    trial.resources.wall_ms = json::number(f.object("resources"), "wall_ms").value_or(0);
    Fields resources(f.object("resources"));
    for (const auto& metric : model::resource_metrics())
        trial.resources.*metric.value = read_sourced(resources, std::string(metric.field).c_str());
    return f.done(std::move(trial));
}

json::Json to_json(const model::Bundle& bundle) {
    auto document = bundle_head(bundle);
    auto trials = json::Json::array();
    for (const auto& trial : bundle.trials) trials.push_back(to_json(trial));
    document["trials"] = std::move(trials);
    return document;
}

Read<model::Bundle> read_bundle(const json::Json& document) {
    auto bundle = read_bundle_head(document);
    if (!bundle) return bundle;
    const auto& trials = json::at(document, "trials");
    if (!trials.is_array()) return tl::unexpected(MessageError{"trials: expected a list"});
    for (const auto& item : trials) {
        auto trial = read_trial(item);
        if (!trial) return tl::unexpected(MessageError{"trials: " + trial.error().message});
        bundle->trials.push_back(std::move(*trial));
    }
    return bundle;
}

std::string manifest_of(const model::Bundle& bundle, const std::vector<std::string>& digests) {
    auto document = bundle_head(bundle);
    document["trial_digests"] = digests;
    return json::dump(document);
}

Read<Manifest> read_manifest(const json::Json& document) {
    auto bundle = read_bundle_head(document);
    if (!bundle) return tl::unexpected(bundle.error());
    Fields f(document);
    Manifest manifest{std::move(*bundle), f.texts("trial_digests", 100'000)};
    return f.done(std::move(manifest));
}

}  // namespace benchgate::protocol
