# Run by benchgate_embed at build time: writes OUT.h and OUT.cpp from FILES. Bytes go in as octal-free hex arrays, so
# that no content can break the C++ literal.
set(arrays "")
set(rows "")
set(index 0)
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays "const unsigned char file_${index}[] = {${bytes}0x00};\n")
  string(APPEND rows "    {\"${name}\", {reinterpret_cast<const char*>(file_${index}), sizeof file_${index} - 1}},\n")
  math(EXPR index "${index} + 1")
endforeach()

file(WRITE ${OUT}.h
"#pragma once
#include <string_view>
#include <vector>
namespace benchgate::${NAMESPACE} {
std::string_view embedded(std::string_view file_name);
std::vector<std::string_view> embedded_names();
}
")
file(WRITE ${OUT}.cpp
"#include \"${NAMESPACE}_embedded.h\"
#include <utility>
namespace benchgate::${NAMESPACE} {
namespace {
${arrays}
const std::pair<std::string_view, std::string_view> files[] = {
${rows}};
}
std::string_view embedded(std::string_view file_name) {
    for (const auto& [name, bytes] : files)
        if (name == file_name) return bytes;
    return {};
}
std::vector<std::string_view> embedded_names() {
    std::vector<std::string_view> names;
    for (const auto& file : files) names.push_back(file.first);
    return names;
}
}
")
