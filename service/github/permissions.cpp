#include "service/github/permissions.h"

namespace benchgate::github {

const std::vector<Permissions>& permissions_for(Use use) {
    static const std::vector<Permissions> read{
        {{"contents", "read"}, {"metadata", "read"}, {"pull_requests", "read"}},
        {{"metadata", "read"}, {"pull_requests", "read"}},
        {{"metadata", "read"}},
    };
    static const std::vector<Permissions> check{{{"checks", "write"}}};
    // Either of the two is enough for comments on pull requests.
    static const std::vector<Permissions> comment{
        {{"issues", "write"}, {"pull_requests", "write"}},
        {{"pull_requests", "write"}},
        {{"issues", "write"}},
    };
    static const std::vector<Permissions> status{{{"statuses", "write"}}};
    static const std::vector<Permissions> clone{{{"contents", "read"}}};
    static const std::vector<Permissions> list{{{"metadata", "read"}}};
    switch (use) {
        case Use::read:
            return read;
        case Use::check:
            return check;
        case Use::comment:
            return comment;
        case Use::status:
            return status;
        case Use::clone:
            return clone;
        case Use::list:
            return list;
    }
    return list;
}

std::string to_text(const Permissions& permissions) {
    std::string text;
    for (const auto& [name, level] : permissions) text += (text.empty() ? "" : ", ") + name + ":" + level;
    return text;
}

}
