#include "service/store/bundles.h"

#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query used{"bundles_used", R"(
    select bundles.* from bundles join jobs using (repository_id, job_id)
    where jobs.job_id = $1::uuid and bundles.used)"};

constexpr Query list{"bundles_list", R"(
    select bundles.* from bundles join jobs using (repository_id, job_id)
    where jobs.job_id = $1::uuid order by bundles.epoch)"};

constexpr Query find_digest{"artifacts_find_digest", R"(
    select sha256 from artifacts where repository_id = $1 and job_id = $2::uuid and epoch = $3 and name = $4)"};

constexpr Query insert{"artifacts_insert", R"(
    insert into artifacts (repository_id, job_id, epoch, name, sha256, bytes, created_at)
    values ($1, $2, $3, $4, $5, $6::bytea, $7))"};

constexpr Query list_of_artifacts{"artifacts_list", R"(
    select name, sha256, ''::bytea as bytes, length(bytes)::bigint as size
    from artifacts join jobs using (repository_id, job_id, epoch) where jobs.job_id = $1::uuid order by name)"};

constexpr Query find{"artifacts_find", R"(
    select name, sha256, bytes, length(bytes)::bigint as size
    from artifacts join jobs using (repository_id, job_id, epoch) where jobs.job_id = $1::uuid and name = $2)"};

BundleRow read(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .job_id = column<std::string>(row, "job_id"),
            .epoch = column<std::int64_t>(row, "epoch"),
            .runner_id = column<std::string>(row, "runner_id"),
            .outcome_json = column<std::string>(row, "outcome"),
            .manifest_json = column<std::string>(row, "manifest"),
            .signature = column<std::string>(row, "signature"),
            .used = column<bool>(row, "used"),
            .created_at = column<Time>(row, "created_at"),
            .public_key = column<std::string>(row, "public_key")};
}

ArtifactRow read_artifact(const pqxx::row& row) {
    return {.name = column<std::string>(row, "name"),
            .sha256 = column<std::string>(row, "sha256"),
            .bytes = to_bytes(row["bytes"]),
            .size = column<std::int64_t>(row, "size")};
}

}

std::optional<BundleRow> used_bundle(Tx& tx, const std::string& job_id) {
    if (!is_uuid(job_id)) return std::nullopt;
    return first(exec(tx, used, job_id), read);
}

std::vector<BundleRow> list_bundles(Tx& tx, const std::string& job_id) {
    if (!is_uuid(job_id)) return {};
    return all(exec(tx, list, job_id), read);
}

ArtifactAnswer put_artifact(Tx& tx, const LeaseRef& lease, const ArtifactRow& artifact, Time now) {
    const Fence fence = check_lease(tx, lease);
    if (fence != Fence::current) return {fence, ArtifactStored::refused};
    const std::int64_t repository_id = find_job(tx, lease.job_id)->job.repository_id;
    const pqxx::result known = exec(tx, find_digest, repository_id, lease.job_id, lease.epoch, artifact.name);
    if (!known.empty()) {
        const bool same = column<std::string>(known.front(), "sha256") == artifact.sha256;
        return {fence, same ? ArtifactStored::same : ArtifactStored::differs};
    }
    if (!charge_upload(tx, lease.job_id, static_cast<std::int64_t>(artifact.bytes.size())))
        return {fence, ArtifactStored::full};
    exec(tx, insert, repository_id, lease.job_id, lease.epoch, artifact.name, artifact.sha256,
         pqxx::binarystring(artifact.bytes), now);
    return {fence, ArtifactStored::stored};
}

std::vector<ArtifactRow> list_artifacts(Tx& tx, const std::string& job_id) {
    if (!is_uuid(job_id)) return {};
    return all(exec(tx, list_of_artifacts, job_id), read_artifact);
}

std::optional<ArtifactRow> find_artifact(Tx& tx, const std::string& job_id, const std::string& name) {
    if (!is_uuid(job_id)) return std::nullopt;
    return first(exec(tx, find, job_id, name), read_artifact);
}

}
