# add_component(NAME PRECOMPILED header SOURCES... DEPENDS...): one folder, one static library. Dependencies only point down the
# list in bridge/CMakeLists.txt; tests/structure checks that no #include says otherwise.
function(add_component name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "PRECOMPILED" "SOURCES;DEPENDS;PRIVATE_DEPENDS")
    add_library(${name} STATIC ${arg_SOURCES})
    if(arg_PRECOMPILED)
        target_precompile_headers(${name} REUSE_FROM ${arg_PRECOMPILED})
    endif()
    target_link_libraries(${name} PUBLIC project_flags ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS})
endfunction()

# count_steps(TARGETS...): in builds for tests bridge/core/steps.hpp counts in these. What ships counts nothing.
function(count_steps)
    if(MCP_BRIDGE_TESTS OR MCP_BRIDGE_FUZZ)
        foreach(target ${ARGN})
            target_compile_definitions(${target} PRIVATE MCP_BRIDGE_COUNT_STEPS)
        endforeach()
    endif()
endfunction()
