/// The bytes of a dump or of JSON lines, from a plain or gzip file or from text at hand, in blocks, and the line they stand
/// on. Knows nothing of SQL or JSON. A reader belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/error.hpp>

namespace ordo::transfer {

/// Where the bytes come from. Errors name no place: the reader adds it.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// Fills up to `size` bytes and gives their number; 0 at the end and from then on.
    virtual std::size_t read(char* to, std::size_t size) = 0;
    /// Bytes read so far of the file as it lies on disk.
    virtual std::uint64_t bytes_read() const noexcept = 0;
};

/// A plain or gzip file (also several gzip members in a row), told apart by its first two bytes. Throws `ordo.io`.
std::unique_ptr<ByteSource> open_dump_file(const std::filesystem::path& file);

/// The same from standard input, which stays open.
std::unique_ptr<ByteSource> open_standard_input();

/// Text that outlives the source, handed out in pieces of at most `piece` bytes.
std::unique_ptr<ByteSource> text_source(std::string_view text, std::size_t piece = static_cast<std::size_t>(-1));

class DumpReader {
public:
    using EachBlock = std::function<void(std::uint64_t bytes_read)>;

    static constexpr std::size_t block_bytes = 256 * 1024;
    static constexpr int end = -1;

    /// `each_block` is called after every block; it may throw to stop the reading.
    DumpReader(std::string name, std::unique_ptr<ByteSource> source, EachBlock each_block = {});

    /// A byte ahead without taking it; `end` past the last one. `offset` is small: what a comment needs to be known by.
    int peek(std::size_t offset = 0) {
        if (offset >= static_cast<std::size_t>(end_ - cursor_) && !fetch(offset)) return end;
        return static_cast<unsigned char>(cursor_[offset]);
    }
    bool at_end() { return peek() == end; }

    /// The bytes at hand; empty only at the end. Valid until the next `peek` or `ahead`.
    std::string_view ahead() { return at_end() ? std::string_view{} : std::string_view(cursor_, static_cast<std::size_t>(end_ - cursor_)); }
    void take(std::size_t bytes) noexcept { cursor_ += bytes; }

    /// Of the next byte, from 1.
    std::uint64_t line() noexcept;

    /// An error that names the dump and the line.
    Error error(ErrorCode code, std::uint64_t line, std::string_view what, std::string hint = {}) const;

private:
    bool fetch(std::size_t offset);
    std::size_t read_block(char* to, std::size_t size);

    std::string name_;
    std::unique_ptr<ByteSource> source_;
    EachBlock each_block_;
    std::vector<char> block_;
    const char* cursor_;
    const char* end_;
    const char* counted_;       // line breaks before it are in line_: counting them late keeps `take` cheap
    std::uint64_t line_ = 1;
    bool finished_ = false;
};

}  // namespace ordo::transfer
