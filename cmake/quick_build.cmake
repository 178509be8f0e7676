# SPDX-License-Identifier: Apache-2.0
# For developers' builds, a third of the time of users': the most used headers are read once, and sources of the upper
# layers, which read many headers for little code, are compiled together. Alone stay Highway's sources, which include
# themselves, classes whose hidden state is of local types, and the parser of expressions, whose local names are others'
# too.
foreach(_bprop_target bprop bprop_pages)
  target_precompile_headers(${_bprop_target} PRIVATE <fmt/format.h> <algorithm> <array> <cmath> <functional> <memory>
                                                     <optional> <span> <string> <string_view> <variant> <vector>)
  set_target_properties(${_bprop_target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
  get_target_property(_bprop_sources ${_bprop_target} SOURCES)
  list(FILTER _bprop_sources EXCLUDE REGEX "^\\$<")  # other targets' objects
  foreach(_bprop_source IN LISTS _bprop_sources)
    file(RELATIVE_PATH _bprop_place ${PROJECT_SOURCE_DIR}/src ${_bprop_source})
    if(NOT _bprop_place MATCHES "^(figures|data|check|explain|checkpoint|train|lessons)/"
       OR _bprop_place MATCHES "/(encoder|trainer|safetensors_header|expression[^/]*)[.]cpp$")
      set_source_files_properties(${_bprop_source} TARGET_DIRECTORY ${_bprop_target}
                                  PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
endforeach()
