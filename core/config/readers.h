#pragma once
// The parts of the file, one function each; config.cpp puts them together. All note their errors in the Reader and
// return what could be read.

#include <string>

#include "core/config/reader.h"
#include "core/model/config.h"

namespace benchgate::config {

model::Suite read_suite(Reader& reader, const Node& key, const Node& value);
model::Policy read_policy(Reader& reader, const Node& node);
std::vector<model::Budget> read_budgets(Reader& reader, const Node& node);
std::vector<model::Claim> read_claims(Reader& reader, const Node& node);
std::vector<model::Growth> read_growth(Reader& reader, const Node& node);

/// The keys of load, stress and chaos suites, whether or not the suite has a load to carry out.
model::LoadSuite read_load_suite(Reader& reader, const Section& suite);

/// Parts that model::Config has no place for: their shape is checked, so that a mistake is told now and not by the
/// release that begins to use them.
void check_alerts(Reader& reader, const Node& node);
void check_retention(Reader& reader, const Node& node);

/// The canonical unit that a metric's limits must be written in; empty: any.
std::string_view unit_of_metric(std::string_view metric);

}  // namespace benchgate::config
