#include "service/workers/renewal.h"

#include <spdlog/spdlog.h>

#include "platform/stop.h"

namespace benchgate::workers {

Renewal::Renewal(Options options, std::function<void()> renew)
    : thread_([options = std::move(options), renew = std::move(renew)](std::stop_token stop) {
          while (platform::sleep_for(stop, options.period)) {
              try {
                  renew();
              } catch (const std::exception& error) {
                  spdlog::warn("{}: {}", options.name, error.what());
              }
          }
      }) {}

}  // namespace benchgate::workers
