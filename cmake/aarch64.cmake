# Cross-compiles for 64-bit ARM with Debian's compiler and the libraries of its architecture arm64 (scripts/setup aarch64). qemu runs the tests.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static)
# It would name the libraries of this machine.
set(PKG_CONFIG_EXECUTABLE "" CACHE FILEPATH "")
# The libraries of the compiler's own packages, which are those of the first Debian 12, are left for those of the architecture, which get
# security updates.
execute_process(COMMAND ${CMAKE_CXX_COMPILER} -dumpversion OUTPUT_VARIABLE compiler_version OUTPUT_STRIP_TRAILING_WHITESPACE)
set(CMAKE_EXE_LINKER_FLAGS_INIT
    "-B/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE} -B/usr/lib/gcc/${CMAKE_LIBRARY_ARCHITECTURE}/${compiler_version}")
