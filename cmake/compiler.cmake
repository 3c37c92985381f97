# The language, the warnings (errors, on our targets only) and the sanitizers.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE ccache)
if(CCACHE)
    # Without these two it keeps nothing that was compiled with a precompiled header (ccache's manual, "Precompiled headers"). With the other
    # two, a new clone takes what another one compiled ("Compiling in different directories").
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;CCACHE_BASEDIR=${CMAKE_SOURCE_DIR};CCACHE_NOHASHDIR=true;${CCACHE}")
endif()
if(MCP_BRIDGE_STATIC)
    # What ships has the same bytes wherever it is built, and whether ccache had its objects or not (tests/release/same-bytes). So the debug information, and
    # with it the build id, names files from the folder of the project on. ccache gives the compiler some paths as they are, and some
    # relative to the build folder. Link-time optimisation compares the folder of the compiler with that of the linker, and ccache may have an
    # object from another clone. So both get the name /proc/self/cwd for their folder, here and in cmake/link-quietly. Of two options the later one counts.
    cmake_path(RELATIVE_PATH CMAKE_BINARY_DIR BASE_DIRECTORY "${CMAKE_SOURCE_DIR}" OUTPUT_VARIABLE build_folder)
    cmake_path(RELATIVE_PATH CMAKE_SOURCE_DIR BASE_DIRECTORY "${CMAKE_BINARY_DIR}" OUTPUT_VARIABLE way_back)
    foreach(mapped "${CMAKE_SOURCE_DIR}=." "${way_back}=." "${CMAKE_BINARY_DIR}/=" "/proc/self/cwd=./${build_folder}")
        add_compile_options("-ffile-prefix-map=${mapped}")
        add_link_options("-ffile-prefix-map=${mapped}")
    endforeach()
    list(PREPEND CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env PWD=/proc/self/cwd)
endif()

add_library(project_flags INTERFACE)
target_compile_options(project_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Werror)
if(NOT MCP_BRIDGE_UNITY)
    # Within a group of a unity build, a local name of one source may be a name of another one.
    target_compile_options(project_flags INTERFACE -Wshadow)
endif()
target_include_directories(project_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_definitions(project_flags INTERFACE MCP_BRIDGE_VERSION="${PROJECT_VERSION}")

if(MCP_BRIDGE_SANITIZE)
    # Global, so that the separately compiled Asio and Beast are instrumented too.
    add_compile_options(-fsanitize=${MCP_BRIDGE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${MCP_BRIDGE_SANITIZE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND MCP_BRIDGE_SANITIZE MATCHES "address")
    # UndefinedBehaviorSanitizer describes each place in the program by data with pointers in it: 60 MB. In a program that can be loaded anywhere, each
    # process would write all of them at its start, and each fork would copy their pages: 0.15 s for each of thousands of processes.
    set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
    add_compile_options(-fno-pie)
    add_link_options(-no-pie)
    # These two checks are nearly half of the code, a third of the time to compile it, and find little that AddressSanitizer or the processor does
    # not: a null pointer ends the program when it is used. The fuzz targets keep them.
    if(MCP_BRIDGE_SANITIZE MATCHES "undefined")
        add_compile_options(-fno-sanitize=null,alignment)
    endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND MCP_BRIDGE_SANITIZE MATCHES "undefined")
    # clang 14 cannot assemble coroutines with this one ("Cannot represent a difference across sections").
    add_compile_options(-fno-sanitize=function)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND MCP_BRIDGE_SANITIZE MATCHES "thread")
    # g++ warns that ThreadSanitizer does not see fences; Asio uses them. And it then inlines Asio's allocation of a coroutine's frame
    # but not its counterpart, and takes the two for mismatched.
    add_compile_options(-Wno-tsan -Wno-mismatched-new-delete)
endif()
if(MCP_BRIDGE_STATIC)
    # The linker warns of getaddrinfo and dlopen. What the first could load is ruled out by weather::set_up_names, and the second
    # is not called (nws/tls.cpp); tests/package shows both. So the two warnings, which look like a broken build, are left out.
    set_property(GLOBAL PROPERTY RULE_LAUNCH_LINK "\"${CMAKE_SOURCE_DIR}/cmake/link-quietly\"")
    add_link_options(-static)
    target_compile_definitions(project_flags INTERFACE MCP_BRIDGE_STATIC)
endif()
