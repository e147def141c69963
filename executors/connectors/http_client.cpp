#include "executors/connectors/http_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

namespace weir::connectors {
namespace {

using model::Error;
using model::ErrorKind;

// Once in a process, before any thread of it uses the library.
struct Library {
    Library() { curl_global_init(CURL_GLOBAL_DEFAULT); }
};

struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, Cleanup>;
using List = std::unique_ptr<curl_slist, Cleanup>;

// More than the bound ends the transfer, which is then no failure.
std::size_t take_body(char* data, std::size_t, std::size_t size, void* into) {
    auto& body = *static_cast<std::string*>(into);
    const auto room = kMostHttpBytes - body.size();
    body.append(data, std::min(room, size));
    return size > room ? 0 : size;
}

// libcurl's own header lines end with what it is given: no line end may hide in a value.
bool is_one_line(const std::string& text) { return text.find_first_of("\r\n") == std::string::npos; }

Error explain(CURLcode code, const HttpRequest& request) {
    const auto server = server_of(request.url);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return {ErrorKind::unavailable,
                fmt::format("{} did not answer within {}", server, model::format_duration(request.timeout))};
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        return {ErrorKind::unavailable,
                fmt::format("{}: its certificate can't be verified; install the authority that signed it", server)};
    if (code == CURLE_TOO_MANY_REDIRECTS)
        return {ErrorKind::unavailable, fmt::format("{} redirects more than {} times", server, kMostRedirects)};
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
        return {ErrorKind::invalid, fmt::format("{} is no address that begins with http:// or https://", server)};
    return {ErrorKind::unavailable, fmt::format("{}: {}", server, curl_easy_strerror(code))};
}

}  // namespace

std::string server_of(const std::string& url) {
    const auto scheme = url.find("://");
    const auto start = scheme == std::string::npos ? 0 : scheme + 3;
    const auto end = url.find_first_of("/?#", start);
    const auto at = url.rfind('@', end);  // user:password@
    const auto host = at == std::string::npos || at < start ? start : at + 1;
    return url.substr(0, start) + url.substr(host, end == std::string::npos ? end : end - host);
}

model::Result<HttpResponse> http_send(const HttpRequest& request) {
    static const Library library;
    const Handle curl(curl_easy_init());
    if (!curl) return Error{ErrorKind::internal, "libcurl can't be used: out of memory"};
    List headers;
    for (const auto& [name, value] : request.headers) {
        if (!is_one_line(name) || !is_one_line(value))
            return Error{ErrorKind::invalid, fmt::format("the header {} holds a line end", name)};
        // A header without a value is written "Name;".
        const auto line = value.empty() ? name + ";" : name + ": " + value;
        headers.reset(curl_slist_append(headers.release(), line.c_str()));
    }
    HttpResponse response;
    auto* handle = curl.get();
    curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, static_cast<long>(kMostRedirects));
    curl_easy_setopt(handle, CURLOPT_POSTREDIR, static_cast<long>(CURL_REDIR_POST_ALL));
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "weir");
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &response.body);
    if (request.body) {
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body->size()));
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body->c_str());
    }
    if (request.method == "HEAD")
        curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    else if (request.method != "GET" || request.body)
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());

    const auto code = curl_easy_perform(handle);
    if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && response.body.size() == kMostHttpBytes))
        return explain(code, request);
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    return response;
}

}  // namespace weir::connectors
