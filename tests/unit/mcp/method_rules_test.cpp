#include "bridge/mcp/method_rules.hpp"

#include <gtest/gtest.h>

namespace bridge::mcp {
namespace {

TEST(MethodRules, LetRequestsPass) {
    for (const char* method :
         {R"("tools/call")", R"("tools/list")", R"("ping")", R"("initialize")", R"("resources/unsubscribe")", R"("resources\/unsubscribe")",
          R"("logging/setLevel")", R"("tasks/get")", R"("t\u0061sks/get")", R"("completion/complete")", R"("x/own")", R"("notification")", R"("")",
          R"("Tools/Call")", R"("my/notifications/x")", R"("tasks/gets")"}) {
        EXPECT_EQ(request_method_fault(method), nullptr) << method;
    }
}

TEST(MethodRules, KeepNotificationsFromBeingRequests) {
    for (const char* method : {R"("notifications/cancelled")", R"("notifications/")", R"("notifications/initialized")",
                               R"("notifications\/progress")", R"("n\u006ftifications/x")", R"("Notifications/cancelled")", R"("NOTIFICATIONS/X")",
                               R"("notification\u017f/cancelled")", "\"notification\xC5\xBF/cancelled\""}) {
        EXPECT_NE(request_method_fault(method), nullptr) << method;
    }
}

// The bridge would pass it on as any other, and the server might take it for one that the bridge handles.
TEST(MethodRules, RefuseWhatFoldsToAMethodThatIsRouted) {
    for (const char* method :
         {R"("Initialize")", R"("resources/Unsubscribe")", R"("resources/un\u017fubscribe")", R"("resources/unsubscribe\u0000x")",
          R"("LOGGING/SETLEVEL")", R"("logging/setlevel")", R"("Tasks/get")", R"("tasks/Cancel")", R"("ta\u017f\u212as/result")",
          R"("tasks/list\u0000")", R"("Server/discover")", R"("Tasks/new")"}) {
        EXPECT_NE(request_method_fault(method), nullptr) << method;
    }
}

}  // namespace
}  // namespace bridge::mcp
