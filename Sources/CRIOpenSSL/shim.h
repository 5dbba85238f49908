#pragma once
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// Macros in C, which Swift does not import.
static inline int cri_tls_require_version_1_2(SSL_CTX *context) {
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}
static inline void cri_tls_limit(SSL_CTX *context, long largest_chain) {
  SSL_CTX_set_max_cert_list(context, largest_chain);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}
static inline int cri_tls_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
  return SSL_CTX_add1_chain_cert(context, certificate) == 1;
}
static inline int cri_tls_send_name(SSL *connection, const char *name) {
  return SSL_set_tlsext_host_name(connection, name) == 1;
}

// The values of macros with casts, which Swift does not import.
static inline uint64_t cri_tls_options(void) {
  return SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET;
}
static inline uint64_t cri_tls_initialisation(void) { return OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT; }

// Without this callback, OpenSSL asks for the passphrase on the terminal.
static int cri_tls_refuse_passphrase(char *buffer, int size, int writing, void *data) {
  (void)buffer, (void)size, (void)writing, (void)data;
  return -1;
}
static inline EVP_PKEY *cri_tls_read_key(BIO *input) {
  return PEM_read_bio_PrivateKey(input, NULL, cri_tls_refuse_passphrase, NULL);
}
static inline X509 *cri_tls_read_certificate(BIO *input) {
  return PEM_read_bio_X509(input, NULL, cri_tls_refuse_passphrase, NULL);
}
