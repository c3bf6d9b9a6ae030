# cmake -DFOLDER=<of the page's sources> -DOUT=<file.cpp> -P embed_page.cmake: the fixed parts of the report's page as
# string constants. Each file becomes one raw string; the delimiter must not occur in it.
cmake_minimum_required(VERSION 3.25)

function(embed constant)
    set(text "")
    foreach(name IN LISTS ARGN)
        file(READ "${FOLDER}/${name}" part)
        string(APPEND text "${part}")
    endforeach()
    string(FIND "${text}" ")twofold_page\"" place)
    if(NOT place EQUAL -1)
        message(FATAL_ERROR "${ARGN}: holds the end of a raw string")
    endif()
    file(APPEND "${OUT}" "const char* const ${constant} = R\"twofold_page(${text})twofold_page\";\n")
endfunction()

file(WRITE "${OUT}" "#include \"apps/report/page.h\"\n\nnamespace twofold::apps {\n\n")
embed(kPageTemplate report.html)
embed(kPageStyle report.css)
embed(kPageScript viewer.js plot.js report.js)
file(APPEND "${OUT}" "\n}  // namespace twofold::apps\n")
