#include "runners/host/facts.h"

#include <algorithm>

#include "platform/process.h"
#include "runners/host/fact_list.h"

namespace benchgate::host {
namespace {

void add_compiler(FactList& facts) {
    if (!facts.options().ask_compiler) return;
    platform::SpawnOptions spawn;
    spawn.argv = {"c++", "--version"};
    platform::Supervision limits;
    limits.wall_limit = std::chrono::seconds(5);
    const auto answer = platform::run(spawn, limits);
    if (!answer || !answer->ok()) return facts.say("compiler.cxx", std::nullopt);
    const auto words = answer->out.text();
    facts.say("compiler.cxx", words.substr(0, words.find('\n')));
}

const model::HostFact* fact_named(const std::vector<model::HostFact>& facts, std::string_view id) {
    const auto found = std::find_if(facts.begin(), facts.end(), [&](const auto& fact) { return fact.id == id; });
    return found == facts.end() ? nullptr : &*found;
}

}  // namespace

std::vector<model::HostFact> collect_facts(const FactOptions& options) {
    FactList facts(options);
    add_cpu_facts(facts);
    add_frequency_facts(facts);
    add_memory_facts(facts);
    add_kernel_facts(facts);
    add_isolation_facts(facts);
    add_load_facts(facts);
    add_interrupt_facts(facts);
    add_disk_facts(facts);
    add_compiler(facts);
    return facts.take();
}

std::string describe_host(const std::vector<model::HostFact>& facts) {
    std::string line;
    for (const char* id : {"cpu.model", "cpu.online", "memory.total", "kernel.release", "kernel.distribution"})
        if (const auto* fact = fact_named(facts, id); fact && !fact->observed.empty()) {
            if (!line.empty()) line += ", ";
            line += id == std::string_view("cpu.online") ? "CPUs " + fact->observed : fact->observed;
        }
    return line;
}

}  // namespace benchgate::host
