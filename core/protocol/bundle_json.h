#pragma once
// JSON of what was measured: trials, host facts, bundles, and the signed manifest that stands for a bundle whose
// trials were sent one by one.

#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/model/bundle.h"
#include "core/model/measurement.h"
#include "core/protocol/messages.h"

namespace benchgate::protocol {

inline constexpr int bundle_schema_version = 1;

json::Json to_json(const model::Measurement&);
json::Json to_json(const model::HostFact&);
json::Json to_json(const model::Trial&);
json::Json to_json(const model::Bundle&);

Read<model::Measurement> read_measurement(const json::Json&);
Read<model::HostFact> read_host_fact(const json::Json&);
Read<model::Trial> read_trial(const json::Json&);
Read<model::Bundle> read_bundle(const json::Json&);

/// What a runner signs: the bundle with its trials replaced by `trial_digests`, in order of their numbers.
/// digests[i] is the digest (lower-case hex sha256) of the exact bytes sent for trial i.
std::string manifest_of(const model::Bundle& bundle, const std::vector<std::string>& digests);

/// A manifest read back: the bundle without trials, and the digests.
struct Manifest {
    model::Bundle bundle;
    std::vector<std::string> trial_digests;
};
Read<Manifest> read_manifest(const json::Json&);

}  // namespace benchgate::protocol
