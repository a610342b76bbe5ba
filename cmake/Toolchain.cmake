# Compiler flags, sanitizers, compiler cache and linker: everything that does not depend on a room.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_compile_definitions(BENCHGATE_VERSION="${PROJECT_VERSION}")
# g++ 12 sees overlapping copies in std::string concatenation that are not there (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-restrict)
endif()
add_compile_options(-Wall -Wextra -Wnon-virtual-dtor -Woverloaded-virtual)
option(BENCHGATE_WERROR "Treat warnings as errors" ON)
if(BENCHGATE_WERROR)
  add_compile_options(-Werror)
endif()

# How much longer a test may take than it does without a sanitizer.
set(BENCHGATE_PATIENCE 1)

set(BENCHGATE_SANITIZE "" CACHE STRING "Comma-separated list for -fsanitize, e.g. address,undefined or thread")
if(BENCHGATE_SANITIZE)
  set(BENCHGATE_PATIENCE 4)
  add_compile_options(-fsanitize=${BENCHGATE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BENCHGATE_SANITIZE})
  # With the address sanitizer's extra code g++ 12 takes std::regex's own states for uninitialised (GCC bug 105562);
  # the other presets keep the warning.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND BENCHGATE_SANITIZE MATCHES "address")
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()

# Linking is a good part of an incremental build; lld is several times faster than bfd.
find_program(LLD_PROGRAM ld.lld)
if(LLD_PROGRAM)
  add_link_options(-fuse-ld=lld)
endif()

# ./run lint: clang-tidy reads every source before it is compiled, so that Ninja knows what is still to be read. The
# settings stand in the command under the name of their content: when they change, everything is read again.
option(BENCHGATE_LINT "Run clang-tidy over all that is compiled, tests excepted" OFF)
if(BENCHGATE_LINT)
  find_program(CLANG_TIDY_PROGRAM clang-tidy REQUIRED)
  file(SHA256 ${CMAKE_SOURCE_DIR}/.clang-tidy settings)
  string(SUBSTRING ${settings} 0 12 settings)
  configure_file(${CMAKE_SOURCE_DIR}/.clang-tidy ${CMAKE_BINARY_DIR}/clang-tidy-${settings}.yaml COPYONLY)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY_PROGRAM} --quiet --config-file=${CMAKE_BINARY_DIR}/clang-tidy-${settings}.yaml)
endif()
