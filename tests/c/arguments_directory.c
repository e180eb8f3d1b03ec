/* The rules at the top of the header, on every argument: directories, lists of issuers, key schedules, the memory store. */
#include "arguments_flow.h"

static uint8_t json[] = "{\"issuer-request-uri\": \"/request\", \"token-keys\": [{\"token-type\": 2, \"token-key\": \"AAEC\"}]}";
static uint8_t list_json[] =
    "{\"issuer.example\": {\"token-keys\": [{\"token-type\": 2, \"token-key\": \"AAEC\", \"not-before\": 1}]}}";
static uint8_t key_bytes[] = {0, 1, 2}, key_id[PP_TOKEN_KEY_ID_BYTES], uri[] = "/request", name[] = "issuer.example";
static pp_directory *directory;
static pp_issuer_list *list;
static pp_key_schedule *schedule;
static pp_memory_spend_store *store;
static pp_directory_key key;
static pp_scheduled_key scheduled;
static pp_rotation_policy policy;

static void a_directory(int at) { arg_handle(at, directory, NULL, list); }

static void a_list(int at) { arg_handle(at, list, NULL, directory); }

static void a_schedule(int at) { arg_handle(at, schedule, NULL, directory); }

/* A schedule anew, with one key in it when `count` is 1. */
static void new_schedule(int count) {
    pp_key_schedule_free(schedule);
    CHECK_OK(pp_key_schedule_new(&schedule, NULL));
    if (count == 1) {
        CHECK_OK(pp_key_schedule_add(schedule, &scheduled, FLOW_NOW, NULL));
    }
    a_schedule(1);
}

FUNCTION(pp_memory_spend_store_new, P(1), N(2)) {
    pp_memory_spend_store_free((pp_memory_spend_store *)arg_made(1));
    arg_struct(1, sizeof(void *));
    arg_number(2, 10);
}

FUNCTION(pp_memory_spend_store_table, P(1), P(2)) {
    arg_handle(1, store, NULL, directory);
    arg_struct(2, sizeof(pp_spend_store));
}

FUNCTION(pp_directory_parse, P(1), P(2), N(3)) {
    pp_directory_free((pp_directory *)arg_made(1));
    arg_struct(1, sizeof(void *));
    arg_input(2, json, sizeof json - 1);
}

FUNCTION(pp_directory_request_uri, P(1), P(2)) {
    a_directory(1);
    arg_struct(2, sizeof(pp_bytes));
}

FUNCTION(pp_directory_key_at, P(1), P(2), N(3)) {
    a_directory(1);
    arg_struct(2, sizeof(pp_directory_key));
    arg_number(3, 0);
}

FUNCTION(pp_directory_key_for, P(1), P(2), (uint16_t)N(3), N(4)) {
    a_directory(1);
    arg_struct(2, sizeof(pp_directory_key));
    arg_number(3, PP_TOKEN_TYPE_BLIND_RSA_2048);
    arg_number(4, FLOW_NOW);
}

FUNCTION(pp_directory_find, P(1), P(2), P(3)) {
    a_directory(1);
    arg_struct(2, sizeof(pp_directory_key));
    arg_fixed_input(3, key_id);
}

FUNCTION(pp_directory_write, P(1), N(2), P(3), P(4), N(5), P(6), N(7)) {
    arg_output(1, 1024);
    arg_input(4, uri, sizeof uri - 1);
    arg_list(6, &key, sizeof key);
    arg_span(6, offsetof(pp_directory_key, token_key));
}

FUNCTION(pp_issuer_list_parse, P(1), P(2), N(3)) {
    pp_issuer_list_free((pp_issuer_list *)arg_made(1));
    arg_struct(1, sizeof(void *));
    arg_input(2, list_json, sizeof list_json - 1);
}

FUNCTION(pp_issuer_list_issuer_at, P(1), P(2), P(3), N(4)) {
    a_list(1);
    arg_struct(2, sizeof(pp_bytes));
    arg_struct(3, sizeof(size_t));
    arg_number(4, 0);
}

FUNCTION(pp_issuer_list_key_at, P(1), P(2), N(3), N(4)) {
    a_list(1);
    arg_struct(2, sizeof(pp_directory_key));
    arg_number(3, 0);
    arg_number(4, 0);
}

FUNCTION(pp_issuer_list_find, P(1), P(2), P(3), N(4)) {
    a_list(1);
    arg_struct(2, sizeof(size_t));
    arg_input(3, name, sizeof name - 1);
}

FUNCTION(pp_issuer_list_write, P(1), N(2), P(3), P(4), N(5)) {
    static char names[ARG_ITEMS][2] = {"a", "b", "c"};
    pp_listed_issuer issuer, *issuers;
    int i;
    memset(&issuer, 0, sizeof issuer);
    issuer.keys = &key;
    issuer.key_count = 1;
    arg_output(1, 1024);
    arg_list(4, &issuer, sizeof issuer);
    arg_span(4, offsetof(pp_listed_issuer, name));
    arg_span(4, offsetof(pp_listed_issuer, keys)); /* a pointer and a count, as a span is */
    issuers = (pp_listed_issuer *)P(4);
    for (i = 0; i < ARG_ITEMS; i++) {
        issuers[i].name.data = (const uint8_t *)names[i];
        issuers[i].name.len = 1;
    }
}

FUNCTION(pp_key_schedule_new, P(1)) {
    pp_key_schedule_free((pp_key_schedule *)arg_made(1));
    arg_struct(1, sizeof(void *));
}

FUNCTION(pp_key_schedule_add, P(1), P(2), N(3)) {
    new_schedule(0);
    arg_fields(2, &scheduled, sizeof scheduled);
    arg_span(2, offsetof(pp_scheduled_key, token_key));
    arg_number(3, FLOW_NOW);
}

