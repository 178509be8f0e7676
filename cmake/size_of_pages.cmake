# SPDX-License-Identifier: Apache-2.0
# Layers that write pages and files are compiled for size: a third of the code and half the time to compile. No number is
# worked out in another order (-ffp-contract=off, no -ffast-math). Unity builds, which are not what users get, would
# leave out sources with options of their own.
get_target_property(_bprop_sources bprop SOURCES)
list(FILTER _bprop_sources INCLUDE REGEX "^/")
foreach(_bprop_source IN LISTS _bprop_sources)
  file(RELATIVE_PATH _bprop_place ${PROJECT_SOURCE_DIR}/src ${_bprop_source})
  if(_bprop_place MATCHES "^(figures|explain|checkpoint|lessons|report)/|^train/(trace_|run_summary|held_out)")
    set_source_files_properties(${_bprop_source} TARGET_DIRECTORY bprop PROPERTIES COMPILE_OPTIONS -Os)
  endif()
endforeach()
