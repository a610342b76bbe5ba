#pragma once
// Owns the words about where the resources of a whole command were read, and which of them this host could not tell.
// The facts come with the bundle ("measure.*"); the text is raw until a renderer escapes it. Internal to reporting.

#include <string>

#include "core/json/json.h"
#include "core/reporting/report.h"

namespace benchgate::reporting {

/// "whole-command: cpu_time from cgroup2", "not measured: cycles (this machine ...)", "built in 12 s (base)
/// and ...": sentences without their full stops; none where the suite asks for nothing of the kind.
std::vector<std::string> source_sentences(const SuiteReport& suite);

/// {"cpu_time": {"source": "cgroup2"}, "cycles": {"missing": "..."}}
json::OrderedJson sources_json(const SuiteReport& suite);

}  // namespace benchgate::reporting
