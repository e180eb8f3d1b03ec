/* Public domain (CC0 1.0): copy what you need. */
/*
 * A client on libcurl: gets a page, is asked for a token, gets one through the attester, and gets the page.
 *
 *     privacypass demo --serve --port-base 8100        in another terminal: an issuer, an attester and an origin
 *     cc 07_libcurl_client.c $(pkg-config --cflags --libs privacypass libcurl) && ./a.out
 *     ./a.out PAGE ATTESTER                            elsewhere
 */
#include <privacypass.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINES_MAX 8

/* End the function at `end`, with the library's reason or one of our own. */
#define TRY(call)                            \
    do {                                     \
        pp_status status_ = (call);          \
        if (status_ != PP_OK) {              \
            why = pp_status_message(status_); \
            goto end;                        \
        }                                    \
    } while (0)
#define NEED(condition, reason) \
    do {                        \
        if (!(condition)) {     \
            why = (reason);     \
            goto end;           \
        }                       \
    } while (0)

/* An HTTP exchange: what to send besides the URL, and what came back. */
typedef struct {
    struct curl_slist *headers;
    const uint8_t *post; /* NULL for a GET */
    size_t post_len;
    long http_status;
    char body[65536]; /* what is longer is refused: a peer must not choose how much memory we take */
    size_t body_len;
} exchange;

/* What the client knows of the challenge it answers. */
typedef struct {
    uint16_t token_type;
    uint8_t challenge[2048];
    size_t challenge_len;
    uint8_t token_key_id[PP_TOKEN_KEY_ID_BYTES]; /* of the key the origin named */
    char issuer_name[256];
} offer;

static size_t keep_body(char *data, size_t size, size_t count, void *ctx) {
    exchange *self = ctx;
    const size_t len = size * count;
    if (len > sizeof self->body - 1 - self->body_len) {
        return 0; /* libcurl takes this for a failure */
    }
    memcpy(self->body + self->body_len, data, len);
    self->body_len += len;
    self->body[self->body_len] = '\0';
    return len;
}

/* Send, and receive. No redirect is followed: a token is for the origin that asked, and must not go elsewhere. */
static const char *perform(CURL *curl, exchange *self, const char *url) {
    const char *why = NULL;
    CURLcode code;
    curl_easy_reset(curl);
    self->body_len = 0;
    self->body[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, self->headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, self);
    if (self->post != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)self->post_len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)self->post);
    }
    if ((code = curl_easy_perform(curl)) != CURLE_OK) {
        printf("%s: %s\n", url, curl_easy_strerror(code));
        NEED(0, "a server did not answer; for the one on this machine, see the top of this file");
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &self->http_status);
end:
    curl_slist_free_all(self->headers);
    self->headers = NULL;
    self->post = NULL;
    return why;
}

static int add_header(exchange *self, const char *name, const char *value, size_t value_len) {
    char line[2048];
    const int len = snprintf(line, sizeof line, "%s: %.*s", name, (int)value_len, value);
    struct curl_slist *longer;
    if (len < 0 || (size_t)len >= sizeof line || (longer = curl_slist_append(self->headers, line)) == NULL) {
        return 0;
    }
    self->headers = longer;
    return 1;
}

/* The origin's name as challenges have it: host, or host:port when the URL has a port. */
static int name_of(const char *url, char *name, size_t capacity) {
    CURLU *parts = curl_url();
    char *host = NULL, *port = NULL;
    int len = -1;
    if (parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
        if (curl_url_get(parts, CURLUPART_PORT, &port, 0) == CURLUE_OK) {
            len = snprintf(name, capacity, "%s:%s", host, port);
        } else {
            len = snprintf(name, capacity, "%s", host);
        }
    }
    curl_free(port);
    curl_free(host);
    curl_url_cleanup(parts);
    return len > 0 && (size_t)len < capacity;
}

