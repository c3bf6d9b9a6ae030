# Every package that we use is found here, and differences between their versions end here or in one header each.

if(TWOFOLD_STANDALONE)
    set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
endif()
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
# Highway's library chooses among instruction sets; where there is one only, as on ARM, its headers are enough.
pkg_check_modules(hwy REQUIRED libhwy)
add_library(twofold_highway INTERFACE)
target_include_directories(twofold_highway SYSTEM INTERFACE ${hwy_INCLUDE_DIRS})
if(TWOFOLD_STANDALONE)
    target_compile_definitions(twofold_highway INTERFACE HWY_COMPILE_ONLY_STATIC)
else()
    target_link_options(twofold_highway INTERFACE -Wl,--as-needed)
    target_link_libraries(twofold_highway INTERFACE ${hwy_LINK_LIBRARIES})
endif()

# oneDNN brings OpenMP along; its number of threads must be set to one.
if(TWOFOLD_WITH_OPENMP OR TWOFOLD_WITH_ONEDNN)
    find_package(OpenMP REQUIRED COMPONENTS CXX)
endif()
if(TWOFOLD_WITH_ONEDNN)
    # Debian's dnnl-config.cmake asks for OpenCL's development files, which a CPU library has no use for.
    find_library(TWOFOLD_DNNL_LIBRARY dnnl REQUIRED)
    find_path(TWOFOLD_DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.hpp REQUIRED)
    mark_as_advanced(TWOFOLD_DNNL_LIBRARY TWOFOLD_DNNL_INCLUDE_DIR)
    add_library(DNNL::dnnl UNKNOWN IMPORTED)
    set_target_properties(DNNL::dnnl PROPERTIES
        IMPORTED_LOCATION ${TWOFOLD_DNNL_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${TWOFOLD_DNNL_INCLUDE_DIR})
endif()
if(TWOFOLD_WITH_APP)
    find_package(JPEG REQUIRED)
    find_package(PNG REQUIRED)
    if(TWOFOLD_WITH_TIFF)
        find_package(TIFF REQUIRED)
    endif()
    find_package(ZLIB REQUIRED)
    find_package(CLI11 REQUIRED)
    find_package(fmt REQUIRED)
    find_package(nlohmann_json REQUIRED)
endif()
if(TWOFOLD_WITH_TESTS AND NOT TWOFOLD_STANDALONE)
    find_package(xtensor REQUIRED)
    find_package(Catch2 REQUIRED) # 2 or 3: tests/support/catch.h knows the difference
endif()
