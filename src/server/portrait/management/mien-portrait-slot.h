/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * An upload slot (XEP-0363) as a signed value: who may put what, how large, until when. It travels in the address of
 * the PUT and comes back with it, so that the server keeps nothing between the two, and any of several processes with
 * the same key can take it. A slot is used once: its number goes into the database with the portrait.
 */
#define MIEN_PORTRAIT_NONCE_BYTES 16
#define MIEN_PORTRAIT_KEY_BYTES 32

typedef enum { MIEN_PORTRAIT_PNG = 1, MIEN_PORTRAIT_JPEG = 2 } MienPortraitType;

typedef struct
{
  /* bare address; what is uploaded becomes this account's portrait and no other's */
  char            *account;
  guint64          size;                 /* bytes, exactly */
  MienPortraitType type;
  gint64           expires;              /* Unix seconds */
  guint8           nonce[MIEN_PORTRAIT_NONCE_BYTES];
  char            *sha256;               /* when the file's name said it, else NULL */
  char            *sha1;                 /* of the picture in band that goes with it, or NULL */
} MienPortraitSlot;

/* a fresh nonce */
MienPortraitSlot *mien_portrait_slot_new (const char *account, guint64 size, MienPortraitType type, gint64 expires);
void              mien_portrait_slot_free (MienPortraitSlot *self);

/* URL-safe Base64 of the slot, a point, and of its HMAC-SHA-256 under @key. */
char             *mien_portrait_slot_sign (const MienPortraitSlot *self, GBytes *key);
/* Pure function, fuzzed. MIEN_PORTRAIT_SERVER_ERROR_FORGED or _EXPIRED. @now: Unix seconds. */
MienPortraitSlot *mien_portrait_slot_verify (const char *token, GBytes *key, gint64 now, GError **error);

const char *mien_portrait_type_get_mime (MienPortraitType type);      /* "image/png" */
const char *mien_portrait_type_get_suffix (MienPortraitType type);    /* "png" */
/* Of a content type and, when that is NULL, of the name's suffix; FALSE: neither PNG nor JPEG. */
gboolean    mien_portrait_type_guess (const char *content_type, const char *filename, MienPortraitType *out);
/* "<64 lower-case hexadecimal digits>.<png|jpg|jpeg>": what a hosted file is called. Outs may be NULL. */
gboolean    mien_portrait_parse_name (const char *name, char **out_sha256, MienPortraitType *out_type);
/* exactly so many lower-case hexadecimal digits */
gboolean    mien_portrait_is_hex (const char *text, gsize digits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPortraitSlot, mien_portrait_slot_free)

G_END_DECLS
