#include "runners/measure/link_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "platform/files.h"

namespace benchgate::measure {
namespace {

namespace fs = std::filesystem;

constexpr std::array linkers{"ld", "ld.bfd", "ld.gold", "ld.lld", "ld.mold"};
constexpr const char* count_file = ".benchgate-links";
constexpr std::uintmax_t most_count_bytes = 1u << 20;

/// What begins and ends a program (crt1.o, crtn.o and their like) comes from the system and stays in its place; so does
/// what a linker takes only if it needs it (between --start-lib and --end-lib), and what an option names. In awk the
/// minimal standard generator of Park and Miller shuffles (Fisher-Yates): its products are exact in a double.
///
/// The real linker is the one that the compiler would have found: gcc tells its own folders in COMPILER_PATH, clang
/// looks beside itself, both go on with PATH. Compilers for another machine ask for plain "ld" as well, so that one of
/// GNU's is taken only if it knows the emulation asked for; else one with the machine's name in front.
constexpr const char* script = R"(#!/bin/sh
# A linker that permutes the object files of its command line and hands it on to the real one.
name=${0##*/} emulation= before=
for word; do
    case $before in -m) emulation=$word ;; esac
    case $word in -m?*) emulation=${word#-m} ;; esac
    before=$word
done
fits() {
    case $name in ld | ld.bfd) ;; *) return 0 ;; esac
    [ -n "$emulation" ] || return 0
    "$1" -V 2>/dev/null | { while read -r known _; do [ "$known" = "$emulation" ] && exit 0; done; exit 1; }
}
parent=$(readlink "/proc/$PPID/exe") || parent=
folders=${COMPILER_PATH-}:${parent%/*}:${PATH-}:/usr/local/bin:/usr/bin:/bin
real= first=
for pattern in "$name" "*-$name"; do
    left=$folders:
    while [ -z "$real" ] && [ -n "$left" ]; do
        folder=${left%%:*} left=${left#*:}
        [ -n "$folder" ] || continue
        for file in "$folder"/$pattern; do
            if ! [ -f "$file" ] || ! [ -x "$file" ] || [ "$file" -ef "$0" ]; then continue; fi
            if fits "$file"; then real=$file; break; fi
            if [ "$pattern" = "$name" ]; then first=${first:-$file}; fi
        done
    done
done
real=${real:-$first}
if [ -z "$real" ]; then echo "$name: no such linker on this host" >&2; exit 127; fi
[ -n "${BENCHGATE_LINK_SEED-}" ] || exec "$real" "$@"

objects= i=0 before= lazy=
for word; do
    i=$((i + 1))
    case $word in
        --start-lib | -start-lib) lazy=1 ;;
        --end-lib | -end-lib) lazy= ;;
        /usr/* | /lib* | crt*.o | */crt*.o | */?crt1.o) ;;
        -*) ;;
        *.o)
            case $lazy$before in
                1* | -o | --output | -R | --just-symbols | -T | --script | -dT | -Map | --Map | --dependency-file) ;;
                *) objects="$objects $i" ;;
            esac ;;
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
        if (const auto written = platform::write_file_atomically(file, script, 0755); !written)
            return tl::unexpected(written.error().message);
    }
    return LinkOrder(directory);
}

std::map<std::string, std::string> LinkOrder::environment(std::optional<std::uint64_t> seed) const {
    constexpr std::uint64_t largest = 2147483646;  // what the script's arithmetic holds
    std::map<std::string, std::string> variables{{"COMPILER_PATH", directory_.string()}};
    if (seed) variables["BENCHGATE_LINK_SEED"] = std::to_string(*seed % largest);
    return variables;
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
