# SPDX-License-Identifier: Apache-2.0
# cmake -DINPUT=FILE -DOUTPUT=FILE.cpp -DNAME=function -P embed.cmake: a source whose function bprop::report::NAME() is
# the file's bytes. Numbers, since a string literal may not be that long.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "// Made of ${INPUT} by cmake/embed.cmake.
#include \"report/embedded.h\"

namespace bprop::report {
namespace {
constexpr unsigned char k_${NAME}[] = {
${bytes}0};
}  // namespace

std::string_view ${NAME}() { return {reinterpret_cast<const char*>(k_${NAME}), sizeof k_${NAME} - 1}; }

}  // namespace bprop::report
")
