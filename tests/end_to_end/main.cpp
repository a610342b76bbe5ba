// The end-to-end program: skipped with a reason (77, which CTest shows as skipped) where its world cannot be built.

#include <iostream>

#include "tests/end_to_end/shared_world.h"

int main(int argc, char** argv) {
    using namespace benchgate::end_to_end;
    testing::InitGoogleMock(&argc, argv);
    if (const auto missing = World::missing(); missing && !GTEST_FLAG_GET(list_tests)) {
        std::cerr << "SKIPPED: " << *missing << '\n';
        return 77;
    }
    const int status = RUN_ALL_TESTS();
    const auto reports = SharedWorld::end_world();
    std::cerr << reports;
    return reports.empty() ? status : 1;
}
