/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-portrait-limits.h"
#include "mien-portrait-server-error.h"
#include "mien-portrait-slot.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/random.h>

#define SLOT_VERSION 1
#define SHA256_BYTES 32
#define SHA1_BYTES 20

/* As it is signed: version, type, expiry, size, nonce, SHA-256, SHA-1 (zeros for none), account. Numbers big-endian. */
#define FIXED_BYTES (1 + 1 + 8 + 8 + MIEN_PORTRAIT_NONCE_BYTES + SHA256_BYTES + SHA1_BYTES)

MienPortraitSlot *
mien_portrait_slot_new (const char      *account,
                        guint64          size,
                        MienPortraitType type,
                        gint64           expires)
{
  MienPortraitSlot *self;

  g_return_val_if_fail (account != NULL, NULL);

  self = g_new0 (MienPortraitSlot, 1);
  self->account = g_strdup (account);
  self->size = size;
  self->type = type;
  self->expires = expires;
  if (getrandom (self->nonce, sizeof self->nonce, 0) != sizeof self->nonce)
    g_error ("the system gives no random numbers");
  return self;
}

void
mien_portrait_slot_free (MienPortraitSlot *self)
{
  if (self == NULL)
    return;
  g_free (self->account);
  g_free (self->sha256);
  g_free (self->sha1);
  g_free (self);
}

static void
put_number (GByteArray *array,
            guint64     value)
{
  guint64 big = GUINT64_TO_BE (value);

  g_byte_array_append (array, (const guint8 *) &big, sizeof big);
}

static guint64
get_number (const guint8 *at)
{
  guint64 big;

  memcpy (&big, at, sizeof big);
  return GUINT64_FROM_BE (big);
}

static void
put_hex (GByteArray *array,
         const char *hex,
         gsize       bytes)
{
  for (gsize i = 0; i < bytes; i++)
    {
      guint8 byte = hex == NULL
                        ? 0
                        : (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));

      g_byte_array_append (array, &byte, 1);
    }
}

/* NULL for all zeros. */
static char *
get_hex (const guint8 *at,
         gsize         bytes)
{
  GString *hex = g_string_sized_new (bytes * 2);
  guint8 any = 0;

  for (gsize i = 0; i < bytes; i++)
    {
      g_string_append_printf (hex, "%02x", at[i]);
      any |= at[i];
    }
  return g_string_free (hex, any == 0);
}

static char *
to_base64url (const guint8 *data,
              gsize         length)
{
  char *text = g_base64_encode (data, length);

  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

/* Strict: the one spelling that to_base64url() gives, or NULL. */
static guint8 *
from_base64url (const char *text,
                gsize       length,
                gsize      *out_length)
{
  g_autofree char *copy = g_strdup_printf ("%.*s%s", (int) length, text,
                                           length % 4 == 2   ? "=="
                                           : length % 4 == 3 ? "="
                                                             : "");
  g_autofree guint8 *data = NULL;
  g_autofree char *again = NULL;

  g_strdelimit (copy, "-", '+');
  g_strdelimit (copy, "_", '/');
  data = g_base64_decode (copy, out_length);
  again = to_base64url (data, *out_length);
  return strlen (again) == length && memcmp (again, text, length) == 0 ? g_steal_pointer (&data) : NULL;
}

static void
sign (GBytes       *key,
      const guint8 *data,
      gsize         length,
      guint8        out[SHA256_BYTES])
{
  GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, g_bytes_get_data (key, NULL), g_bytes_get_size (key));
  gsize size = SHA256_BYTES;

  g_hmac_update (hmac, data, (gssize) length);
  g_hmac_get_digest (hmac, out, &size);
  g_hmac_unref (hmac);
}

char *
mien_portrait_slot_sign (const MienPortraitSlot *self,
                         GBytes                 *key)
{
  g_autoptr(GByteArray) array = g_byte_array_new ();
  const guint8 head[2] = { SLOT_VERSION, (guint8) self->type };
  g_autofree char *value = NULL;
  g_autofree char *mark = NULL;
  guint8 hmac[SHA256_BYTES];

  g_byte_array_append (array, head, sizeof head);
  put_number (array, (guint64) self->expires);
  put_number (array, self->size);
  g_byte_array_append (array, self->nonce, sizeof self->nonce);
  put_hex (array, self->sha256, SHA256_BYTES);
  put_hex (array, self->sha1, SHA1_BYTES);
  g_byte_array_append (array, (const guint8 *) self->account, (guint) strlen (self->account));

  sign (key, array->data, array->len, hmac);
  value = to_base64url (array->data, array->len);
  mark = to_base64url (hmac, sizeof hmac);
  return g_strconcat (value, ".", mark, NULL);
}

static gboolean
equal_in_constant_time (const guint8 *a,
                        const guint8 *b,
                        gsize         length)
{
  guint8 difference = 0;

  for (gsize i = 0; i < length; i++)
    difference |= a[i] ^ b[i];
  return difference == 0;
}

