# What every target of ours has in common.

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

if(TWOFOLD_STANDALONE)
    add_compile_options(-ffunction-sections -fdata-sections)
    add_link_options(-Wl,--gc-sections)
endif()

# The presets compile a release with -O2, and with -O3 only where the time goes: the library is a seventh smaller.
function(twofold_hot_sources)
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS $<$<CONFIG:Release>:-O3>)
endfunction()

add_library(twofold_build_flags INTERFACE)
target_compile_features(twofold_build_flags INTERFACE cxx_std_20)
target_compile_options(twofold_build_flags INTERFACE
    -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor
    # Sums must come out the same from every build of one version: only written FMAs are FMAs.
    -ffp-contract=off
    $<$<BOOL:${TWOFOLD_WERROR}>:-Werror>)

function(twofold_configure_target name)
    target_link_libraries(${name} PRIVATE twofold_build_flags)
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
    set_target_properties(${name} PROPERTIES
        CXX_EXTENSIONS OFF
        POSITION_INDEPENDENT_CODE ON
        CXX_VISIBILITY_PRESET hidden
        C_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON)
endfunction()

# An internal static library: one layer of the tree, or one part of it that others link on its own.
function(twofold_add_layer name)
    add_library(${name} STATIC ${ARGN})
    twofold_configure_target(${name})
endfunction()