/* Look at one challenge: whether it is one for us, and if so what it says. */
static pp_status read_challenge(offer *offered, const pp_challenge_item *item, const char *origin_name) {
    uint8_t token_key[PP_TOKEN_KEY_MAX_BYTES];
    size_t token_key_len;
    pp_token_type_sizes sizes;
    pp_token_challenge fields;
    pp_status status;
    offered->token_type = item->token_type;
    if ((status = pp_token_type_get_sizes(&sizes, item->token_type, NULL)) != PP_OK ||
        (status = pp_parameter_value_decode(offered->challenge, sizeof offered->challenge, &offered->challenge_len,
                                            &item->challenge, NULL)) != PP_OK ||
        /* Or any origin could collect tokens for any other. */
        (status = pp_token_challenge_check_origin(offered->challenge, offered->challenge_len,
                                                  (const uint8_t *)origin_name, strlen(origin_name), NULL)) != PP_OK ||
        (status = pp_parameter_value_decode(token_key, sizeof token_key, &token_key_len, &item->token_key, NULL)) !=
            PP_OK ||
        (status = pp_token_key_id_of(offered->token_key_id, token_key, token_key_len, NULL)) != PP_OK ||
        (status = pp_token_challenge_parse(&fields, offered->challenge, offered->challenge_len, NULL)) != PP_OK) {
        return status;
    }
    if (fields.issuer_name.len >= sizeof offered->issuer_name) {
        return PP_ERR_LIMIT;
    }
    memcpy(offered->issuer_name, fields.issuer_name.data, fields.issuer_name.len);
    offered->issuer_name[fields.issuer_name.len] = '\0';
    return PP_OK;
}

/* Find the first challenge in WWW-Authenticate that can be answered. There may be several, and several field lines. */
static const char *choose(CURL *curl, offer *offered, const char *origin_name) {
    struct curl_header *header;
    pp_bytes lines[LINES_MAX];
    pp_challenges challenges;
    pp_challenge_item item;
    size_t count = 0;
    const char *why = NULL;
    while (count < LINES_MAX && curl_easy_header(curl, "WWW-Authenticate", count, CURLH_HEADER, -1, &header) == CURLHE_OK) {
        lines[count].data = (const uint8_t *)header->value;
        lines[count].len = strlen(header->value);
        count++;
    }
    TRY(pp_challenges_begin(&challenges, lines, count, NULL));
    for (;;) {
        TRY(pp_challenges_next(&challenges, &item, NULL));
        NEED(item.kind != PP_ITEM_END, "no challenge that this client can answer");
        if (item.kind == PP_ITEM_SKIPPED) {
            printf("client: challenge %lu skipped: %s\n", (unsigned long)item.index, pp_skip_reason_name(item.skip_reason));
            continue;
        }
        if (read_challenge(offered, &item, origin_name) == PP_OK) {
            goto end;
        }
    }
end:
    return why;
}

/* Get the issuer's directory, and the key of the challenge from it. A key that only this client is shown would make it known
 * again by its token. (Who trusts the attester's list of issuers reads that one instead, and the issuer learns no address:
 * pp_issuer_list_parse.) */
static const char *fetch_key(CURL *curl, exchange *http, pp_token_key **token_key, const offer *offered, const char *scheme) {
    char url[512];
    pp_directory *directory = NULL;
    pp_directory_key published;
    const char *why = NULL;
    snprintf(url, sizeof url, "%s://%s%s", scheme, offered->issuer_name, PP_WELL_KNOWN_PATH);
    if ((why = perform(curl, http, url)) != NULL) {
        goto end;
    }
    NEED(http->http_status == 200, "the issuer has no directory");
    TRY(pp_directory_parse(&directory, (const uint8_t *)http->body, http->body_len, NULL));
    printf("client: the issuer %s publishes %lu keys\n", offered->issuer_name,
           (unsigned long)pp_directory_key_count(directory));
    TRY(pp_directory_find(directory, &published, offered->token_key_id, NULL));
    NEED(published.token_type == offered->token_type, "the issuer's key is of another type");
    NEED(!published.has_not_before || published.not_before <= (uint64_t)time(NULL), "nobody uses the issuer's key yet");
    TRY(pp_token_key_new(token_key, NULL));
    TRY(pp_token_key_import(*token_key, published.token_type, published.token_key.data, published.token_key.len, NULL));
end:
    pp_directory_free(directory);
    return why;
}

/* Prove ourselves to the attester, and have it pass the request on. How to prove oneself is the attester's business: this one
 * asks whether we are human, and takes our word. */
