#include "runners/load/script.h"

#include <array>
#include <utility>

#include "core/json/json.h"

namespace benchgate::load {
namespace {

using json::Json;
using std::chrono::milliseconds;

constexpr std::size_t most_word_bytes = 100 << 10;  // of 128 KiB

constexpr std::array<std::pair<EventKind, std::string_view>, 8> event_words{{{EventKind::started, "started"},
                                                                             {EventKind::begin, "begin"},
                                                                             {EventKind::end, "end"},
                                                                             {EventKind::recovered, "recovered"},
                                                                             {EventKind::unsupported, "unsupported"},
                                                                             {EventKind::call, "call"},
                                                                             {EventKind::failed, "failed"},
                                                                             {EventKind::done, "done"}}};

std::string text_of(const Json& object, std::string_view key) {
    return json::text(object, key).value_or("");
}

int whole_of(const Json& object, std::string_view key) {
    const auto value = json::integer(object, key).value_or(0);
    return value >= -1'000'000'000 && value <= 1'000'000'000 ? static_cast<int>(value) : 0;
}

milliseconds time_of(const Json& object, std::string_view key) {
    return milliseconds(whole_of(object, key));
}

std::vector<int> numbers_of(const Json& object, std::string_view key) {
    std::vector<int> list;
    for (const auto& item : json::at(object, key))
        if (item.is_number_integer()) list.push_back(item.get<int>());
    return list;
}

}  // namespace

std::vector<std::string> to_words(const Script& script) {
    const auto& service = script.service;
    Json document{{"start", service.start},
                  {"ready", service.ready},
                  {"stop", service.stop},
                  {"ready_within_ms", service.ready_within.count()},
                  {"open_files", service.limits.open_files},
                  {"memory_bytes", service.limits.memory_bytes},
                  {"service_cpus", script.service_cpus},
                  {"generator_cpus", script.generator_cpus},
                  {"stages", Json::array()},
                  {"faults", Json::array()}};
    for (const auto& stage : script.stages)
        document["stages"].push_back(
            {{"name", stage.name}, {"length_ms", stage.length.count()}, {"lines", stage.lines}});
    for (const auto& fault : script.faults)
        document["faults"].push_back({{"kind", model::to_string(fault.kind)},
                                      {"at_ms", fault.at.count()},
                                      {"length_ms", fault.length.count()},
                                      {"amount", fault.amount}});
    const auto text = json::dump(document);
    std::vector<std::string> words;
    if (text.size() > most_script_bytes) return words;
    for (std::size_t at = 0; at < text.size(); at += most_word_bytes) words.push_back(text.substr(at, most_word_bytes));
    return words;
}

tl::expected<Script, std::string> read_script(std::string_view text) {
    const auto document = json::parse(text, {most_script_bytes, 16});
    if (!document || !document->is_object()) return tl::unexpected(std::string("the script cannot be read"));
    Script script;
    script.service.start = text_of(*document, "start");
    script.service.ready = text_of(*document, "ready");
    script.service.stop = text_of(*document, "stop");
    script.service.ready_within = time_of(*document, "ready_within_ms");
    script.service.limits.open_files = whole_of(*document, "open_files");
    script.service.limits.memory_bytes = json::number(*document, "memory_bytes").value_or(0);
    script.service_cpus = numbers_of(*document, "service_cpus");
    script.generator_cpus = numbers_of(*document, "generator_cpus");
    for (const auto& item : json::at(*document, "stages")) {
        ScriptStage stage{text_of(item, "name"), time_of(item, "length_ms"), {}};
        for (const auto& line : json::at(item, "lines"))
            if (line.is_string()) stage.lines.push_back(line.get<std::string>());
        script.stages.push_back(std::move(stage));
    }
    for (const auto& item : json::at(*document, "faults")) {
        const auto kind = model::fault_kind_from(text_of(item, "kind"));
        if (!kind) return tl::unexpected(std::string("the script has a fault of no known kind"));
        script.faults.push_back(
            {*kind, time_of(item, "at_ms"), time_of(item, "length_ms"), json::number(item, "amount").value_or(0)});
    }
    return script;
}

std::string to_line(const Event& event) {
    std::string_view word;
    for (const auto& [kind, name] : event_words)
        if (kind == event.kind) word = name;
    Json document{{"event", word}, {"index", event.index}};
    if (event.kind == EventKind::call)
        document.update({{"call", event.call},
                         {"exit_code", event.exit_code},
                         {"seconds", event.seconds},
                         {"cpu_seconds", event.cpu_seconds}});
    if (event.kind == EventKind::recovered) document["seconds"] = event.seconds;
    for (const auto& [key, text] : {std::pair{"out", &event.out}, {"err", &event.err}, {"words", &event.words}})
        if (!text->empty()) document[key] = *text;
    if (!event.is_services_fault) document["is_services_fault"] = false;
    return json::dump(document) + "\n";
}

tl::expected<Event, std::string> read_event(std::string_view line) {
    const auto document = json::parse(line, {most_event_bytes, 8});
    if (!document || !document->is_object()) return tl::unexpected(std::string("a line that is no event"));
    const auto word = text_of(*document, "event");
    Event event;
    bool known = false;
    for (const auto& [kind, name] : event_words)
        if (name == word) {
            event.kind = kind;
            known = true;
        }
    if (!known) return tl::unexpected(std::string("an event of no known kind"));
    event.index = whole_of(*document, "index");
    event.call = whole_of(*document, "call");
    event.exit_code = whole_of(*document, "exit_code");
    event.seconds = json::number(*document, "seconds").value_or(0);
    event.cpu_seconds = json::number(*document, "cpu_seconds").value_or(0);
    event.out = text_of(*document, "out");
    event.err = text_of(*document, "err");
    event.words = text_of(*document, "words");
    event.is_services_fault = json::boolean(*document, "is_services_fault").value_or(true);
    return event;
}

}  // namespace benchgate::load
