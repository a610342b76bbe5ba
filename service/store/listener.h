#pragma once
// One thread that LISTENs on all channels, over a connection of its own, and calls back. A wake-up may be lost with
// the connection, so after each reconnection every callback is called once; and a callback says only "look".

#include <functional>
#include <memory>
#include <string>

#include "service/store/types.h"

namespace benchgate::store {

class Listener {
  public:
    /// Called on the listener's thread; must return soon and not throw.
    using Callback = std::function<void(Channel)>;

    /// `url` must lead to PostgreSQL itself or a pooler in session mode.
    Listener(const std::string& url, Callback callback);
    ~Listener();  ///< stops and joins
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// True while the LISTEN stands.
    bool connected() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}
