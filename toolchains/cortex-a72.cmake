# 64-bit ARM, scheduled for Cortex-A72: Raspberry Pi 4.
set(processor cortex-a72)
include(${CMAKE_CURRENT_LIST_DIR}/aarch64-linux-gnu.cmake)
