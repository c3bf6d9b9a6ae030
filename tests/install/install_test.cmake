# Run by CTest; see CMakeLists.txt for the variables.
cmake_minimum_required(VERSION 3.25)

function(run what)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT code EQUAL 0)
        message(FATAL_ERROR "${what} failed (${code}):\n${output}")
    endif()
    set(output "${output}" PARENT_SCOPE)
    message("${what}: ok")
endfunction()

# What runs programs of another processor; empty for our own.
separate_arguments(EMULATOR UNIX_COMMAND "${EMULATOR}")
# An emulator takes seconds for a step.
set(steps)
if(EMULATOR)
    set(steps 2)
endif()

file(REMOVE_RECURSE "${SCRATCH}")
set(prefix "${SCRATCH}/prefix")
set(library "${prefix}/${LIBDIR}/libtwofold.so")
run("install" "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}")

# The build must not leak into the installed package.
file(GLOB package_files "${prefix}/${LIBDIR}/cmake/twofold/*" "${prefix}/${LIBDIR}/pkgconfig/*")
foreach(file IN LISTS package_files)
    file(READ "${file}" text)
    string(FIND "${text}" "${BUILD}" at)
    if(NOT at EQUAL -1)
        message(FATAL_ERROR "${file} names the build folder.")
    endif()
endforeach()

if(TOOLCHAIN)
    # The package lies outside of the target's system.
    set(compilers "-DCMAKE_TOOLCHAIN_FILE=${TOOLCHAIN}" "-DTWOFOLD_SYSROOT=${SYSROOT}"
        "-Dtwofold_DIR=${prefix}/${LIBDIR}/cmake/twofold")
else()
    set(compilers "-DCMAKE_C_COMPILER=${C_COMPILER}" "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}")
endif()
run("configure the consumer" "${CMAKE_COMMAND}" -S "${CONSUMER}" -B "${SCRATCH}/consumer" -G "${GENERATOR}"
    "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_BUILD_TYPE=Release" ${compilers} "-DCMAKE_C_FLAGS=${C_FLAGS}"
    "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}")
run("build the consumer" "${CMAKE_COMMAND}" --build "${SCRATCH}/consumer")
run("denoise from C" ${EMULATOR} "${SCRATCH}/consumer/denoise_c" ${steps})
run("denoise from C++" ${EMULATOR} "${SCRATCH}/consumer/denoise_cpp" ${steps})

if(WITH_APP)
    run("the installed command" ${EMULATOR} "${prefix}/${BINDIR}/twofold" --version)
endif()

# The same C file with nothing but pkg-config.
find_program(pkg_config NAMES pkg-config pkgconf REQUIRED)
set(ENV{PKG_CONFIG_PATH} "${prefix}/${LIBDIR}/pkgconfig")
run("pkg-config" "${pkg_config}" --cflags --libs twofold)
string(STRIP "${output}" flags)
separate_arguments(flags UNIX_COMMAND "${flags}")
separate_arguments(c_flags UNIX_COMMAND "${C_FLAGS}")
if(SYSROOT)
    list(APPEND c_flags "--sysroot=${SYSROOT}")
endif()
if(TARGET)
    list(APPEND c_flags "--target=${TARGET}" -fuse-ld=lld)
endif()
run("compile with pkg-config" "${C_COMPILER}" ${c_flags} -std=c99 -pedantic -Wall -Wextra -Werror
    "${CONSUMER}/denoise.c" ${flags} -o "${SCRATCH}/denoise_pc")
set(ENV{LD_LIBRARY_PATH} "${prefix}/${LIBDIR}:$ENV{LD_LIBRARY_PATH}")
run("denoise, linked through pkg-config" ${EMULATOR} "${SCRATCH}/denoise_pc" ${steps})

run("read the library's header" "${READELF}" -d "${library}")
if(NOT output MATCHES "soname: \\[libtwofold\\.so\\.${SOVERSION}\\]")
    message(FATAL_ERROR "The library's SONAME is not libtwofold.so.${SOVERSION}:\n${output}")
endif()

# Only the C interface may be visible. The linker adds the name of its version, sanitizers add symbols of their own.
run("list the exported symbols" "${NM}" -D --defined-only "${library}")
string(REGEX MATCHALL "[^ \n]+\n" names "${output}")
set(count 0)
foreach(name IN LISTS names)
    string(STRIP "${name}" name)
    if(name MATCHES "^twofold_")
        math(EXPR count "${count} + 1")
    elseif(NOT name MATCHES "^(TWOFOLD_[0-9.]+$|__(asan|odr_asan|ubsan|tsan|sanitizer|lsan))")
        list(APPEND strangers "${name}")
    endif()
endforeach()
if(strangers)
    list(LENGTH strangers number)
    list(SUBLIST strangers 0 10 first)
    message(FATAL_ERROR "${number} symbol(s) are exported that are not ours, such as ${first}.")
endif()
if(count LESS 20)
    message(FATAL_ERROR "Only ${count} symbols are exported.")
endif()

file(REMOVE_RECURSE "${SCRATCH}")
