// Values to bytes and back: little-endian integers, strings with their length in front. What the frames on the socket
// and the supervisor's journal are made of. A Reader is total: any bytes give values and a verdict, never a fault.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace weir::wire {

class Writer {
   public:
    explicit Writer(std::string& out) : out_(out) {}

    template <class T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
    void put(T value) {
        auto bits = static_cast<std::uint64_t>(value);
        for (std::size_t i = 0; i < sizeof(T); ++i, bits >>= 8) out_.push_back(static_cast<char>(bits & 0xff));
    }
    void put(std::string_view text) {
        put(static_cast<std::uint32_t>(text.size()));
        out_.append(text);
    }
    void put(const std::string& text) { put(std::string_view(text)); }
    template <class T>
    void put(const std::vector<T>& values) {
        put(static_cast<std::uint32_t>(values.size()));
        for (const auto& value : values) put(value);
    }
    template <class Period>
    void put(std::chrono::duration<std::int64_t, Period> length) {
        put(length.count());
    }
    template <class Length>
    void put(std::chrono::sys_time<Length> time) {
        put(time.time_since_epoch());
    }

   private:
    std::string& out_;
};

class Reader {
   public:
    explicit Reader(std::string_view bytes) : left_(bytes) {}

    // False once anything was missing or out of range; what is read after that is zero or empty.
    [[nodiscard]] bool ok() const { return ok_; }
    // All was well and nothing is left over.
    [[nodiscard]] bool finished() const { return ok_ && left_.empty(); }

    template <class T>
    requires std::is_integral_v<T> &&(!std::is_same_v<T, bool>)void get(T& value) {
        value = 0;
        if (!enough(sizeof(T))) return;
        std::uint64_t bits = 0;
        for (std::size_t i = sizeof(T); i-- > 0;) bits = bits << 8 | static_cast<unsigned char>(left_[i]);
        value = static_cast<T>(bits);
        left_.remove_prefix(sizeof(T));
    }
    // An enum names its largest value `last`, so that no other is ever made.
    template <class Enum>
    requires std::is_enum_v<Enum>
    void get(Enum& value) {
        std::underlying_type_t<Enum> number = 0;
        get(number);
        ok_ = ok_ && number <= static_cast<std::underlying_type_t<Enum>>(Enum::last);
        value = ok_ ? static_cast<Enum>(number) : Enum{};
    }
    void get(bool& value) {
        std::uint8_t number = 0;
        get(number);
        ok_ = ok_ && number <= 1;
        value = ok_ && number == 1;
    }
    void get(std::string& text) {
        std::uint32_t size = 0;
        get(size);
        text.clear();
        if (!enough(size)) return;
        text.assign(left_.substr(0, size));
        left_.remove_prefix(size);
    }
    template <class T>
    void get(std::vector<T>& values) {
        std::uint32_t count = 0;
        get(count);
        values.clear();
        // Each value takes bytes, so a false count runs out of them long before it runs out of memory.
        for (std::uint32_t i = 0; i < count && ok_; ++i) get(values.emplace_back());
    }
    template <class Period>
    void get(std::chrono::duration<std::int64_t, Period>& length) {
        std::int64_t count = 0;
        get(count);
        length = std::chrono::duration<std::int64_t, Period>(count);
    }
    template <class Length>
    void get(std::chrono::sys_time<Length>& time) {
        Length since{};
        get(since);
        time = std::chrono::sys_time<Length>(since);
    }

   private:
    bool enough(std::size_t bytes) {
        ok_ = ok_ && left_.size() >= bytes;
        return ok_;
    }

    std::string_view left_;
    bool ok_ = true;
};

}  // namespace weir::wire
