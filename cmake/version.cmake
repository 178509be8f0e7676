# SPDX-License-Identifier: Apache-2.0
# include/bprop/version.h states the version for C++; this checks that it is the project's.
file(READ ${CMAKE_CURRENT_SOURCE_DIR}/include/bprop/version.h _bprop_version)
if(NOT _bprop_version MATCHES "\"${PROJECT_VERSION}\"")
  message(FATAL_ERROR "include/bprop/version.h does not say ${PROJECT_VERSION}")
endif()
