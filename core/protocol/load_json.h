#pragma once
// JSON of a load suite, as it stands in a job's spec; a round trip loses nothing.

#include "core/json/json.h"
#include "core/model/load.h"
#include "core/protocol/messages.h"

namespace benchgate::protocol {

json::Json to_json(const model::LoadSuite&);
Read<model::LoadSuite> read_load_suite(const json::Json&);

}  // namespace benchgate::protocol
