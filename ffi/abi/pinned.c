/*
 * Every number, text, size and offset of include/privacypass.h, as promised: a program that was compiled with them must
 * go on working. Made by `UPDATE_ABI=1 tests/tools/stages.sh abi`; compiled in every run of that stage.
 *
 * Sizes and offsets are those of 64-bit systems.
 */
#include <privacypass.h>

#define PIN(what, value) _Static_assert((what) == (value), #what)

/* Numbers. */
PIN(PP_NONE, 4294967295);
PIN(PP_OK, 0);
PIN(PP_ERR_MISUSE, -1);
PIN(PP_ERR_BUFFER_TOO_SMALL, -2);
PIN(PP_ERR_UNSUPPORTED, -3);
PIN(PP_ERR_MALFORMED, -16);
PIN(PP_ERR_LIMIT, -17);
PIN(PP_ERR_INVALID_TOKEN, -32);
PIN(PP_ERR_INVALID_PROOF, -33);
PIN(PP_ERR_CHALLENGE_MISMATCH, -34);
PIN(PP_ERR_UNKNOWN_KEY, -35);
PIN(PP_ERR_ATTESTATION, -36);
PIN(PP_ERR_ALREADY_USED, -48);
PIN(PP_ERR_REPLAYED, -49);
PIN(PP_ERR_EXPIRED, -50);
PIN(PP_ERR_EXHAUSTED, -51);
PIN(PP_ERR_RNG, -64);
PIN(PP_ERR_STORE, -65);
PIN(PP_ERR_SIGNER, -66);
PIN(PP_ERR_NO_MEMORY, -67);
PIN(PP_ERR_INTERNAL, -127);
PIN(PP_TOKEN_TYPE_VOPRF_P384, 1);
PIN(PP_TOKEN_TYPE_BLIND_RSA_2048, 2);
PIN(PP_TOKEN_KEY_MAX_BYTES, 342);
PIN(PP_TOKEN_REQUEST_MAX_BYTES, 259);
PIN(PP_TOKEN_RESPONSE_MAX_BYTES, 256);
PIN(PP_TOKEN_MAX_BYTES, 354);
PIN(PP_NONCE_BYTES, 32);
PIN(PP_CHALLENGE_DIGEST_BYTES, 32);
PIN(PP_TOKEN_KEY_ID_BYTES, 32);
PIN(PP_REDEMPTION_CONTEXT_BYTES, 32);
PIN(PP_ORIGINS_MAX, 64);
PIN(PP_PROFILE_AUTO, 0);
PIN(PP_PROFILE_RFC, 1);
PIN(PP_PROFILE_UNQUOTED, 2);
PIN(PP_ITEM_END, 0);
PIN(PP_ITEM_CHALLENGE, 1);
PIN(PP_ITEM_SKIPPED, 2);
PIN(PP_SKIP_OTHER_SCHEME, 1);
PIN(PP_SKIP_GREASED_TYPE, 2);
PIN(PP_SKIP_MISSING_CHALLENGE, 3);
PIN(PP_SKIP_BAD_CHALLENGE, 4);
PIN(PP_SKIP_TOO_SHORT, 5);
PIN(PP_SKIP_BAD_TOKEN_KEY, 6);
PIN(PP_SKIP_DUPLICATE_PARAMETER, 7);
PIN(PP_SKIP_MALFORMED_SYNTAX, 8);
PIN(PP_GREASE_RANDOM_BYTES, 231);
PIN(PP_ISSUER_KEY_HANDLE_BYTES, 8192);
PIN(PP_TOKEN_KEY_HANDLE_BYTES, 2048);
PIN(PP_SEALED_MAX_BYTES, 391);
PIN(PP_SIGNER_INPUT_MAX_BYTES, 256);
PIN(PP_SIGNER_OUTPUT_MAX_BYTES, 256);
PIN(PP_SPEND_KEY_BYTES, 32);
PIN(PP_VERIFIER_KEY_HANDLE_BYTES, 8192);
PIN(PP_CHALLENGE_SECRET_BYTES, 32);
PIN(PP_ACCEPTED_DIGESTS, 2);
#if defined(PP_HOSTED)
PIN(PP_DIRECTORY_MAX_BYTES, 1048576);
#endif
PIN(PP_HAZMAT_VOPRF_P384_BYTES, 48);
PIN(PP_HAZMAT_BLIND_RSA_2048_BYTES, 304);

