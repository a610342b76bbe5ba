#include "runners/load/network.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>

#include "platform/process.h"

namespace benchgate::load {
namespace {

using model::FaultKind;

constexpr double default_delay_ns = 100e6;
constexpr double default_loss = 0.01;
constexpr double default_bytes_per_second = 1e6;

std::string first_words(const std::string& text) {
    return text.substr(0, std::min<std::size_t>(text.find('\n'), 200));
}

/// A namespace of its own, not the one that this host speaks to the world through.
bool is_apart(pid_t pid) {
    struct stat theirs {};
    struct stat ours {};
    return ::stat(fmt::format("/proc/{}/ns/net", pid).c_str(), &theirs) == 0 &&
           ::stat("/proc/self/ns/net", &ours) == 0 && theirs.st_ino != ours.st_ino;
}

}  // namespace

bool is_network(FaultKind kind) {
    return kind == FaultKind::delay || kind == FaultKind::loss || kind == FaultKind::bandwidth;
}

std::vector<std::string> qdisc_of(const model::Fault& fault) {
    const auto amount = [&](double otherwise) { return fault.amount > 0 ? fault.amount : otherwise; };
    // Each way passes the loopback once, so a request and its answer are delayed twice.
    if (fault.kind == FaultKind::delay)
        return {"netem", "delay", fmt::format("{:.0f}us", amount(default_delay_ns) / 1e3)};
    if (fault.kind == FaultKind::loss) return {"netem", "loss", fmt::format("{:g}%", 100 * amount(default_loss))};
    // A packet of the loopback may be 64 KiB, and the bucket must hold one.
    return {"tbf",     "rate", fmt::format("{:.0f}bps", amount(default_bytes_per_second)), "burst", "128kb",
            "latency", "400ms"};
}

std::optional<std::string> SandboxNetwork::tc(const std::vector<std::string>& words) const {
    if (pid_ <= 0 || !is_apart(pid_)) return "without a sandbox there is no network apart from the host's";
    if (::geteuid() != 0) return "only root may do it";
    platform::SpawnOptions options;
    options.argv = {"nsenter", fmt::format("--net=/proc/{}/ns/net", pid_), "--", "tc", "qdisc"};
    options.argv.insert(options.argv.end(), words.begin(), words.end());
    options.environment = std::vector<std::string>{"PATH=" + path_};
    options.err_into_out = true;
    platform::Supervision limits;
    limits.wall_limit = std::chrono::seconds(5);
    const auto outcome = platform::run(options, limits);
    if (!outcome) return outcome.error().message;
    if (outcome->ok()) return std::nullopt;
    const auto said = first_words(outcome->out.text());
    return said.find("No such file") != std::string::npos && said.find("tc") != std::string::npos
               ? "tc is not installed (apt-get install iproute2)"
               : "tc: " + (said.empty() ? std::string("it failed without a word") : said);
}

std::optional<std::string> SandboxNetwork::begin(const model::Fault& fault) const {
    std::vector<std::string> words{"replace", "dev", "lo", "root"};
    const auto discipline = qdisc_of(fault);
    words.insert(words.end(), discipline.begin(), discipline.end());
    return tc(words);
}

std::optional<std::string> SandboxNetwork::end() const {
    return tc({"del", "dev", "lo", "root"});
}

std::optional<std::string> SandboxNetwork::unsupported(const model::Fault& fault) const {
    if (auto why = begin(fault)) return why;
    return end();
}

}  // namespace benchgate::load
