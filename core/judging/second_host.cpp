#include "core/judging/second_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace benchgate::judging {
namespace {

using model::SecondAnswer;
using model::SecondHostState;
using model::Verdict;
using model::VerdictKind;

std::string signed_percent(double ratio) {
    const double percent = 100 * (ratio - 1), size = std::fabs(percent);
    const std::string_view sign = percent < 0 ? "−" : "+";
    return size < 1000 ? fmt::format("{}{:.3g} %", sign, size) : fmt::format("{}{:.0f} %", sign, size);
}

/// "+12 % (+9 % to +15 %)" of the metric's own values.
std::string estimate_text(const Verdict& verdict) {
    if (!verdict.ratio) return "no estimate";
    auto text = signed_percent(*verdict.ratio);
    const auto& [low, high] = verdict.interval;
    if (low && high) return text + fmt::format(" ({} to {})", signed_percent(*low), signed_percent(*high));
    if (low) return text + fmt::format(" (at least {})", signed_percent(*low));
    return high ? text + fmt::format(" (at most {})", signed_percent(*high)) : text;
}

SecondAnswer answer_of(const Verdict* second) {
    if (second == nullptr) return SecondAnswer::unmeasured;
    switch (second->kind) {
        case VerdictKind::regressed:
            return SecondAnswer::confirmed;
        case VerdictKind::missing:
        case VerdictKind::failed:
        case VerdictKind::added:
            return SecondAnswer::unmeasured;
        case VerdictKind::inconclusive:
            // Time was over before its first block.
            return second->trials_used == 0 ? SecondAnswer::unmeasured : SecondAnswer::not_confirmed;
        case VerdictKind::improved:
        case VerdictKind::unchanged:
            return SecondAnswer::not_confirmed;
    }
    return SecondAnswer::not_confirmed;
}

double share_of_level(const Verdict& verdict, const model::Policy& policy) {
    for (const auto& level : levels_for(policy, verdict.series.key))
        if (verdict.level == level.name) return level.at;
    return -1;
}

/// Both hosts must support a level, as both tests of one host must.
void lower_level(Verdict& verdict, const Verdict& second, const model::Policy& policy) {
    if (share_of_level(second, policy) < share_of_level(verdict, policy)) verdict.level = second.level;
    verdict.action = std::min(verdict.action, second.action);
}

void leave_open(Verdict& verdict, std::string reason) {
    verdict.kind = VerdictKind::inconclusive;
    verdict.confirmed = false;
    verdict.level.reset();
    verdict.action = model::Action::log;
    verdict.reason = std::move(reason);
}

void add_reason(Verdict& verdict, const std::string& clause) {
    verdict.reason += (verdict.reason.empty() ? "" : "; ") + clause;
}

std::string on_one_host(const Verdict& verdict, const SecondHost& host) {
    return fmt::format("{} on {} only", verdict.confirmed ? "confirmed" : "seen", host.first);
}

void heed_answer(Verdict& verdict, const Verdict* second, SecondAnswer answer, const model::Policy& policy,
                 const SecondHost& host) {
    switch (answer) {
        case SecondAnswer::confirmed:
            add_reason(verdict, fmt::format("confirmed on {}: {}, and on {}: {}", host.first, estimate_text(verdict),
                                            host.second, estimate_text(*second)));
            verdict.confirmed = true;
            return lower_level(verdict, *second, policy);
        case SecondAnswer::not_confirmed:
            return leave_open(verdict, fmt::format("seen on {}: {}; not confirmed on {}: {}", host.first,
                                                   estimate_text(verdict), host.second, estimate_text(*second)));
        case SecondAnswer::unmeasured: {
            const auto* why = second == nullptr || second->reason.empty() ? nullptr : &second->reason;
            add_reason(verdict, fmt::format("{}: {} gave no result{}", on_one_host(verdict, host), host.second,
                                            why == nullptr ? "" : ", " + *why));
        }
    }
}

}  // namespace

std::vector<std::size_t> to_confirm(std::span<const Verdict> verdicts, const Exceptions& exceptions) {
    std::vector<std::size_t> asked;
    for (std::size_t v = 0; v < verdicts.size(); ++v) {
        if (verdicts[v].kind != VerdictKind::regressed || verdicts[v].action != model::Action::block) continue;
        const auto covers = [&](const Waiving& one) { return one.verdict == v && one.covers; };
        const bool is_waived = std::any_of(exceptions.waivings.begin(), exceptions.waivings.end(), covers);
        const bool is_advice =
            std::find(exceptions.advisory.begin(), exceptions.advisory.end(), v) != exceptions.advisory.end();
        if (!is_waived && !is_advice) asked.push_back(v);
    }
    return asked;
}

std::vector<model::SecondFinding> heed_second_host(std::vector<Verdict>& verdicts, const model::Policy& policy,
                                                   const SecondHost& host) {
    std::vector<model::SecondFinding> findings;
    for (std::size_t v = 0; v < verdicts.size(); ++v) {
        auto& verdict = verdicts[v];
        const bool is_asked = std::find(host.asked.begin(), host.asked.end(), verdict.series.key) != host.asked.end();
        if (!is_asked || verdict.kind != VerdictKind::regressed) continue;
        if (host.state == SecondHostState::pending) {
            leave_open(verdict, fmt::format("seen on {}: {}; being confirmed on {}", host.first, estimate_text(verdict),
                                            host.second));
            continue;
        }
        if (host.state == SecondHostState::unavailable) {
            add_reason(verdict, on_one_host(verdict, host) + (host.why.empty() ? "" : ": " + host.why));
            continue;
        }
        const auto found = std::find_if(host.verdicts.begin(), host.verdicts.end(),
                                        [&](const Verdict& one) { return one.series.key == verdict.series.key; });
        const auto* second = found == host.verdicts.end() ? nullptr : &*found;
        model::SecondFinding finding{v, answer_of(second), verdict.ratio, verdict.interval, {}, {}};
        if (second != nullptr) {
            finding.ratio = second->ratio;
            finding.interval = second->interval;
        }
        heed_answer(verdict, second, finding.answer, policy, host);
        findings.push_back(std::move(finding));
    }
    return findings;
}

}  // namespace benchgate::judging
