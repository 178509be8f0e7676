# SPDX-License-Identifier: Apache-2.0
# Which of the library's sources are compiled together: those of the upper layers, which read many headers for little
# code. Alone stay Highway's sources, which include themselves, classes whose hidden state is of local types, and the
# parser of expressions, whose local names are others' too.
set_target_properties(bprop PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
get_target_property(_bprop_sources bprop SOURCES)
list(FILTER _bprop_sources EXCLUDE REGEX "^\\$<")  # the embedded files
foreach(_bprop_source IN LISTS _bprop_sources)
  file(RELATIVE_PATH _bprop_place ${PROJECT_SOURCE_DIR}/src ${_bprop_source})
  if(NOT _bprop_place MATCHES "^(figures|data|check|explain|checkpoint|train|lessons)/"
     OR _bprop_place MATCHES "/(encoder|trainer|safetensors_header|expression[^/]*)[.]cpp$")
    set_source_files_properties(${_bprop_source} TARGET_DIRECTORY bprop PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endforeach()