FUNCTION(pp_key_schedule_key_at, P(1), P(2), N(3)) {
    new_schedule(1);
    arg_struct(2, sizeof(pp_scheduled_key));
    arg_number(3, 0);
}

FUNCTION(pp_key_schedule_next_publication, P(1), P(2), (uint16_t)N(3), P(4)) {
    new_schedule(1);
    arg_struct(2, sizeof(uint64_t));
    arg_number(3, PP_TOKEN_TYPE_BLIND_RSA_2048);
    arg_optional_fields(4, &policy, sizeof policy);
}

FUNCTION(pp_key_schedule_dates, P(1), P(2), P(3), (uint16_t)N(4), P(5), N(6)) {
    new_schedule(1);
    arg_struct(2, sizeof(uint64_t));
    arg_struct(3, sizeof(uint64_t));
    arg_number(4, PP_TOKEN_TYPE_BLIND_RSA_2048);
    arg_optional_fields(5, &policy, sizeof policy);
    arg_number(6, FLOW_NOW);
}

FUNCTION(pp_key_schedule_retire, P(1), P(2), N(3)) {
    static uint8_t other_bytes[] = {3, 4, 5};
    pp_scheduled_key other = scheduled;
    other.token_key.data = other_bytes;
    new_schedule(1);
    CHECK_OK(pp_key_schedule_add(schedule, &other, FLOW_NOW, NULL)); /* or the first could not be spared */
    arg_fixed_input(2, key_id);
    arg_number(3, FLOW_NOW);
}

FUNCTION(pp_key_schedule_prune, P(1), P(2), N(3), P(4), N(5)) {
    new_schedule(1);
    arg_output(2, 2 * PP_TOKEN_KEY_ID_BYTES);
    arg_number(5, scheduled.not_after);
}

FUNCTION(pp_key_schedule_directory, P(1), P(2), N(3), P(4), P(5), N(6), N(7)) {
    new_schedule(1);
    arg_output(2, 1024);
    arg_input(5, uri, sizeof uri - 1);
    arg_number(7, FLOW_NOW);
}

static void inputs(void) {
    CHECK_OK(pp_directory_parse(&directory, json, sizeof json - 1, NULL));
    CHECK_OK(pp_issuer_list_parse(&list, list_json, sizeof list_json - 1, NULL));
    CHECK_OK(pp_memory_spend_store_new(&store, 10, NULL));
    CHECK_OK(pp_token_key_id_of(key_id, key_bytes, sizeof key_bytes, NULL));
    key.token_type = PP_TOKEN_TYPE_BLIND_RSA_2048;
    key.token_key.data = key_bytes;
    key.token_key.len = sizeof key_bytes;
    scheduled.token_type = key.token_type;
    scheduled.token_key = key.token_key;
    scheduled.not_before = FLOW_NOW;
    scheduled.not_after = FLOW_NOW + 1000;
    policy.lead = 10;
    policy.active = 100;
    policy.overlap = 10;
}

int main(void) {
    flow_begin();
    inputs();
    RUN(pp_memory_spend_store_new);
    RUN(pp_memory_spend_store_table);
    RUN(pp_directory_parse);
    RUN(pp_directory_request_uri);
    RUN(pp_directory_key_at);
    RUN(pp_directory_key_for);
    RUN(pp_directory_find);
    RUN(pp_directory_write);
    RUN(pp_issuer_list_parse);
    RUN(pp_issuer_list_issuer_at);
    RUN(pp_issuer_list_key_at);
    RUN(pp_issuer_list_find);
    RUN(pp_issuer_list_write);
    RUN(pp_key_schedule_new);
    RUN(pp_key_schedule_add);
    RUN(pp_key_schedule_key_at);
    RUN(pp_key_schedule_next_publication);
    RUN(pp_key_schedule_dates);
    RUN(pp_key_schedule_retire);
    RUN(pp_key_schedule_prune);
    RUN(pp_key_schedule_directory);

    test_step("NULL, and what is no handle");
    memset(arg_room(0), 0, ARG_ROOM);
    CHECK_SIZE(0, pp_memory_spend_store_len(NULL));
    CHECK_SIZE(0, pp_memory_spend_store_len((pp_memory_spend_store *)(void *)arg_room(0)));
    CHECK_SIZE(0, pp_directory_key_count(NULL));
    CHECK_SIZE(0, pp_directory_key_count((pp_directory *)(void *)arg_room(0)));
    CHECK_SIZE(0, pp_issuer_list_count(NULL));
    CHECK_SIZE(0, pp_issuer_list_count((pp_issuer_list *)(void *)arg_room(0)));
    CHECK_SIZE(0, pp_key_schedule_key_count(NULL));
    CHECK_SIZE(0, pp_key_schedule_key_count((pp_key_schedule *)(void *)arg_room(0)));
    pp_memory_spend_store_free(NULL);
    pp_directory_free(NULL);
    pp_issuer_list_free(NULL);
    pp_key_schedule_free(NULL);
    pp_memory_spend_store_free((pp_memory_spend_store *)(void *)arg_room(0));
    pp_directory_free((pp_directory *)(void *)arg_room(0));
    pp_issuer_list_free((pp_issuer_list *)(void *)arg_room(0));
    pp_key_schedule_free((pp_key_schedule *)(void *)arg_room(0));
    CHECK_SIZE(1, pp_directory_key_count(directory));
    CHECK_SIZE(1, pp_issuer_list_count(list));
    CHECK_SIZE(0, pp_memory_spend_store_len(store));
    pp_memory_spend_store_free(store);
    pp_directory_free(directory);
    pp_issuer_list_free(list);
    pp_key_schedule_free(schedule);
    flow_end();
    return test_end();
}
