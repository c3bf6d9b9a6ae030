# 64-bit ARM, with Debian's g++-aarch64-linux-gnu and qemu-user-static. A file for one processor may set `processor`,
# a name that gcc's -mcpu knows, before it includes this one.
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(architecture arm64)
set(triple aarch64-linux-gnu)
set(CMAKE_C_COMPILER ${triple}-gcc)
set(CMAKE_CXX_COMPILER ${triple}-g++)
if(processor)
    set(CMAKE_C_FLAGS_INIT -mcpu=${processor})
    set(CMAKE_CXX_FLAGS_INIT -mcpu=${processor})
endif()
set(emulator qemu-aarch64-static)
include(${CMAKE_CURRENT_LIST_DIR}/sysroot.cmake)
