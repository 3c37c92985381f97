// Variables of the environment that look like settings of the bridge and are none.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace bridge::app {

/// Removes MCP_BRIDGE_PORT from this process's environment if its value is that of a service link ("tcp://10.0.0.1:7071"). Kubernetes sets it in
/// every container beside a service that is called mcp-bridge. Call it before the variables are read.
void forget_service_link();

/// Returns a warning for each variable that begins with MCP_BRIDGE_ and that nothing reads, with the name that may be meant. It is a warning,
/// because the name can be a setting of another version or of another program. If the name may be meant for an option that protects the bridge
/// (the groups of keys and of --child-user), throws CLI::ValidationError instead: a bridge without the key that its operator has misspelt would
/// let everybody in. Names no value. Ignores service links of Kubernetes, and the variables that this project gives to its tests, to its
/// deployment and to the processes of the server.
std::vector<std::string> unknown_variables(const CLI::App& app);

}  // namespace bridge::app
