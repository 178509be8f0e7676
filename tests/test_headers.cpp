// SPDX-License-Identifier: Apache-2.0
// Nothing but the place where the headers that every test reads are compiled once (tests/CMakeLists.txt).
