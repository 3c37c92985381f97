// The fixture's command line.
#pragma once

#include <string>
#include <vector>

namespace fixture {

/// How the id of a request comes back in its answer.
enum class id_style {
    same,     ///< byte for byte, as it should
    text,     ///< the number 5 becomes the string "5"
    null,     ///< null
    unknown,  ///< an id that nobody asked with
    decimal,  ///< the number 5 becomes 5.0
};

struct options {
    // Start
    std::string name = "stdio-fixture";
    std::string protocol_version;  ///< empty: the client's own
    std::string capabilities = R"({"tools":{},"logging":{}})";
    long start_delay_ms = 0;
    std::string lock_file;       ///< locked as long as the process runs
    std::string install_folder;  ///< holds the state of the installation before the first start
    long banner_lines = 0;
    std::string prompt;
    long stderr_mib = 0;
    std::string starts_file;
    std::string record_file;
    std::string calls_file;
    bool hold_stdout_by_grandchild = false;

    // How it writes
    std::string line_end = "\n";
    bool byte_order_mark = false;
    bool bytewise = false;
    bool echo = false;
    id_style ids = id_style::same;
    long answers_per_request = 1;

    // How it dies, and does not
    std::string crash_on;  ///< "start" or a method
    std::string crash_at;  ///< text in a message
    long crash_after_calls = -1;
    long crash_after_ms = -1;
    std::string crash_by = "exit:3";
    std::string crash_once_file;
    std::vector<std::string> last_words;
    bool ignore_term = false;
    bool ignore_eof = false;
    bool not_reading = false;
    std::string fault;        ///< the name of a fault; empty: none
    std::string fault_at;     ///< "start" or a method; empty: only with SIGUSR1
    std::string fault_while;  ///< a file without which `fault_at` counts for nothing; it is removed

    // What it can
    std::string era = "legacy";   ///< or "modern", or "dual"
    long initialize_error = 0;    ///< in the modern era, the code with which it refuses `initialize`; 0: the one for versions
    bool no_result_type = false;  ///< in the modern era, results have no `resultType`
    std::string on_listen;        ///< in the modern era, what a subscription gets; empty: what it asks for
    bool has_tasks = false;       ///< tools/call with `task` makes one
    std::string no_task_for;      ///< but not of this tool
    std::string task_required;    ///< a tool that is called as a task only, and says so

    // How it reads
    bool fold_names = false;  ///< member names in any case; a notification's method with an id is a notification

    // What it does unasked
    std::string on_discover = "error";
    std::string ask_when_initialized;
    std::string silent_on;  ///< a method whose requests get no answer
    std::string refuse;     ///< a method whose requests get an error
    long level_after_ms = -1;
    long notify_every_ms = -1;
};

/// Reads the command line. `--help` and a mistake end the process.
options read_options(int argc, char** argv);

}  // namespace fixture
