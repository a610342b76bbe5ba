#pragma once
// What a lease left behind besides trials: the bundle's manifest as finish brought it, and artifacts (flame graphs,
// profiles). Finishing itself is in leases.h.

#include <vector>

#include "service/store/pool.h"

namespace benchgate::store {

struct BundleRow {
    std::int64_t repository_id = 0;
    std::string job_id;
    std::int64_t epoch = 0;
    std::string runner_id;
    std::string outcome_json;
    std::string manifest_json;
    std::string signature;
    bool used = false;
    Time created_at;
    std::string public_key;  ///< PEM, of the runner when it finished; empty: not known
};

/// The bundle that is judged: at most one of a job is used.
std::optional<BundleRow> used_bundle(Tx& tx, const std::string& job_id);
/// All of a job, by epoch.
std::vector<BundleRow> list_bundles(Tx& tx, const std::string& job_id);

struct ArtifactRow {
    std::string name;
    std::string sha256;  ///< hex
    std::string bytes;
    std::int64_t size = 0;
};

enum class ArtifactStored { stored, same, differs, full, refused };

struct ArtifactAnswer {
    Fence fence = Fence::gone;
    ArtifactStored result = ArtifactStored::refused;
};

/// The caller has checked that sha256 is that of the bytes, and their size.
ArtifactAnswer put_artifact(Tx& tx, const LeaseRef& lease, const ArtifactRow& artifact, Time now);
/// By name, without bytes; of the newest epoch.
std::vector<ArtifactRow> list_artifacts(Tx& tx, const std::string& job_id);
std::optional<ArtifactRow> find_artifact(Tx& tx, const std::string& job_id, const std::string& name);

}