static const char *ask_attester(CURL *curl, exchange *http, const char *attester, const uint8_t *request, size_t request_len) {
    char url[512], answer[1024];
    const char *begin, *close, *why = NULL;
    snprintf(url, sizeof url, "%s/challenge", attester);
    NEED(add_header(http, "Accept", "application/json", 16), "no memory");
    if ((why = perform(curl, http, url)) != NULL) {
        goto end;
    }
    /* A program would use its JSON parser: {"question": ..., "answers": {"yes": "...", "no": "..."}}. */
    begin = strstr(http->body, "\"yes\":\"");
    NEED(http->http_status == 200 && begin != NULL, "the attester asks what we do not understand");
    begin += strlen("\"yes\":\"");
    close = strchr(begin, '"');
    NEED(close != NULL && (size_t)(close - begin) < sizeof answer, "the attester asks what we do not understand");
    memcpy(answer, begin, (size_t)(close - begin));
    answer[close - begin] = '\0';
    NEED(add_header(http, "Content-Type", PP_MEDIA_TYPE_TOKEN_REQUEST, strlen(PP_MEDIA_TYPE_TOKEN_REQUEST)) &&
             add_header(http, "Accept", PP_MEDIA_TYPE_TOKEN_RESPONSE, strlen(PP_MEDIA_TYPE_TOKEN_RESPONSE)) &&
             add_header(http, "Private-Token-Attester-Data", answer, strlen(answer)),
         "no memory");
    http->post = request;
    http->post_len = request_len;
    if ((why = perform(curl, http, url)) != NULL) {
        goto end;
    }
    NEED(http->http_status == 200, "the attester or the issuer refused");
end:
    return why;
}

int main(int argc, char **argv) {
    const char *page = argc > 1 ? argv[1] : "http://127.0.0.1:8102/login";
    const char *attester = argc > 2 ? argv[2] : "http://127.0.0.1:8101";
    /* Names in challenges have no scheme, and mean https. The demo on this machine speaks http. */
    const char *scheme = strncmp(page, "http:", 5) == 0 ? "http" : "https";
    static exchange http;
    static offer offered;
    pp_token_key *token_key = NULL;
    pp_pending_token pending = {{0}};
    uint8_t request[PP_TOKEN_REQUEST_MAX_BYTES], token[PP_TOKEN_MAX_BYTES], authorization[1024];
    size_t request_len, token_len, authorization_len;
    char origin_name[256];
    const char *why = NULL;
    CURL *curl = NULL;

    NEED(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK && (curl = curl_easy_init()) != NULL, "libcurl does not start");
    NEED(name_of(page, origin_name, sizeof origin_name), "the page's URL is none");

    if ((why = perform(curl, &http, page)) != NULL) {
        goto end;
    }
    printf("origin: %ld\n", http.http_status);
    NEED(http.http_status == 401, "the page asks for no token");
    if ((why = choose(curl, &offered, origin_name)) != NULL) {
        goto end;
    }
    printf("client: a challenge of type 0x%04x\n", (unsigned)offered.token_type);
    if ((why = fetch_key(curl, &http, &token_key, &offered, scheme)) != NULL) {
        goto end;
    }

    TRY(pp_client_begin(token_key, &pending, request, sizeof request, &request_len, offered.challenge,
                        offered.challenge_len, NULL, NULL));
    printf("client: request, %lu bytes\n", (unsigned long)request_len);
    if ((why = ask_attester(curl, &http, attester, request, request_len)) != NULL) {
        goto end;
    }
    printf("attester: the issuer's response, %lu bytes\n", (unsigned long)http.body_len);
    TRY(pp_client_finish(token_key, &pending, token, sizeof token, &token_len, (const uint8_t *)http.body, http.body_len,
                         NULL));
    printf("client: token, %lu bytes\n", (unsigned long)token_len);

    TRY(pp_authorization_write(authorization, sizeof authorization, &authorization_len, token, token_len,
                               PP_PROFILE_AUTO, NULL));
    NEED(add_header(&http, "Authorization", (const char *)authorization, authorization_len), "no memory");
    if ((why = perform(curl, &http, page)) != NULL) {
        goto end;
    }
    printf("origin: %ld, a page of %lu bytes\n", http.http_status, (unsigned long)http.body_len);
    /* Never answer a second 401 with another token: an origin that refuses one would collect them. */
    NEED(http.http_status == 200, "the origin refused the token");

end:
    pp_pending_token_wipe(&pending);
    pp_token_key_free(token_key);
    curl_slist_free_all(http.headers);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    if (why != NULL) {
        printf("FAILED: %s\n", why);
        return 1;
    }
    puts("ok");
    return 0;
}
