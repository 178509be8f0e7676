// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/failing_calls.h"

#include <csv.h>
#include <dirent.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <zlib.h>

#include <cerrno>

namespace bprop {
namespace {

struct {
  bool armed = false;
  Call call = {};
  std::size_t left = 0;
  int code = 0;
  bool happened = false;
} fault;

bool fails(Call call) {
  if (!fault.armed || fault.call != call || fault.left-- != 0) return false;
  fault.armed = false;
  fault.happened = true;
  errno = fault.code == kEnds ? 0 : fault.code;
  return true;
}

}  // namespace

FailingCall::FailingCall(Call call, std::size_t number, int code) { fault = {true, call, number, code, false}; }

FailingCall::~FailingCall() { fault.armed = false; }

bool FailingCall::happened() const { return fault.happened; }

}  // namespace bprop

using bprop::Call;

// The linker's names.
extern "C" {
ssize_t __real_read(int file, void* bytes, std::size_t count);
off_t __real_lseek(int file, off_t offset, int from);
int __real_fstat(int file, struct stat* status);
dirent* __real_readdir(DIR* folder);
int __real_flock(int file, int operation);
int __real_inflateInit2_(z_streamp stream, int bits, const char* version, int size);
int __real_inflate(z_streamp stream, int flush);
int __real_csv_init(csv_parser* parser, unsigned char options);
std::size_t __real_csv_parse(csv_parser* parser, const void* bytes, std::size_t count,
                             void (*field)(void*, std::size_t, void*), void (*record)(int, void*), void* data);
XXH3_state_t* __real_XXH3_createState();

ssize_t __wrap_read(int file, void* bytes, std::size_t count) {
  if (bprop::fails(Call::kRead)) return errno == 0 ? 0 : -1;
  return __real_read(file, bytes, count);
}

off_t __wrap_lseek(int file, off_t offset, int from) {
  return bprop::fails(Call::kSeek) ? -1 : __real_lseek(file, offset, from);
}

int __wrap_fstat(int file, struct stat* status) {
  return bprop::fails(Call::kStatus) ? -1 : __real_fstat(file, status);
}

dirent* __wrap_readdir(DIR* folder) { return bprop::fails(Call::kFolderEntry) ? nullptr : __real_readdir(folder); }

int __wrap_flock(int file, int operation) { return bprop::fails(Call::kLock) ? -1 : __real_flock(file, operation); }

int __wrap_inflateInit2_(z_streamp stream, int bits, const char* version, int size) {
  return bprop::fails(Call::kInflate) ? Z_MEM_ERROR : __real_inflateInit2_(stream, bits, version, size);
}

int __wrap_inflate(z_streamp stream, int flush) {
  return bprop::fails(Call::kInflatePiece) ? Z_MEM_ERROR : __real_inflate(stream, flush);
}

int __wrap_csv_init(csv_parser* parser, unsigned char options) {
  return bprop::fails(Call::kCsvParser) ? -1 : __real_csv_init(parser, options);
}

std::size_t __wrap_csv_parse(csv_parser* parser, const void* bytes, std::size_t count,
                             void (*field)(void*, std::size_t, void*), void (*record)(int, void*), void* data) {
  if (bprop::fails(Call::kCsvParse)) {
    parser->status = CSV_ENOMEM;
    return 0;
  }
  return __real_csv_parse(parser, bytes, count, field, record, data);
}

XXH3_state_t* __wrap_XXH3_createState() { return bprop::fails(Call::kChecksum) ? nullptr : __real_XXH3_createState(); }
}
