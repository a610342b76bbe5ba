#pragma once
// How a row of the table `runs` is read; shared by runs.cpp and closing.cpp, internal to the room.

#include "service/store/runs.h"
#include "service/store/sql.h"

namespace benchgate::store {

RunRow read_run(const pqxx::row& row);

}