static MienPortraitSlot *
parse_slot (const guint8 *data,
            gsize         length)
{
  const guint8 *at = data + 2;
  MienPortraitSlot *self;

  if (length <= FIXED_BYTES || data[0] != SLOT_VERSION ||
      (data[1] != MIEN_PORTRAIT_PNG && data[1] != MIEN_PORTRAIT_JPEG))
    return NULL;
  self = g_new0 (MienPortraitSlot, 1);
  self->type = data[1];
  self->expires = (gint64) get_number (at);
  self->size = get_number (at + 8);
  memcpy (self->nonce, at + 16, sizeof self->nonce);
  self->sha256 = get_hex (at + 32, SHA256_BYTES);
  self->sha1 = get_hex (at + 64, SHA1_BYTES);
  self->account = g_strndup ((const char *) data + FIXED_BYTES, length - FIXED_BYTES);
  return self;
}

MienPortraitSlot *
mien_portrait_slot_verify (const char *token,
                           GBytes     *key,
                           gint64      now,
                           GError    **error)
{
  g_autofree guint8 *value = NULL;
  g_autofree guint8 *mark = NULL;
  g_autoptr(MienPortraitSlot) self = NULL;
  const char *point;
  guint8 hmac[SHA256_BYTES];
  gsize value_length, mark_length;

  g_return_val_if_fail (token != NULL, NULL);

  point = strchr (token, '.');
  if (point != NULL && strlen (token) <= MIEN_PORTRAIT_MAX_TOKEN)
    {
      value = from_base64url (token, (gsize) (point - token), &value_length);
      mark = from_base64url (point + 1, strlen (point + 1), &mark_length);
    }
  if (value != NULL && mark != NULL && mark_length == sizeof hmac)
    {
      sign (key, value, value_length, hmac);
      if (equal_in_constant_time (hmac, mark, sizeof hmac))
        self = parse_slot (value, value_length);
    }
  if (self == NULL)
    {
      g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_FORGED,
                           _("This is not an upload address that this server gave out. Ask for a new one by signing "
                             "in and publishing again."));
      return NULL;
    }
  if (self->expires < now)
    {
      g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_EXPIRED,
                           _("This upload address is too old. Publish again to get a new one."));
      return NULL;
    }
  return g_steal_pointer (&self);
}

const char *
mien_portrait_type_get_mime (MienPortraitType type)
{
  return type == MIEN_PORTRAIT_JPEG ? "image/jpeg" : "image/png";
}

const char *
mien_portrait_type_get_suffix (MienPortraitType type)
{
  return type == MIEN_PORTRAIT_JPEG ? "jpg" : "png";
}

static gboolean
suffix_to_type (const char       *suffix,
                MienPortraitType *out)
{
  if (g_ascii_strcasecmp (suffix, "png") == 0)
    *out = MIEN_PORTRAIT_PNG;
  else if (g_ascii_strcasecmp (suffix, "jpg") == 0 || g_ascii_strcasecmp (suffix, "jpeg") == 0)
    *out = MIEN_PORTRAIT_JPEG;
  else
    return FALSE;
  return TRUE;
}

gboolean
mien_portrait_type_guess (const char       *content_type,
                          const char       *filename,
                          MienPortraitType *out)
{
  const char *point;

  if (content_type != NULL)
    {
      gsize n = strcspn (content_type, "; \t");

      if (n == 9 && g_ascii_strncasecmp (content_type, "image/png", n) == 0)
        return suffix_to_type ("png", out);
      if ((n == 10 && g_ascii_strncasecmp (content_type, "image/jpeg", n) == 0) ||
          (n == 9 && g_ascii_strncasecmp (content_type, "image/jpg", n) == 0))
        return suffix_to_type ("jpg", out);
      return FALSE;
    }
  point = filename != NULL ? strrchr (filename, '.') : NULL;
  return point != NULL && suffix_to_type (point + 1, out);
}

gboolean
mien_portrait_is_hex (const char *text,
                      gsize       digits)
{
  gsize n = 0;

  if (text == NULL)
    return FALSE;
  while (g_ascii_isdigit (text[n]) || (text[n] >= 'a' && text[n] <= 'f'))
    n++;
  return n == digits && text[n] == '\0';
}

gboolean
mien_portrait_parse_name (const char       *name,
                          char            **out_sha256,
                          MienPortraitType *out_type)
{
  g_autofree char *hash = g_strndup (name, 64);
  MienPortraitType type;

  if (!mien_portrait_is_hex (hash, 64) || name[64] != '.' || !suffix_to_type (name + 65, &type))
    return FALSE;
  if (out_sha256 != NULL)
    *out_sha256 = g_steal_pointer (&hash);
  if (out_type != NULL)
    *out_type = type;
  return TRUE;
}
