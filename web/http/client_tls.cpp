#include "web/http/client_tls.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <ctime>
#include <vector>

namespace weir::http {

namespace ssl = boost::asio::ssl;
namespace ip = boost::asio::ip;

namespace {

std::string day(const ASN1_TIME* time) {
    std::tm parts{};
    return ::ASN1_TIME_to_tm(time, &parts) == 1 ? fmt::format("{:%Y-%m-%d %H:%M} UTC", parts) : "an unreadable time";
}

std::string_view text_of(const ASN1_STRING* text) {
    return {reinterpret_cast<const char*>(::ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(::ASN1_STRING_length(text))};
}

// "" for what is neither a name nor an address of a host.
std::string host_in(const GENERAL_NAME& name) {
    if (name.type == GEN_DNS) return std::string(text_of(name.d.dNSName));
    if (name.type != GEN_IPADD) return "";
    const auto bytes = text_of(name.d.iPAddress);
    if (ip::address_v4::bytes_type v4{}; bytes.size() == v4.size()) {
        std::copy(bytes.begin(), bytes.end(), v4.begin());
        return ip::address_v4(v4).to_string();
    }
    if (ip::address_v6::bytes_type v6{}; bytes.size() == v6.size()) {
        std::copy(bytes.begin(), bytes.end(), v6.begin());
        return ip::address_v6(v6).to_string();
    }
    return "";
}

std::string hosts_of(const X509* certificate) {
    using Names = std::unique_ptr<GENERAL_NAMES, decltype(&::GENERAL_NAMES_free)>;
    const Names names(
        static_cast<GENERAL_NAMES*>(::X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
        ::GENERAL_NAMES_free);
    std::vector<std::string> hosts;
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i)
        if (auto host = host_in(*sk_GENERAL_NAME_value(names.get(), i)); !host.empty())
            hosts.push_back(std::move(host));
    return hosts.empty() ? "no host in its subjectAltName" : fmt::format("{}", fmt::join(hosts, ", "));
}

std::string complaint_of(X509_STORE_CTX* check, const Trust& trust, const std::string& host) {
    const int code = ::X509_STORE_CTX_get_error(check);
    const auto* certificate = ::X509_STORE_CTX_get_current_cert(check);
    switch (code) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return fmt::format("the certificate is for {}, and not for {}; ask by a name that it is for",
                               hosts_of(certificate), host);
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return fmt::format("the certificate has expired at {}; renew it at the server",
                               day(::X509_get0_notAfter(certificate)));
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return fmt::format("the certificate is valid from {} on; is the clock of this machine right?",
                               day(::X509_get0_notBefore(certificate)));
        default:
            return fmt::format("the certificate isn't trusted: {}; {}", ::X509_verify_cert_error_string(code),
                               trust.ca_file.empty() ? "give its CA by --ca FILE or $WEIR_CA_FILE"
                                                     : "it must lead to a CA in " + trust.ca_file.string());
    }
}

}  // namespace

Outcome<std::shared_ptr<const Trust>> trust_in(const std::filesystem::path& ca_file) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    ::SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_verify_mode(ssl::verify_peer);
    boost::system::error_code error;
    if (ca_file.empty())
        context->set_default_verify_paths(error);
    else
        context->load_verify_file(ca_file.string(), error);
    if (!error) return std::make_shared<const Trust>(Trust{std::move(context), ca_file});
    const auto whose = ca_file.empty() ? "the system's CA certificates" : "the CA certificates of " + ca_file.string();
    return Failure{fmt::format("{} can't be read: {}", whose, error.message())};
}

void demand_certificate(boost::asio::ssl::stream<ClientStream::Plain&>& tls, const Trust& trust,
                        const std::string& host, std::string& complaint) {
    auto* native = tls.native_handle();
    boost::system::error_code no_address;
    ip::make_address(host, no_address);
    if (no_address) {
        ::SSL_set_hostflags(native, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        ::SSL_set1_host(native, host.c_str());
        SSL_set_tlsext_host_name(native, host.c_str());  // RFC 6066, 3: of names alone
    } else {
        ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(native), host.c_str());
    }
    tls.set_verify_callback([&trust, host, &complaint](bool good, ssl::verify_context& check) {
        if (!good) complaint = complaint_of(check.native_handle(), trust, host);
        return good;
    });
}

}  // namespace weir::http
