/// Files and gzip streams behind `DumpReader`. zlib is seen in this file only. One thread a reader.
#include "kernel/transfer/dump_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

namespace ordo::transfer {
namespace {

std::string last_system_error() { return std::error_code(errno, std::generic_category()).message(); }

class Inflater {
public:
    Inflater() {
        constexpr int gzip_only = 16;
        if (inflateInit2(&stream_, MAX_WBITS + gzip_only) != Z_OK) throw std::bad_alloc();
    }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    z_stream& stream() noexcept { return stream_; }

private:
    z_stream stream_{};
};

class DumpFile final : public ByteSource {
public:
    DumpFile(std::FILE* file, const std::string& name) : file_(file), block_(DumpReader::block_bytes) {
        if (!file_) throw Error(errc::io, fmt::format("cannot open {}: {}", name, last_system_error()));
        try {
            next_block();
        } catch (const Error& error) {
            throw Error(errc::io, fmt::format("{}: {}", name, error.what()));
        }
        if (rest_.starts_with("\x1f\x8b")) inflater_ = std::make_unique<Inflater>();
    }

    std::size_t read(char* to, std::size_t size) override { return inflater_ ? read_gzip(to, size) : read_plain(to, size); }
    std::uint64_t bytes_read() const noexcept override { return bytes_read_ - rest_.size(); }

private:
    struct Close {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };

    bool next_block() {
        const std::size_t bytes = std::fread(block_.data(), 1, block_.size(), file_.get());
        if (bytes < block_.size() && std::ferror(file_.get())) throw Error(errc::io, "cannot be read: " + last_system_error());
        bytes_read_ += bytes;
        rest_ = {block_.data(), bytes};
        return bytes > 0;
    }

    std::size_t read_plain(char* to, std::size_t size) {
        if (rest_.empty() && !next_block()) return 0;
        const std::size_t bytes = rest_.copy(to, size);
        rest_.remove_prefix(bytes);
        return bytes;
    }

    std::size_t read_gzip(char* to, std::size_t size) {
        z_stream& stream = inflater_->stream();
        stream.next_out = reinterpret_cast<Bytef*>(to);
        stream.avail_out = static_cast<uInt>(size);
        while (stream.avail_out > 0) {
            if (rest_.empty() && !next_block()) {
                // What is whole is handed out first; a cut-off is told by the next call.
                if (member_ended_ || stream.avail_out < size) break;
                throw Error(errc::import_truncated, "the gzip stream is cut off", "copy or make it again");
            }
            if (std::exchange(member_ended_, false)) inflateReset(&stream);
            stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest_.data()));
            stream.avail_in = static_cast<uInt>(rest_.size());
            const int result = inflate(&stream, Z_NO_FLUSH);
            rest_.remove_prefix(rest_.size() - stream.avail_in);
            if (result == Z_STREAM_END)
                member_ended_ = true;
            else if (result != Z_OK)
                throw Error(errc::import_bad_dump, "the gzip stream is damaged", "copy or make it again");
        }
        return size - stream.avail_out;
    }

    std::unique_ptr<std::FILE, Close> file_;
    std::vector<char> block_;
    std::string_view rest_;  // of block_: what has not been handed out
    std::uint64_t bytes_read_ = 0;
    std::unique_ptr<Inflater> inflater_;
    bool member_ended_ = false;
};

class TextSource final : public ByteSource {
public:
    TextSource(std::string_view text, std::size_t piece) : rest_(text), piece_(piece), size_(text.size()) {}

    std::size_t read(char* to, std::size_t size) override {
        const std::size_t bytes = rest_.copy(to, std::min(size, piece_));
        rest_.remove_prefix(bytes);
        return bytes;
    }
    std::uint64_t bytes_read() const noexcept override { return size_ - rest_.size(); }

private:
    std::string_view rest_;
    std::size_t piece_;
    std::size_t size_;
};

}  // namespace

std::unique_ptr<ByteSource> open_dump_file(const std::filesystem::path& file) {
    return std::make_unique<DumpFile>(std::fopen(file.c_str(), "rb"), file.string());
}

std::unique_ptr<ByteSource> open_standard_input() {
    const int copy = dup(STDIN_FILENO);
    return std::make_unique<DumpFile>(copy < 0 ? nullptr : fdopen(copy, "rb"), "standard input");
}

std::unique_ptr<ByteSource> text_source(std::string_view text, std::size_t piece) { return std::make_unique<TextSource>(text, piece); }

DumpReader::DumpReader(std::string name, std::unique_ptr<ByteSource> source, EachBlock each_block)
    : name_(std::move(name)), source_(std::move(source)), each_block_(std::move(each_block)), block_(block_bytes), cursor_(block_.data()),
      end_(cursor_), counted_(cursor_) {}

std::uint64_t DumpReader::line() noexcept {
    line_ += static_cast<std::uint64_t>(std::count(counted_, cursor_, '\n'));
    counted_ = cursor_;
    return line_;
}

Error DumpReader::error(ErrorCode code, std::uint64_t line, std::string_view what, std::string hint) const {
    return Error(code, fmt::format("{}, line {}: {}", name_, line, what), std::move(hint));
}

// Keeps what is not taken yet and reads on behind it until the byte at `offset` is there.
bool DumpReader::fetch(std::size_t offset) {
    while (!finished_ && static_cast<std::size_t>(end_ - cursor_) <= offset) {
        line();
        const auto kept = static_cast<std::size_t>(end_ - cursor_);
        std::memmove(block_.data(), cursor_, kept);
        cursor_ = counted_ = block_.data();
        end_ = cursor_ + kept;
        const std::size_t bytes = read_block(block_.data() + kept, block_.size() - kept);
        end_ += bytes;
        finished_ = bytes == 0;
        if (each_block_) each_block_(source_->bytes_read());
    }
    return static_cast<std::size_t>(end_ - cursor_) > offset;
}

std::size_t DumpReader::read_block(char* to, std::size_t size) {
    try {
        return source_->read(to, size);
    } catch (const Error& failure) {
        throw error(failure.code(), line(), failure.what(), failure.hint());
    }
}

}  // namespace ordo::transfer
