#include "runners/sandbox/bubblewrap.h"
#include "runners/sandbox/direct.h"

namespace benchgate::sandbox {

tl::expected<std::unique_ptr<Sandbox>, SandboxError> choose(const ChooseOptions& options) {
    BubblewrapOptions wanted;
    wanted.run_as = options.run_as;
    auto bubblewrap = std::make_unique<BubblewrapSandbox>(wanted);
    const Capabilities capabilities = bubblewrap->probe();
    if (capabilities.available) return bubblewrap;
    if (options.allow_unsandboxed) return std::make_unique<DirectSandbox>();
    return tl::unexpected(SandboxError{"bubblewrap does not work here: " + capabilities.why_not});
}

}
