#include "service/store/types.h"

namespace benchgate::store {

std::string_view to_string(Channel channel) {
    switch (channel) {
        case Channel::inbox:
            return "inbox";
        case Channel::jobs:
            return "jobs";
        case Channel::outbox:
            return "outbox";
        case Channel::finished:
            return "finished";
    }
    return "";
}

std::string_view to_string(Fence fence) {
    switch (fence) {
        case Fence::current:
            return "current";
        case Fence::stale_epoch:
            return "stale_epoch";
        case Fence::gone:
            return "gone";
    }
    return "";
}

}
