#pragma once
// How a row of the table `jobs` is read; shared by jobs.cpp and leases.cpp, internal to the room.

#include "service/store/jobs.h"
#include "service/store/sql.h"

namespace benchgate::store {

JobRow read_job(const pqxx::row& row);

}
