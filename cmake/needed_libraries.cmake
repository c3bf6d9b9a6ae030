# twofold_needed_libraries(<result> <readelf> <file>): the names of the shared libraries that an ELF file asks for.
function(twofold_needed_libraries result readelf file)
    execute_process(COMMAND "${readelf}" -d "${file}" OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
    # "... (NEEDED)  Shared library: [libm.so.6]"; a list must not hold the brackets.
    string(REPLACE "[" "" text "${text}")
    string(REPLACE "]" "" text "${text}")
    string(REGEX MATCHALL "Shared library: [^\n]+" needed "${text}")
    list(TRANSFORM needed REPLACE "Shared library: " "")
    set(${result} "${needed}" PARENT_SCOPE)
endfunction()
