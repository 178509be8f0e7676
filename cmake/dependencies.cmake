# SPDX-License-Identifier: Apache-2.0
# Every library that bprop stands on; reasons in docs/dependencies.md, packages in script/bootstrap.
find_package(Threads REQUIRED)
find_package(hwy REQUIRED)
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)
find_package(tomlplusplus REQUIRED)

# Header-only packages or libraries without a CMake file: found by their main header.
function(bprop_header_library name header)
  find_path(BPROP_${name}_INCLUDE ${header} REQUIRED)
  add_library(bprop_dep_${name} INTERFACE)
  target_include_directories(bprop_dep_${name} SYSTEM INTERFACE ${BPROP_${name}_INCLUDE})
endfunction()
bprop_header_library(random123 Random123/philox.h)
bprop_header_library(json nlohmann/json.hpp)
bprop_header_library(boost boost/multiprecision/cpp_int.hpp)
bprop_header_library(fast_float fast_float/fast_float.h)
bprop_header_library(cli11 CLI/CLI.hpp)
bprop_header_library(libcsv csv.h)
bprop_header_library(xxhash xxhash.h)
bprop_header_library(protozero protozero/pbf_writer.hpp)
find_library(BPROP_LIBCSV csv REQUIRED)
target_link_libraries(bprop_dep_libcsv INTERFACE ${BPROP_LIBCSV})
find_library(BPROP_LIBXXHASH xxhash REQUIRED)
target_link_libraries(bprop_dep_xxhash INTERFACE ${BPROP_LIBXXHASH})
# A script, which the library carries into the pages that it writes.
find_file(BPROP_CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js /usr/share/nodejs/chart.js/dist REQUIRED)

if(BPROP_WITH_TESTS)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
endif()
