# SPDX-License-Identifier: Apache-2.0
# Options that all of bprop is compiled with. bprop_options: the numerics contract (no contraction of a*b+c into one
# rounding unless the source says so) and, for developers, warnings and sanitizers. BPROP_SIMD_DEFINITIONS: which
# instruction sets of Highway are compiled; for all files that use it.
add_library(bprop_options INTERFACE)
target_compile_options(bprop_options INTERFACE -ffp-contract=off)
if(BPROP_DEVELOPER)
  target_compile_options(bprop_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wconversion
                                                 -Wsign-conversion -Werror)
  target_compile_definitions(bprop_options INTERFACE BPROP_DEVELOPER_CHECKS)
endif()
if(BPROP_SANITIZE)
  target_compile_options(bprop_options INTERFACE -fsanitize=${BPROP_SANITIZE} -fno-sanitize-recover=all
                                                 -fno-omit-frame-pointer)
  target_link_options(bprop_options INTERFACE -fsanitize=${BPROP_SANITIZE})
endif()

# Instruction sets that no test has run stay off: of AVX-512 its later extensions, which floats have no use for. Under
# sanitizers, which compile slowly, the oldest and the two newest of the others do: their source is one.
include(CheckCXXSymbolExists)
set(_bprop_disabled_targets HWY_AVX3_DL)
foreach(_bprop_newer_target HWY_AVX3_ZEN4 HWY_AVX3_SPR HWY_AVX10_2)  # not in every version of Highway
  check_cxx_symbol_exists(${_bprop_newer_target} hwy/detect_targets.h BPROP_HAS_${_bprop_newer_target})
  if(BPROP_HAS_${_bprop_newer_target})
    list(APPEND _bprop_disabled_targets ${_bprop_newer_target})
  endif()
endforeach()
if(BPROP_SANITIZE)
  list(APPEND _bprop_disabled_targets HWY_SSE4 HWY_SSSE3)
endif()
list(JOIN _bprop_disabled_targets "|" _bprop_disabled_targets)
# A processor without any is served by one number at a time, by every compiler as by g++: clang would take four at a
# time, in loops of their own, and minutes to compile them.
set(BPROP_SIMD_DEFINITIONS "HWY_DISABLED_TARGETS=(${_bprop_disabled_targets})" HWY_BROKEN_EMU128=1)

# For sources that use Highway under the address sanitizer: without its check of scopes, vectors stay in registers, and
# both compiling and running take half of the time and less.
if(BPROP_SANITIZE MATCHES "address")
  set(BPROP_SIMD_OPTIONS -fno-sanitize-address-use-after-scope)
endif()
