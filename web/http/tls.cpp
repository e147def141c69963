#include "web/http/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weir::http {

namespace ssl = boost::asio::ssl;

namespace {

// OpenSSL's own words for what went wrong last.
std::string why() {
    const auto code = ::ERR_peek_last_error();
    const char* reason = code == 0 ? nullptr : ::ERR_reason_error_string(code);
    ::ERR_clear_error();
    return reason == nullptr ? "unknown reason" : reason;
}

Outcome<> readable(const std::filesystem::path& file, const char* what) {
    struct stat status {};
    if (::stat(file.c_str(), &status) == 0 && ::access(file.c_str(), R_OK) == 0) return {};
    return Failure{fmt::format("the {} {} can't be read: {}", what, file.string(), std::strerror(errno))};
}

// A key with a password would make OpenSSL ask for it at the terminal.
int no_password(char*, int, int, void*) { return 0; }

Outcome<std::shared_ptr<ssl::context>> read(const TlsFiles& files) {
    if (auto there = readable(files.certificate, "certificate"); !there) return there.error();
    if (auto there = readable(files.key, "key"); !there) return there.error();
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    auto* native = context->native_handle();
    ::SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    ::SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    ::SSL_CTX_set_default_passwd_cb(native, no_password);
    ::ERR_clear_error();
    if (::SSL_CTX_use_certificate_chain_file(native, files.certificate.c_str()) != 1)
        return Failure{fmt::format("{} is no certificate in PEM: {}", files.certificate.string(), why())};
    if (::SSL_CTX_use_PrivateKey_file(native, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
        return Failure{fmt::format("{} is no key of {} in PEM without a password: {}", files.key.string(),
                                   files.certificate.string(), why())};
    if (::SSL_CTX_check_private_key(native) != 1)
        return Failure{fmt::format("the key {} does not belong to the certificate {}: {}", files.key.string(),
                                   files.certificate.string(), why())};
    return context;
}

// Another file, or other content, has another of these: renewals replace files, or write into them.
std::string mark_of(const TlsFiles& files) {
    std::string mark;
    for (const auto* file : {&files.certificate, &files.key}) {
        struct stat status {};
        if (::stat(file->c_str(), &status) != 0) status = {};
        mark += fmt::format("{}:{}:{}:{}.{} ", status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
                            status.st_mtim.tv_nsec);
    }
    return mark;
}

}  // namespace

Outcome<std::shared_ptr<Tls>> Tls::load(TlsFiles files) {
    std::shared_ptr<Tls> tls(new Tls(std::move(files)));
    if (auto loaded = tls->reload(); !loaded) return loaded.error();
    return tls;
}

Outcome<> Tls::reload() {
    auto mark = mark_of(files_);  // before reading: a change meanwhile is seen at the next look
    auto fresh = read(files_);
    const std::lock_guard lock(mutex_);
    seen_ = std::move(mark);
    if (!fresh) return fresh.error();
    context_ = std::move(*fresh);
    return {};
}

bool Tls::files_changed() const {
    const auto mark = mark_of(files_);
    const std::lock_guard lock(mutex_);
    return mark != seen_;
}

std::shared_ptr<ssl::context> Tls::context() const {
    const std::lock_guard lock(mutex_);
    return context_;
}

}  // namespace weir::http
