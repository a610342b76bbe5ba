// Owns the JSON form of a bundle's runs beside its trials, in which memory was watched. Private to this room.
#pragma once

#include "core/json/json.h"
#include "core/model/memory_runs.h"
#include "core/protocol/messages.h"

namespace benchgate::protocol {

json::Json to_json(const model::MemoryRuns& runs);
Read<model::MemoryRuns> read_memory_runs(const json::Json& document);

}  // namespace benchgate::protocol
