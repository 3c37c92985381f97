# add_component(NAME SOURCES... DEPENDS...): one folder, one static library. Dependencies only point down the
# list in bridge/CMakeLists.txt; tests/structure checks that no #include says otherwise.
function(add_component name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS")
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC project_flags ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS})
endfunction()
