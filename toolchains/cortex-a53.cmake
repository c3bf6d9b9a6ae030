# 64-bit ARM, scheduled for Cortex-A53: Raspberry Pi 3, many boards and phones of the 2010s.
set(processor cortex-a53)
include(${CMAKE_CURRENT_LIST_DIR}/aarch64-linux-gnu.cmake)
