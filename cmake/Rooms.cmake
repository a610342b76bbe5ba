# A release is compiled with -O1: a room that waits for the network, the database, other programs or people is none the
# slower for it, and a third of its compile time is saved. What computes or parses (FAST) is compiled with -O2.
set(BENCHGATE_FAST $<$<CONFIG:Release>:-O2>)

# benchgate_room(PATH [FAST] [APART] [SEES room...] [LIBRARIES lib::x...] [TEST_SEES room...] [TEST_LIBRARIES lib::x...])
#
# Makes the static library of the room whose folder calls it (core/model -> target core_model) from its *.cpp,
# and from its *_test.cpp one test program core_model_test, which CTest runs from the project's root.
# main.cpp and *_main.cpp belong to programs (benchgate_program). APART: its files are compiled one by one, since each
# has helpers of the same names.
function(benchgate_room path)
  cmake_parse_arguments(ROOM "FAST;APART" "" "SEES;LIBRARIES;TEST_SEES;TEST_LIBRARIES" ${ARGN})
  string(REPLACE "/" "_" name ${path})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${path}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  string(REPLACE "/" "_" sees "${ROOM_SEES}")
  string(REPLACE "/" "_" test_sees "${ROOM_TEST_SEES}")

  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${sees} ${ROOM_LIBRARIES})
    if(ROOM_FAST)
      target_compile_options(${name} PRIVATE ${BENCHGATE_FAST})
    endif()
    if(ROOM_APART)
      set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
    endif()
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${sees} ${ROOM_LIBRARIES})
  endif()

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} ${test_sees} ${ROOM_TEST_LIBRARIES} lib::gtest_main)
    # What is tested is optimised, the tests are not at all: that is a third of their compile time.
    target_compile_options(${name}_test PRIVATE $<$<CONFIG:Release>:-O0>)
    add_test(NAME ${path} COMMAND ${name}_test --gtest_brief=1 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    benchgate_time_limit(${path} 300)
    benchgate_not_linted(${name}_test)
  endif()
endfunction()

# benchgate_program(NAME SOURCE... SEES room... [LIBRARIES lib::x...])
function(benchgate_program name)
  cmake_parse_arguments(PROGRAM "" "" "SEES;LIBRARIES" ${ARGN})
  string(REPLACE "/" "_" sees "${PROGRAM_SEES}")
  add_executable(${name} ${PROGRAM_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${sees} ${PROGRAM_LIBRARIES})
endfunction()

# benchgate_time_limit(TEST SECONDS): more under a sanitizer.
function(benchgate_time_limit test seconds)
  math(EXPR limit "${seconds} * ${BENCHGATE_PATIENCE}")
  set_tests_properties(${test} PROPERTIES TIMEOUT ${limit})
endfunction()

# benchgate_not_linted(TARGET): a test program, which ./run lint need not build.
function(benchgate_not_linted target)
  if(BENCHGATE_LINT)
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "" EXCLUDE_FROM_ALL ON)
  endif()
endfunction()
