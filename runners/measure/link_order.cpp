#include "runners/measure/link_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "platform/files.h"

namespace benchgate::measure {
namespace {

namespace fs = std::filesystem;

constexpr std::array linkers{"ld", "ld.bfd", "ld.gold", "ld.lld", "ld.mold"};
constexpr const char* count_file = ".benchgate-links";
constexpr std::uintmax_t most_count_bytes = 1u << 20;

/// What begins and ends a program (crt1.o, crtn.o and their like) comes from the system and stays in its place; the
/// word behind -o is what is made. In awk the minimal standard generator of Park and Miller shuffles (Fisher-Yates):
/// its products are exact in a double.
constexpr const char* script = R"(#!/bin/sh
# A linker that permutes the object files of its command line and hands it on to the real one.
here=${0%/*} name=${0##*/} real=
for folder in /usr/local/bin /usr/bin /bin; do
    if [ "$folder" != "$here" ] && [ -x "$folder/$name" ]; then real=$folder/$name; break; fi
done
if [ -z "$real" ]; then echo "$name: no such linker on this host" >&2; exit 127; fi

objects= i=0 before=
for word; do
    i=$((i + 1))
    case $word in
        /usr/* | /lib* | crt*.o | */crt*.o | */?crt1.o) ;;
        *.o) if [ "$before" != -o ]; then objects="$objects $i"; fi ;;
    esac
    before=$word
done
order=$(echo "$objects" | awk -v seed="$BENCHGATE_LINK_SEED" '{
    x = seed % 2147483646 + 1
    for (i = 1; i <= 10; ++i) x = (x * 16807) % 2147483647
    for (i = NF; i > 1; --i) { x = (x * 16807) % 2147483647; j = x % i + 1; t = $i; $i = $j; $j = t }
    print
}') || exec "$real" "$@"

words= i=0
for word; do
    i=$((i + 1)) place=$i
    case " $objects " in
        *" $i "*) place=${order%% *}; order=${order#* } ;;
    esac
    words="$words \"\${$place}\""
done
case $objects in ' '*' '*) echo link >>"$BENCHGATE_LINK_COUNT" ;; esac
eval "exec \"\$real\" $words"
)";

}  // namespace

tl::expected<LinkOrder, std::string> LinkOrder::create(const fs::path& directory) {
    std::error_code code;
    fs::create_directories(directory, code);
    if (code) return tl::unexpected(fmt::format("{}: {}", directory.string(), code.message()));
    const auto everybody = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                           fs::perms::others_read | fs::perms::others_exec;
    fs::permissions(directory, everybody, code);
    for (const auto* linker : linkers) {
        const auto file = directory / linker;
        std::ofstream(file, std::ios::binary | std::ios::trunc) << script;
        fs::permissions(file, everybody, code);
        if (code) return tl::unexpected(fmt::format("{}: {}", file.string(), code.message()));
    }
    return LinkOrder(directory);
}

std::map<std::string, std::string> LinkOrder::environment(std::uint64_t seed) const {
    constexpr std::uint64_t largest = 2147483646;  // what the script's arithmetic holds
    return {{"COMPILER_PATH", directory_.string()}, {"BENCHGATE_LINK_SEED", std::to_string(seed % largest)}};
}

std::string LinkOrder::counted(const std::string& shell_line) {
    return fmt::format("export BENCHGATE_LINK_COUNT=\"$PWD/{}\"\n{}", count_file, shell_line);
}

int LinkOrder::take_count(const fs::path& job_directory) {
    const auto lines = platform::read_below(job_directory, count_file, most_count_bytes);
    std::error_code code;
    fs::remove(job_directory / count_file, code);
    return lines ? static_cast<int>(std::ranges::count(*lines, '\n')) : 0;
}

}  // namespace benchgate::measure
