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
add_compile_options(-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
option(BENCHGATE_WERROR "Treat warnings as errors" ON)
if(BENCHGATE_WERROR)
  add_compile_options(-Werror)
endif()

set(BENCHGATE_SANITIZE "" CACHE STRING "Comma-separated list for -fsanitize, e.g. address,undefined or thread")
if(BENCHGATE_SANITIZE)
  add_compile_options(-fsanitize=${BENCHGATE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BENCHGATE_SANITIZE})
endif()

# Linking is a good part of an incremental build; lld is several times faster than bfd.
find_program(LLD_PROGRAM ld.lld)
if(LLD_PROGRAM)
  add_link_options(-fuse-ld=lld)
endif()
