// Self-signed certificates made on the spot, and a TLS client that blocks.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tests/web/http/running_server.hpp"

namespace weir::http::test {

struct Validity {
    std::chrono::seconds from{-3600};  // from now
    std::chrono::seconds to{3600};
};

// Writes cert.pem and key.pem, or over them. `hosts`: its subjectAltName in OpenSSL's words, "DNS:localhost,IP:127.0.0.1".
inline void make_certificate(const std::filesystem::path& folder, const std::string& name,
                             const std::string& hosts = "", Validity validity = {}) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), validity.from.count());
    X509_gmtime_adj(X509_getm_notAfter(certificate), validity.to.count());
    X509_set_pubkey(certificate, key);
    auto* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                               -1, 0);
    X509_set_issuer_name(certificate, subject);
    if (!hosts.empty()) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, hosts.c_str());
        REQUIRE(extension != nullptr);
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(certificate, key, EVP_sha256());
    std::FILE* file = std::fopen((folder / "cert.pem").c_str(), "w");
    REQUIRE(file != nullptr);
    PEM_write_X509(file, certificate);
    std::fclose(file);
    file = std::fopen((folder / "key.pem").c_str(), "w");
    REQUIRE(file != nullptr);
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

class TlsConnection {
   public:
    // `version`: the only one that it speaks; 0: any.
    explicit TlsConnection(std::uint16_t port, int version = 0)
        : raw_(port), context_(SSL_CTX_new(TLS_client_method())) {
        if (version != 0) {
            SSL_CTX_set_security_level(context_, 0);  // OpenSSL refuses old versions by itself above
            SSL_CTX_set_min_proto_version(context_, version);
            SSL_CTX_set_max_proto_version(context_, version);
        }
        ssl_ = SSL_new(context_);
        SSL_set_fd(ssl_, raw_.native_handle());
        connected = SSL_connect(ssl_) == 1;
    }
    ~TlsConnection() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }
    TlsConnection(const TlsConnection&) = delete;
    TlsConnection& operator=(const TlsConnection&) = delete;

    void send(std::string_view text) {
        std::size_t sent = 0;
        REQUIRE(SSL_write_ex(ssl_, text.data(), text.size(), &sent) == 1);
    }
    // Blocks until the text is there or the connection ends.
    const std::string& read_until(std::string_view text) {
        while (received.find(text) == std::string::npos && read_some()) {
        }
        return received;
    }
    const std::string& read_to_end() {
        while (read_some()) {
        }
        return received;
    }
    // The name in the server's certificate.
    [[nodiscard]] std::string server_name() const {
        X509* certificate = SSL_get1_peer_certificate(ssl_);
        REQUIRE(certificate != nullptr);
        char name[256] = "";
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
        X509_free(certificate);
        return name;
    }
    [[nodiscard]] std::string version() const { return SSL_get_version(ssl_); }

    bool connected = false;
    bool ended_well = false;  // by the server's close_notify
    std::string received;

   private:
    bool read_some() {
        char space[65536];
        std::size_t count = 0;
        if (SSL_read_ex(ssl_, space, sizeof space, &count) != 1) {
            ended_well = SSL_get_error(ssl_, 0) == SSL_ERROR_ZERO_RETURN;
            return false;
        }
        received.append(space, count);
        return true;
    }
    RawConnection raw_;
    SSL_CTX* context_;
    SSL* ssl_ = nullptr;
};

}  // namespace weir::http::test
