#pragma once
// The pages /queue and /runners, as whole documents. The addresses are served by pages.cpp.
#include <string>

#include "service/store/pool.h"

namespace benchgate::http {

std::string queue_page(store::Tx& tx, store::Time now);
std::string runners_page(store::Tx& tx, store::Time now);

}
