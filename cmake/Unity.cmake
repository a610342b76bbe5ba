# A clean build reads the standard library's and GoogleTest's headers, and makes the same template functions, once for
# every file; files of one room compiled together share that work, which more than halves the build. Two .cpp files of
# a room must not give the same name to helpers of their own; what two of them need belongs into a header anyway.
# ./run lint compiles every file alone, and so finds an include that is missing.
option(BENCHGATE_UNITY "Compile the files of a room together, in batches" ON)
if(BENCHGATE_LINT)
  set(BENCHGATE_UNITY OFF)
endif()
set(CMAKE_UNITY_BUILD ${BENCHGATE_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 16)
if(BENCHGATE_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # A variable may have the name of another file's helper.
  add_compile_options(-Wshadow=local)
else()
  add_compile_options(-Wshadow)
endif()
