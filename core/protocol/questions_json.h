#pragma once
// JSON of what a job is asked besides its verdicts, and of what was found. The questions stand in a job's spec (an
// older runner passes over them), the answers beside the stored judgement; a round trip loses nothing.

#include "core/json/json.h"
#include "core/model/questions.h"
#include "core/protocol/messages.h"

namespace benchgate::protocol {

json::Json to_json(const model::Questions&);
json::Json to_json(const model::Answers&);
Read<model::Questions> read_questions(const json::Json&);
Read<model::Answers> read_answers(const json::Json&);

}  // namespace benchgate::protocol
