# benchgate_embed(TARGET NAMESPACE FILE...)
#
# Compiles text files (templates, SQL, web assets) into TARGET, so that an installed program is one file.
# They are reached by benchgate::NAMESPACE::embedded(file name without folder) -> std::string_view (empty: no such
# file) and embedded_names(); the declaration is in the generated header NAMESPACE_embedded.h.
function(benchgate_embed target namespace)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${namespace}_embedded)
  set(files ${ARGN})
  get_target_property(type ${target} TYPE)
  if(type STREQUAL INTERFACE_LIBRARY OR NOT files)
    message(STATUS "benchgate_embed: nothing to embed into ${target}")
    return()
  endif()
  list(SORT files)
  add_custom_command(
    OUTPUT ${out}.cpp ${out}.h
    COMMAND ${CMAKE_COMMAND} -DNAMESPACE=${namespace} -DOUT=${out} "-DFILES=${files}" -P ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out}.cpp)
  target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_BINARY_DIR})
endfunction()
