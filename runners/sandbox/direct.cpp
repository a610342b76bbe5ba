#include "runners/sandbox/direct.h"

namespace benchgate::sandbox {
struct DirectSandbox::State {};
DirectSandbox::DirectSandbox() = default;
DirectSandbox::~DirectSandbox() = default;
Capabilities DirectSandbox::probe() { return {true, "", false, {}}; }
tl::expected<void, SandboxError> DirectSandbox::prepare(const std::filesystem::path&) { return {}; }
tl::expected<Result, SandboxError> DirectSandbox::run(const Command& command, std::stop_token stop) {
    platform::SpawnOptions spawn;
    spawn.argv = {"/bin/sh", "-c", command.shell_line};
    spawn.directory = command.job_directory;
    spawn.reap_descendants = true;
    platform::Supervision watch;
    watch.wall_limit = command.limits.wall;
    watch.keep_bytes = command.limits.keep_output_bytes;
    watch.on_output = command.on_output;
    auto done = platform::run(spawn, watch, stop);
    if (!done) return tl::unexpected(SandboxError{done.error().message});
    Result r;
    r.exit_code = done->status.code;
    r.signal = done->status.signal;
    r.timed_out = done->ending == platform::Ending::timed_out;
    r.stopped = done->ending == platform::Ending::stopped;
    r.wall = done->wall;
    r.cpu_seconds = Sourced{done->status.usage.ru_utime.tv_sec + done->status.usage.ru_utime.tv_usec / 1e6 + done->status.usage.ru_stime.tv_sec + done->status.usage.ru_stime.tv_usec / 1e6, "rusage"};
    r.out = std::move(done->out);
    r.err = std::move(done->err);
    return r;
}
}  // namespace benchgate::sandbox
