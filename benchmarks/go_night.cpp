#include "benchmarks/go_night.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace benchgate::bench {

std::map<std::string, std::vector<double>> read_night(const std::filesystem::path& path) {
    std::map<std::string, std::vector<double>> runs;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("Benchmark")) continue;
        std::istringstream fields(line);
        std::string name, times, value, unit;
        fields >> name >> times;
        while (fields >> value >> unit)
            if (unit == "ns/op") runs[name].push_back(std::strtod(value.c_str(), nullptr));
    }
    return runs;
}

}  // namespace benchgate::bench
