# What `cmake --install` puts where: the library with its headers, a CMake package, a pkg-config file. The command's
# files are listed in apps/.

if(TWOFOLD_STANDALONE)
    return()
endif()
include(CMakePackageConfigHelpers)

set(twofold_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/twofold)

install(TARGETS twofold EXPORT twofold-targets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/twofold DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    COMPONENT development FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")

# The installed command finds the library beside it, wherever the prefix is moved to.
if(TARGET twofold_command)
    file(RELATIVE_PATH twofold_to_library ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
    set_target_properties(twofold_command PROPERTIES INSTALL_RPATH "\$ORIGIN/${twofold_to_library}")
endif()

install(EXPORT twofold-targets NAMESPACE twofold:: DESTINATION ${twofold_package_folder} COMPONENT development)
configure_package_config_file(
    ${CMAKE_CURRENT_LIST_DIR}/twofold-config.cmake.in ${PROJECT_BINARY_DIR}/twofold-config.cmake
    INSTALL_DESTINATION ${twofold_package_folder})
# Before 1.0 a new minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/twofold-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/twofold-config.cmake ${PROJECT_BINARY_DIR}/twofold-config-version.cmake
    DESTINATION ${twofold_package_folder} COMPONENT development)

# The pkg-config file finds its prefix from where it lies, so that an installed tree can be moved.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(twofold_pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
    file(RELATIVE_PATH twofold_pc_up "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
    set(twofold_pc_prefix "\${pcfiledir}/${twofold_pc_up}")
endif()
foreach(kind LIBDIR INCLUDEDIR)
    set(twofold_pc_${kind} "${CMAKE_INSTALL_${kind}}")
    if(NOT IS_ABSOLUTE "${twofold_pc_${kind}}")
        string(PREPEND twofold_pc_${kind} "\${prefix}/")
    endif()
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/twofold.pc.in ${PROJECT_BINARY_DIR}/twofold.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/twofold.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
    COMPONENT development)
