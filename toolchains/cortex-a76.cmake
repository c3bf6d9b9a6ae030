# 64-bit ARM, scheduled for Cortex-A76: Raspberry Pi 5.
set(processor cortex-a76)
include(${CMAKE_CURRENT_LIST_DIR}/aarch64-linux-gnu.cmake)
