# SPDX-License-Identifier: Apache-2.0
# Options that all of bprop is compiled with. bprop_options: the numerics contract (no contraction of a*b+c into one
# rounding unless the source says so) and, for developers, warnings and sanitizers.
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

# Instruction sets that no test has run (AVX-512) stay off. Under sanitizers, which compile slowly, the oldest and the
# newest of the others do: their source is one.
set(bprop_disabled_instruction_sets "(HWY_AVX3|HWY_AVX3_DL)")
if(BPROP_SANITIZE)
  set(bprop_disabled_instruction_sets "(HWY_AVX3|HWY_AVX3_DL|HWY_SSE4|HWY_SSSE3)")
endif()
