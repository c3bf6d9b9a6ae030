# Shared by the toolchain files, which set `architecture` (Debian's word), `triple` and `emulator` first. The target's
# system is build/sysroot/<architecture>, made by scripts/make_sysroot.sh, unless TWOFOLD_SYSROOT names another, as a
# CMake variable or in the environment.
set(CMAKE_SYSTEM_NAME Linux)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES TWOFOLD_SYSROOT)
if(TWOFOLD_SYSROOT)
    set(CMAKE_SYSROOT ${TWOFOLD_SYSROOT})
elseif(DEFINED ENV{TWOFOLD_SYSROOT})
    set(CMAKE_SYSROOT $ENV{TWOFOLD_SYSROOT})
else()
    cmake_path(SET CMAKE_SYSROOT NORMALIZE ${CMAKE_CURRENT_LIST_DIR}/../build/sysroot/${architecture})
endif()

set(CMAKE_LIBRARY_ARCHITECTURE ${triple})
# Where Debian's linker looks, on a board of several architectures too.
set(CMAKE_INSTALL_LIBDIR lib/${triple} CACHE STRING "Folder of libraries")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${CMAKE_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR} ${CMAKE_SYSROOT}/usr/lib/${triple}/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig)

# The environment variable QEMU_CPU chooses the processor that is emulated.
set(CMAKE_CROSSCOMPILING_EMULATOR ${emulator} -L ${CMAKE_SYSROOT})
