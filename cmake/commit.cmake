# What `--version --verbose` says of the commit. Only what ships states it: elsewhere each commit would compile and link again.
set(MCP_BRIDGE_COMMIT "" CACHE STRING "The commit, for a folder without git")
set(commit "${MCP_BRIDGE_COMMIT}")
if(MCP_BRIDGE_STATIC AND NOT commit)
    execute_process(COMMAND git -C "${CMAKE_SOURCE_DIR}" describe --always --abbrev=40 --exclude=* --dirty=-modified
        OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT commit)
    set(commit "not stated")
endif()
