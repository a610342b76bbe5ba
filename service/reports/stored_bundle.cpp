#include "service/reports/stored_bundle.h"

#include <fmt/format.h>

#include "core/json/json.h"
#include "core/protocol/bundle_json.h"
#include "platform/crypto.h"
#include "service/store/bundles.h"
#include "service/store/runners.h"
#include "service/store/trials.h"

namespace benchgate::reports {
namespace {

tl::expected<void, std::string> check_signature(store::Tx& tx, const store::BundleRow& row) {
    const auto runner = store::find_runner(tx, row.runner_id);
    if (!runner) return tl::unexpected(std::string("the runner that signed the bundle is unknown"));
    const auto key = platform::Ed25519PublicKey::from_pem(runner->public_key);
    const auto signature = platform::base64_decode(row.signature);
    if (!key || !signature || !key->verify(row.manifest_json, *signature))
        return tl::unexpected(fmt::format("the signature of runner '{}' does not fit the bundle", runner->name));
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
    const auto trials = store::list_trials(tx, job_id, row->epoch);
    if (trials.size() != manifest->trial_digests.size())
        return tl::unexpected(
            fmt::format("the bundle names {} trials, {} arrived", manifest->trial_digests.size(), trials.size()));
    for (std::size_t i = 0; i < trials.size(); ++i) {
        if (platform::sha256_hex(trials[i].body_json) != manifest->trial_digests[i])
            return tl::unexpected(fmt::format("trial {} is not the one that was signed", i));
        const auto body = json::parse(trials[i].body_json);
        if (!body) return tl::unexpected(fmt::format("trial {}: {}", i, body.error().message));
        auto trial = protocol::read_trial(*body);
        if (!trial) return tl::unexpected(fmt::format("trial {}: {}", i, trial.error().message));
        manifest->bundle.trials.push_back(std::move(*trial));
    }
    return std::move(manifest->bundle);
}

}  // namespace benchgate::reports
