#pragma once
// JSON of what is fixed before measuring: suite, policy, experiment, job spec. Stored in jobs.spec, sent with a lease
// and kept in every bundle, so a round trip must lose nothing.

#include "core/json/json.h"
#include "core/protocol/messages.h"

namespace benchgate::protocol {

json::Json to_json(const model::Policy&);
json::Json to_json(const model::Suite&);
json::Json to_json(const model::Experiment&);
json::Json to_json(const JobSpec&);

Read<model::Policy> read_policy(const json::Json&);
Read<model::Suite> read_suite(const json::Json&);
Read<model::Experiment> read_experiment(const json::Json&);
Read<JobSpec> read_job_spec(const json::Json&);

}  // namespace benchgate::protocol
