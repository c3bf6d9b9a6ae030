# 32-bit ARM with NEON and fused multiply-add, as in Cortex-A7, A15 and later (Raspberry Pi 2 and on), with Debian's
# g++-arm-linux-gnueabihf and qemu-user-static. Cortex-A8 and A9 lack the fused multiply-add.
set(CMAKE_SYSTEM_PROCESSOR armv7l)
set(architecture armhf)
set(triple arm-linux-gnueabihf)
set(CMAKE_C_COMPILER ${triple}-gcc)
set(CMAKE_CXX_COMPILER ${triple}-g++)
# Highway names the half-precision type, which gcc has here only with its format chosen.
foreach(language C CXX)
    set(CMAKE_${language}_FLAGS_INIT "-march=armv7-a+neon-vfpv4 -mfp16-format=ieee")
endforeach()
set(emulator qemu-arm-static)
include(${CMAKE_CURRENT_LIST_DIR}/sysroot.cmake)
