#include "service/reports/stored_bundle.h"

#include <fmt/format.h>

#include "core/json/json.h"
#include "core/protocol/bundle_json.h"
#include "core/protocol/spec_json.h"
#include "platform/crypto.h"
#include "service/store/bundles.h"
#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/runners.h"
#include "service/store/trials.h"

namespace benchgate::reports {
namespace {

tl::expected<void, std::string> check_signature(store::Tx& tx, const store::BundleRow& row) {
    const auto runner = store::find_runner(tx, row.runner_id);
    if (!runner) return tl::unexpected(std::string("the runner that signed the bundle is unknown"));
    // Empty where a service of before the column took it.
    const auto& pem = row.public_key.empty() ? runner->public_key : row.public_key;
    const auto key = platform::Ed25519PublicKey::from_pem(pem);
    const auto signature = platform::base64_decode(row.signature);
    if (!key || !signature || !key->verify(row.manifest_json, *signature))
        return tl::unexpected(fmt::format("the signature of runner '{}' does not fit the bundle", runner->name));
    return {};
}

/// The error goes on behind "trial 7".
tl::expected<model::Trial, std::string> trial_in(const store::TrialRow& stored, const std::string& signed_digest) {
    if (platform::sha256_hex(stored.body_json) != signed_digest)
        return tl::unexpected(std::string(" is not the one that was signed"));
    const auto body = json::parse(stored.body_json);
    if (!body) return tl::unexpected(": " + body.error().message);
    auto trial = protocol::read_trial(*body);
    if (!trial) return tl::unexpected(": " + trial.error().message);
    return std::move(*trial);
}

/// A runner decides how many trials there are and what they say, but not by which rules they are judged.
tl::expected<void, std::string> check_asked(store::Tx& tx, const std::string& job_id, const model::Bundle& bundle) {
    const auto job = store::find_job(tx, job_id);
    const auto document = job ? json::parse(job->job.spec_json).value_or(json::Json()) : json::Json();
    const auto spec = protocol::read_job_spec(document);
    if (!spec) return tl::unexpected("the job's specification: " + spec.error().message);
    auto asked = spec->experiment;
    asked.tests = bundle.experiment.tests;  // found by the warm-up
    if (!(asked == bundle.experiment))
        return tl::unexpected(std::string("its experiment is not the one that was asked for"));
    const auto& measured = bundle.comparison;
    if (measured.repository != spec->repository || measured.head_sha != spec->head.sha)
        return tl::unexpected(fmt::format("it measured {} of {}, not the head that was asked for", measured.head_sha,
                                          measured.repository));
    if (!spec->merge_base && measured.base_sha != spec->base.sha)
        return tl::unexpected(
            fmt::format("it measured against {}, not the base that was asked for", measured.base_sha));
    const bool asked_for_profile = !spec->profile.empty();
    if (bundle.profile.has_value() != asked_for_profile ||
        (asked_for_profile && bundle.profile->benchmark != spec->profile))
        return tl::unexpected(std::string("it is not the profile, or not the measurement, that was asked for"));
    if (bundle.identical && spec->measure_identical)
        return tl::unexpected(std::string("it measured nothing, though equal artifacts were to be measured too"));
    if (bundle.identical && (bundle.base_artifacts.empty() || bundle.base_artifacts != bundle.head_artifacts))
        return tl::unexpected(std::string("it says that nothing changed, and its artifacts do not show that"));
    return {};
}

}  // namespace

tl::expected<model::Bundle, std::string> load_bundle(store::Tx& tx, const std::string& job_id) {
    const auto row = store::used_bundle(tx, job_id);
    if (!row) return tl::unexpected(std::string("the job has no bundle"));
    if (auto checked = check_signature(tx, *row); !checked) return tl::unexpected(checked.error());
    const auto document = json::parse(row->manifest_json);
    if (!document) return tl::unexpected("the bundle's manifest is " + document.error().message);
    auto manifest = protocol::read_manifest(*document);
    if (!manifest) return tl::unexpected("the bundle's manifest: " + manifest.error().message);
    if (auto checked = check_asked(tx, job_id, manifest->bundle); !checked) return tl::unexpected(checked.error());
    const auto& signed_digests = manifest->trial_digests;
    auto& trials = manifest->bundle.trials;
    std::size_t arrived = 0;
    std::string wrong;
    store::each_trial(tx, job_id, row->epoch, [&](store::TrialRow&& stored) {
        const auto i = arrived++;
        if (!wrong.empty() || i >= signed_digests.size()) return;
        auto trial = trial_in(stored, signed_digests[i]);
        if (trial)
            trials.push_back(std::move(*trial));
        else
            wrong = fmt::format("trial {}{}", i, trial.error());
    });
    if (arrived != signed_digests.size())
        return tl::unexpected(fmt::format("the bundle names {} trials, {} arrived", signed_digests.size(), arrived));
    if (!wrong.empty()) return tl::unexpected(wrong);
    return std::move(manifest->bundle);
}

ShownBundle load_shown_bundle(store::Tx& tx, const std::string& job_id) {
    if (store::uploaded_bytes(tx, job_id) > most_shown_bytes)
        return {true, tl::unexpected(fmt::format("the job has stored more than {} MiB, which are not put together here",
                                                 most_shown_bytes >> 20))};
    return {false, load_bundle(tx, job_id)};
}

}  // namespace benchgate::reports
