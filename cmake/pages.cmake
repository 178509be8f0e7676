# SPDX-License-Identifier: Apache-2.0
# The sources of bprop that write pages and files are a target of their own, compiled for size: a third of the code and
# half the time to compile. No number is worked out in another order (-ffp-contract=off, no -ffast-math).
get_target_property(_bprop_sources bprop SOURCES)
set(_bprop_pages ${_bprop_sources})
set(_bprop_page_folders "${PROJECT_SOURCE_DIR}/src/((figures|explain|checkpoint|lessons|report)/|train/(trace_|run_summary|held_out))")
list(FILTER _bprop_pages INCLUDE REGEX "^${_bprop_page_folders}")
list(FILTER _bprop_sources EXCLUDE REGEX "^${_bprop_page_folders}")
set_property(TARGET bprop PROPERTY SOURCES ${_bprop_sources})

add_library(bprop_pages OBJECT ${_bprop_pages})
target_compile_features(bprop_pages PRIVATE cxx_std_20)
set(BPROP_PAGES_OPTIMIZATION -Os CACHE STRING "How pages are optimised in a release")
target_compile_options(bprop_pages PRIVATE $<$<CONFIG:Release>:${BPROP_PAGES_OPTIMIZATION}>)
target_include_directories(bprop_pages PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
get_target_property(_bprop_libraries bprop LINK_LIBRARIES)
target_link_libraries(bprop_pages PRIVATE ${_bprop_libraries})
target_sources(bprop PRIVATE $<TARGET_OBJECTS:bprop_pages>)