/* Texts: a macro may be defined again only with the same text. */
#define PP_MEDIA_TYPE_TOKEN_REQUEST "application/private-token-request"
#define PP_MEDIA_TYPE_TOKEN_RESPONSE "application/private-token-response"
#define PP_MEDIA_TYPE_ISSUER_DIRECTORY "application/private-token-issuer-directory"
#define PP_MEDIA_TYPE_LEGACY_TOKEN_REQUEST "message/token-request"
#define PP_MEDIA_TYPE_LEGACY_TOKEN_RESPONSE "message/token-response"
#if defined(PP_HOSTED)
#define PP_WELL_KNOWN_PATH "/.well-known/private-token-issuer-directory"
#define PP_LEGACY_WELL_KNOWN_PATH "/.well-known/token-issuer-directory"
#define PP_ATTESTER_ISSUERS_PATH "/v1/private-token-issuer-directory"
#endif

/* Structs. */
PIN(sizeof(pp_detail), 16);
PIN(_Alignof(pp_detail), 4);
PIN(offsetof(pp_detail, status), 0);
PIN(offsetof(pp_detail, argument), 4);
PIN(offsetof(pp_detail, offset), 8);
PIN(offsetof(pp_detail, index), 12);
PIN(sizeof(pp_bytes), 16);
PIN(_Alignof(pp_bytes), 8);
PIN(offsetof(pp_bytes, data), 0);
PIN(offsetof(pp_bytes, len), 8);
PIN(sizeof(pp_buffer), 24);
PIN(_Alignof(pp_buffer), 8);
PIN(offsetof(pp_buffer, data), 0);
PIN(offsetof(pp_buffer, capacity), 8);
PIN(offsetof(pp_buffer, len), 16);
PIN(sizeof(pp_rng), 24);
PIN(_Alignof(pp_rng), 8);
PIN(offsetof(pp_rng, struct_size), 0);
PIN(offsetof(pp_rng, ctx), 8);
PIN(offsetof(pp_rng, fill), 16);
PIN(sizeof(pp_token_type_sizes), 40);
PIN(_Alignof(pp_token_type_sizes), 8);
PIN(offsetof(pp_token_type_sizes, token_key), 0);
PIN(offsetof(pp_token_type_sizes, token_request), 8);
PIN(offsetof(pp_token_type_sizes, token_response), 16);
PIN(offsetof(pp_token_type_sizes, authenticator), 24);
PIN(offsetof(pp_token_type_sizes, token), 32);
PIN(sizeof(pp_token_challenge), 56);
PIN(_Alignof(pp_token_challenge), 8);
PIN(offsetof(pp_token_challenge, token_type), 0);
PIN(offsetof(pp_token_challenge, issuer_name), 8);
PIN(offsetof(pp_token_challenge, redemption_context), 24);
PIN(offsetof(pp_token_challenge, origin_info), 40);
PIN(sizeof(pp_token), 72);
PIN(_Alignof(pp_token), 8);
PIN(offsetof(pp_token, token_type), 0);
PIN(offsetof(pp_token, nonce), 8);
PIN(offsetof(pp_token, challenge_digest), 24);
PIN(offsetof(pp_token, token_key_id), 40);
PIN(offsetof(pp_token, authenticator), 56);
PIN(sizeof(pp_token_request), 24);
PIN(_Alignof(pp_token_request), 8);
PIN(offsetof(pp_token_request, token_type), 0);
PIN(offsetof(pp_token_request, truncated_token_key_id), 2);
PIN(offsetof(pp_token_request, blinded_msg), 8);
PIN(sizeof(pp_challenges), 128);
PIN(_Alignof(pp_challenges), 8);
PIN(offsetof(pp_challenges, opaque), 0);
PIN(sizeof(pp_parameter_value), 24);
PIN(_Alignof(pp_parameter_value), 8);
PIN(offsetof(pp_parameter_value, data), 0);
PIN(offsetof(pp_parameter_value, len), 8);
PIN(offsetof(pp_parameter_value, quoted), 16);
PIN(sizeof(pp_challenge_item), 128);
PIN(_Alignof(pp_challenge_item), 8);
PIN(offsetof(pp_challenge_item, kind), 0);
PIN(offsetof(pp_challenge_item, skip_reason), 4);
PIN(offsetof(pp_challenge_item, has_token_type), 8);
PIN(offsetof(pp_challenge_item, token_type), 12);
PIN(offsetof(pp_challenge_item, challenge), 16);
PIN(offsetof(pp_challenge_item, token_key), 40);
PIN(offsetof(pp_challenge_item, realm), 64);
PIN(offsetof(pp_challenge_item, has_max_age), 88);
PIN(offsetof(pp_challenge_item, max_age), 96);
PIN(offsetof(pp_challenge_item, index), 104);
PIN(offsetof(pp_challenge_item, line), 112);
PIN(offsetof(pp_challenge_item, offset), 120);
PIN(sizeof(pp_challenge_parameters), 64);
PIN(_Alignof(pp_challenge_parameters), 8);
PIN(offsetof(pp_challenge_parameters, challenge), 0);
PIN(offsetof(pp_challenge_parameters, token_key), 16);
PIN(offsetof(pp_challenge_parameters, realm), 32);
PIN(offsetof(pp_challenge_parameters, has_max_age), 48);
PIN(offsetof(pp_challenge_parameters, max_age), 56);
PIN(sizeof(pp_credentials), 56);
PIN(_Alignof(pp_credentials), 8);
PIN(offsetof(pp_credentials, present), 0);
PIN(offsetof(pp_credentials, token_type), 4);
PIN(offsetof(pp_credentials, token), 8);
PIN(offsetof(pp_credentials, extensions), 32);
PIN(sizeof(pp_pending_token), 512);
PIN(_Alignof(pp_pending_token), 8);
PIN(offsetof(pp_pending_token, opaque), 0);
PIN(sizeof(pp_signer_request), 64);
PIN(_Alignof(pp_signer_request), 8);
PIN(offsetof(pp_signer_request, token_type), 0);
PIN(offsetof(pp_signer_request, token_key_id), 2);
PIN(offsetof(pp_signer_request, input), 40);
PIN(offsetof(pp_signer_request, output_len), 56);
PIN(sizeof(pp_signer), 24);
PIN(_Alignof(pp_signer), 8);
PIN(offsetof(pp_signer, struct_size), 0);
PIN(offsetof(pp_signer, ctx), 8);
PIN(offsetof(pp_signer, sign), 16);
PIN(sizeof(pp_pending_issuance), 512);
PIN(_Alignof(pp_pending_issuance), 8);
PIN(offsetof(pp_pending_issuance, opaque), 0);
PIN(sizeof(pp_spend_store), 24);
PIN(_Alignof(pp_spend_store), 8);
PIN(offsetof(pp_spend_store, struct_size), 0);
PIN(offsetof(pp_spend_store, ctx), 8);
PIN(offsetof(pp_spend_store, spend), 16);
PIN(sizeof(pp_verified_token), 128);
PIN(_Alignof(pp_verified_token), 8);
PIN(offsetof(pp_verified_token, opaque), 0);
PIN(sizeof(pp_expected), 56);
PIN(_Alignof(pp_expected), 8);
PIN(offsetof(pp_expected, struct_size), 0);
PIN(offsetof(pp_expected, ctx), 8);
PIN(offsetof(pp_expected, challenge), 16);
PIN(offsetof(pp_expected, digests), 32);
PIN(offsetof(pp_expected, digest_count), 40);
PIN(offsetof(pp_expected, accepts), 48);
PIN(sizeof(pp_verified_token_fields), 130);
PIN(_Alignof(pp_verified_token_fields), 2);
PIN(offsetof(pp_verified_token_fields, token_type), 0);
PIN(offsetof(pp_verified_token_fields, nonce), 2);
PIN(offsetof(pp_verified_token_fields, challenge_digest), 34);
PIN(offsetof(pp_verified_token_fields, token_key_id), 66);
PIN(offsetof(pp_verified_token_fields, spend_key), 98);
PIN(sizeof(pp_stateless_challenges), 64);
PIN(_Alignof(pp_stateless_challenges), 8);
PIN(offsetof(pp_stateless_challenges, opaque), 0);
#if defined(PP_HOSTED)
PIN(sizeof(pp_directory_key), 40);
PIN(_Alignof(pp_directory_key), 8);
PIN(offsetof(pp_directory_key, token_type), 0);
PIN(offsetof(pp_directory_key, token_key), 8);
PIN(offsetof(pp_directory_key, has_not_before), 24);
PIN(offsetof(pp_directory_key, not_before), 32);
PIN(sizeof(pp_listed_issuer), 32);
PIN(_Alignof(pp_listed_issuer), 8);
PIN(offsetof(pp_listed_issuer, name), 0);
PIN(offsetof(pp_listed_issuer, keys), 16);
PIN(offsetof(pp_listed_issuer, key_count), 24);
PIN(sizeof(pp_scheduled_key), 40);
PIN(_Alignof(pp_scheduled_key), 8);
PIN(offsetof(pp_scheduled_key, token_type), 0);
PIN(offsetof(pp_scheduled_key, token_key), 8);
PIN(offsetof(pp_scheduled_key, not_before), 24);
PIN(offsetof(pp_scheduled_key, not_after), 32);
PIN(sizeof(pp_rotation_policy), 24);
PIN(_Alignof(pp_rotation_policy), 8);
PIN(offsetof(pp_rotation_policy, lead), 0);
PIN(offsetof(pp_rotation_policy, active), 8);
PIN(offsetof(pp_rotation_policy, overlap), 16);
#endif
