/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server"

#include "mien-certificate.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <gnutls/crypto.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <sys/stat.h>

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_privkey_t, gnutls_x509_privkey_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_crt_t, gnutls_x509_crt_deinit, NULL)

static gboolean
refuse_open_key (const char *path, GError **error)
{
  struct stat info;

  /* A file that is not there is reported by the one who reads it. A key shared by group (ssl-cert) is usual. */
  if (stat (path, &info) != 0 || (info.st_mode & S_IRWXO) == 0)
    return TRUE;
  g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CERTIFICATE,
               _("The private key %s can be read by everybody: chmod 600 it"), path);
  return FALSE;
}

GTlsCertificate *
mien_certificate_load (MienServerConfig *config, const char *section, GError **error)
{
  g_autofree char *certificate_path = mien_server_config_get_path (config, section, "certificate");
  g_autofree char *key_path = mien_server_config_get_path (config, section, "key");
  g_autoptr (GError) local_error = NULL;
  GTlsCertificate *certificate;

  if (certificate_path == NULL || key_path == NULL)
    return NULL;
  if (!refuse_open_key (key_path, error))
    return NULL;
  certificate = g_tls_certificate_new_from_files (certificate_path, key_path, &local_error);
  if (certificate == NULL)
    g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CERTIFICATE, _("[%s] certificate= and key=: %s"), section,
                 local_error->message);
  return certificate;
}

static gboolean
check_gnutls (int code, GError **error)
{
  if (code >= 0)
    return TRUE;
  g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CERTIFICATE, _("No certificate could be made: %s"),
               gnutls_strerror (code));
  return FALSE;
}

/* RFC 6120 section 13.7.1.2.1: the domain as dNSName; the loopback names beside it, so that tests can use it for
   HTTP. */
static int
set_names (gnutls_x509_crt_t crt, const char *domain)
{
  static const guint8 loopback[4] = { 127, 0, 0, 1 };
  int code;

  code = gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0, domain, MIN (strlen (domain), 64));
  if (code >= 0)
    code = gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_DNSNAME, domain, strlen (domain), GNUTLS_FSAN_SET);
  if (code >= 0)
    code = gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_DNSNAME, "localhost", strlen ("localhost"),
                                                 GNUTLS_FSAN_APPEND);
  if (code >= 0)
    code = gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS, loopback, sizeof loopback,
                                                 GNUTLS_FSAN_APPEND);
  return code;
}

static int
sign_itself (gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *domain)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  guint8 serial[16];
  int code = gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial);

  serial[0] &= 0x7f;   /* a serial number is positive */
  if (code >= 0)
    code = gnutls_x509_crt_set_version (crt, 3);
  if (code >= 0)
    code = gnutls_x509_crt_set_serial (crt, serial, sizeof serial);
  if (code >= 0)
    code = gnutls_x509_crt_set_activation_time (crt, now - 3600);
  if (code >= 0)
    code = gnutls_x509_crt_set_expiration_time (crt, now + MIEN_CERTIFICATE_DAYS * G_GINT64_CONSTANT (86400));
  if (code >= 0)
    code = gnutls_x509_crt_set_key (crt, key);
  if (code >= 0)
    code = set_names (crt, domain);
  /* It is its own anchor: a client trusts exactly this file, so it has to be a CA to some TLS libraries. */
  if (code >= 0)
    code = gnutls_x509_crt_set_basic_constraints (crt, 1, 0);
  if (code >= 0)
    code = gnutls_x509_crt_set_key_usage (crt, GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_CERT_SIGN);
  if (code >= 0)
    code = gnutls_x509_crt_set_key_purpose_oid (crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
  if (code >= 0)
    code = gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA256, 0);
  return code;
}

static gboolean
write_pem (const char *path, gnutls_datum_t *pem, int mode, GError **error)
{
  gboolean written = g_file_set_contents_full (path, (const char *) pem->data, pem->size,
                                               G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, mode,
                                                   error);

  gnutls_memset (pem->data, 0, pem->size);
  gnutls_free (pem->data);
  return written;
}

static gboolean
generate (const char *certificate_path, const char *key_path, const char *domain, GError **error)
{
  g_auto (gnutls_x509_privkey_t) key = NULL;
  g_auto (gnutls_x509_crt_t) crt = NULL;
  gnutls_datum_t pem = { NULL, 0 };

  if (!check_gnutls (gnutls_x509_privkey_init (&key), error) || !check_gnutls (gnutls_x509_crt_init (&crt), error)
      || !check_gnutls (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
                                                      GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0), error)
      || !check_gnutls (sign_itself (crt, key, domain), error)
      || !check_gnutls (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem),
                        error)
      || !write_pem (key_path, &pem, 0600, error)
      || !check_gnutls (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &pem), error)
      || !write_pem (certificate_path, &pem, 0644, error))
    return FALSE;
  return TRUE;
}

static gboolean
is_usable (GTlsCertificate *certificate, const char *domain)
{
  g_autoptr (GSocketConnectable) identity = g_network_address_new (domain, 0);
  g_autoptr (GDateTime) end = g_tls_certificate_get_not_valid_after (certificate);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return end != NULL && g_date_time_compare (now, end) < 0
         && (g_tls_certificate_verify (certificate, identity, NULL) & G_TLS_CERTIFICATE_BAD_IDENTITY) == 0;
}

GTlsCertificate *
mien_certificate_ensure (const char *directory, const char *domain, GError **error)
{
  g_autofree char *certificate_path = g_build_filename (directory, "certificate.pem", NULL);
  g_autofree char *key_path = g_build_filename (directory, "key.pem", NULL);
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_files (certificate_path, key_path, NULL);

  if (certificate != NULL && is_usable (certificate, domain))
    return g_steal_pointer (&certificate);
  if (!generate (certificate_path, key_path, domain, error))
    return NULL;
  g_message ("Made the self-signed certificate %s for %s", certificate_path, domain);
  return g_tls_certificate_new_from_files (certificate_path, key_path, error);
}
