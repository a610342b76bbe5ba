# Every third-party library, under one kind of name: a room links lib::NAME. All of them are Debian packages
# (packages/build.txt).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(Boost REQUIRED)

# Debian's cpp-httplib is a compiled library: without these flags the class layout differs and the program corrupts
# memory, so it is only ever used through this target.
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(GIT2 REQUIRED IMPORTED_TARGET libgit2)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-cpp)
pkg_check_modules(SPDLOG REQUIRED IMPORTED_TARGET spdlog)
pkg_check_modules(FMT REQUIRED IMPORTED_TARGET fmt)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(SIMDJSON REQUIRED IMPORTED_TARGET simdjson)
pkg_check_modules(PUGIXML REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)

foreach(pair
    httplib=PkgConfig::HTTPLIB pqxx=PkgConfig::PQXX git2=PkgConfig::GIT2 yaml=PkgConfig::YAML
    spdlog=PkgConfig::SPDLOG fmt=PkgConfig::FMT seccomp=PkgConfig::SECCOMP
    simdjson=PkgConfig::SIMDJSON pugixml=PkgConfig::PUGIXML re2=PkgConfig::RE2
    json=nlohmann_json::nlohmann_json crypto=OpenSSL::Crypto ssl=OpenSSL::SSL threads=Threads::Threads
    gtest=GTest::gtest gmock=GTest::gmock gtest_main=GTest::gmock_main
    benchmark=benchmark::benchmark benchmark_main=benchmark::benchmark_main
    prometheus=prometheus-cpp::core boost=Boost::headers)
  string(REPLACE "=" ";" pair ${pair})
  list(GET pair 0 short)
  list(GET pair 1 target)
  add_library(lib_${short} INTERFACE)
  target_link_libraries(lib_${short} INTERFACE ${target})
  add_library(lib::${short} ALIAS lib_${short})
endforeach()
