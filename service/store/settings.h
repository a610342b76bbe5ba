#pragma once
// Small values of the installation (App id, key and secrets that the set-up page received), and which process leads a
// task of which there may be only one.

#include "service/store/pool.h"

namespace benchgate::store {

std::optional<std::string> find_setting(Tx& tx, const std::string& name);
void put_setting(Tx& tx, const std::string& name, const std::string& value, Time now);
/// Stores it unless the name is taken; returns what stands there then. For secrets that are made at first start.
std::string put_setting_once(Tx& tx, const std::string& name, const std::string& value, Time now);

/// True if `holder` leads `task` until now + term: it did already, nobody did, or the leader's term passed.
bool try_lead(Tx& tx, const std::string& task, const std::string& holder, Time now, std::chrono::seconds term);
/// Gives the lead up early. Nothing happens if somebody else has it.
void stop_leading(Tx& tx, const std::string& task, const std::string& holder);

}
