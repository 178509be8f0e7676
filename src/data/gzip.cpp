// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#include "data/byte_source.h"

namespace bprop::data {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;
constexpr std::uint64_t kMaxRatio =
    1032;  // deflate's best: a byte stands for 1032 (zlib, "Maximum Compression Factor")
constexpr std::size_t kInputBytes = std::size_t{1} << 16;

class GzipSource final : public ByteSource {
 public:
  GzipSource(std::unique_ptr<ByteSource> inner, std::string name, std::uint64_t most)
      : inner_(std::move(inner)), name_(std::move(name)), most_(most), input_(kInputBytes) {
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  Result<std::size_t> read(std::span<char> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      if (stream_.avail_in == 0) {
        const auto count = inner_->read(input_);
        if (!count) return count.failure();
        if (*count == 0 && between_members_) break;
        if (*count == 0) return format_failure(fmt::format("{}: the gzip data ends too early", name_));
        stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
        stream_.avail_in = static_cast<uInt>(*count);
      }
      if (between_members_) {
        inflateReset(&stream_);
        between_members_ = false;
      }
      const std::size_t wanted = std::min<std::size_t>(out.size() - done, 1U << 30);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + done);
      stream_.avail_out = static_cast<uInt>(wanted);
      const int status = inflate(&stream_, Z_NO_FLUSH);
      done += wanted - stream_.avail_out;
      between_members_ = status == Z_STREAM_END;
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      if (status != Z_OK && status != Z_STREAM_END) {
        return format_failure(fmt::format("{}: the gzip data is damaged ({})", name_, stream_.msg));
      }
    }
    made_ += done;
    if (most_ > 0 && made_ > most_) {
      return format_failure(
          fmt::format("{}: unzips to more than {} bytes, which is the largest size (max_size) allowed", name_, most_));
    }
    return done;
  }

  std::optional<Failure> rewind() override {
    inflateReset(&stream_);
    stream_.avail_in = 0;
    between_members_ = false;
    made_ = 0;
    return inner_->rewind();
  }

  std::uint64_t size_bound() const override {
    const std::uint64_t bound = std::min(inner_->size_bound(), UINT64_MAX / kMaxRatio) * kMaxRatio;
    return most_ == 0 ? bound : std::min(bound, most_);
  }

 private:
  std::unique_ptr<ByteSource> inner_;
  std::string name_;
  std::uint64_t most_;
  std::uint64_t made_ = 0;
  std::vector<char> input_;
  z_stream stream_ = {};
  bool between_members_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> unzipped(std::unique_ptr<ByteSource> inner, const std::string& name,
                                             std::uint64_t most) {
  std::array<char, 2> magic = {};
  const auto count = inner->read(magic);
  if (!count) return count.failure();
  if (auto failure = inner->rewind()) return *failure;
  if (*count < 2 || magic[0] != '\x1f' || magic[1] != '\x8b') return inner;
  return std::unique_ptr<ByteSource>(std::make_unique<GzipSource>(std::move(inner), name, most));
}

}  // namespace bprop::data
