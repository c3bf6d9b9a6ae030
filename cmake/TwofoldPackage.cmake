# `cpack` in a build folder makes an archive of what `cmake --install` would install.
set(CPACK_GENERATOR TGZ)
set(CPACK_PACKAGE_VENDOR twofold)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_FILE_NAME ${PROJECT_NAME}-${PROJECT_VERSION}-${CMAKE_SYSTEM_PROCESSOR})
include(CPack)
