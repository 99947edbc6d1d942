/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include "mien-portrait-slot.h"
#include "mien-portrait-table.h"

G_BEGIN_DECLS

/**
 * MienPortraitManager: the portrait server's management unit. Decides who may do what, checks and keeps what is
 * uploaded, answers what is asked. Knows neither XMPP nor HTTP: the communication unit does. Main loop only; it does
 * its work in threads of its own.
 */
#define MIEN_TYPE_PORTRAIT_MANAGER (mien_portrait_manager_get_type ())
G_DECLARE_FINAL_TYPE (MienPortraitManager, mien_portrait_manager, MIEN, PORTRAIT_MANAGER, GObject)

typedef struct
{
  const char *directory;                 /* for the key, the bytes and, with SQLite, the database */
  const char *database;                  /* "sqlite" or postgresql://… */
  const char *public_url;                /* without a slash at the end */
  guint64     max_bytes, max_pixels;
  gint64    (*now) (void);               /* microseconds since 1970; NULL: the system's clock. For tests */
} MienPortraitSettings;

/* Blocking: opens the database. */
MienPortraitManager *mien_portrait_manager_new (const MienPortraitSettings *settings, GError **error);
/* Finishes what is under way; blocking; idempotent. */
void                 mien_portrait_manager_stop (MienPortraitManager *self);

guint64     mien_portrait_manager_get_max_bytes (MienPortraitManager *self);
guint64     mien_portrait_manager_get_max_pixels (MienPortraitManager *self);
const char *mien_portrait_manager_get_public_url (MienPortraitManager *self);
/* Where @address is seen from outside; (transfer full). */
char       *mien_portrait_manager_get_url (MienPortraitManager *self, const char *address);

/* A slot for @account's next portrait (XEP-0363). @sha1: of the in-band picture that goes with it, or NULL. *out_retry:
 * after how many seconds, with _RATE. */
gboolean mien_portrait_manager_slot (MienPortraitManager *self, const char *account, const char *filename, guint64 size,
                                     const char *content_type, const char *sha1, char **out_put_url, char **out_get_url,
                                     guint *out_retry, GError **error);
/* Whether a PUT with these headers may send its body. @length: Content-Length, or -1; @content_type may be NULL. */
gboolean mien_portrait_manager_check (MienPortraitManager *self, const char *token, gint64 length,
                                      const char *content_type, guint64 *out_size, GError **error);
/* The PUT's body: checked, stripped, on disk and in the table when it ends. */
void             mien_portrait_manager_upload_async (MienPortraitManager *self, const char *token, GBytes *bytes,
                                                     GAsyncReadyCallback callback, gpointer user_data);
MienPortraitRow *mien_portrait_manager_upload_finish (MienPortraitManager *self, GAsyncResult *result, GError **error);

/* S3243: what the IM server says that @account published by XEP-0084. @urls: of its hosted infos, NULL-terminated, may
 * be NULL; @sha1: the in-band picture's id; @bytes: that picture, or NULL. */
void mien_portrait_manager_forward_async (MienPortraitManager *self, const char *account, const char *const *urls,
                                          const char *sha1, GBytes *bytes, GAsyncReadyCallback callback,
                                          gpointer user_data);
gboolean mien_portrait_manager_forward_finish (MienPortraitManager *self, GAsyncResult *result, GError **error);

/* NULL-terminated accounts → of MienPortraitRow, those that have a portrait; (transfer full). @asker pays for it
 * (_RATE). */
void mien_portrait_manager_query_async (MienPortraitManager *self, const char *asker, const char *const *accounts,
                                        GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *mien_portrait_manager_query_finish (MienPortraitManager *self, GAsyncResult *result, GError **error);

/* Forgets the portrait of @account, and its bytes if nobody else has the same. */
void mien_portrait_manager_retract_async (MienPortraitManager *self, const char *account, GAsyncReadyCallback callback,
                                          gpointer user_data);
gboolean mien_portrait_manager_retract_finish (MienPortraitManager *self, GAsyncResult *result, GError **error);

/* One file as it is served. */
typedef struct
{
  grefcount        ref_count;
  GBytes          *bytes;
  char            *etag;                 /* strong, with its quotes */
  MienPortraitType type;
  char            *location;             /* instead of all that: the URL where it is */
} MienPortraitPicture;

void     mien_portrait_picture_unref (MienPortraitPicture *self);
/* The sizes in pixels that are served; 0-terminated. */
extern const guint mien_portrait_sizes[];
/* @name: "<sha256>.png", or the name that an upload address promised; @size: 0 or one of the sizes. When it is in
 * memory, the answer is there at once. */
/* (transfer full) or NULL */
MienPortraitPicture *mien_portrait_manager_lookup (MienPortraitManager *self, const char *name, guint size);
void                 mien_portrait_manager_load_async (MienPortraitManager *self, const char *name, guint size,
                                                       GAsyncReadyCallback callback, gpointer user_data);
MienPortraitPicture *mien_portrait_manager_load_finish (MienPortraitManager *self, GAsyncResult *result,
                                                        GError **error);

/* One step of looking for bytes nobody refers to: folder number @folder of 256, files older than @grace seconds. Runs
 * by itself once a minute; here for tests. */
void mien_portrait_manager_sweep_async (MienPortraitManager *self, guint8 folder, int grace,
                                        GAsyncReadyCallback callback, gpointer user_data);
gboolean mien_portrait_manager_sweep_finish (MienPortraitManager *self, GAsyncResult *result, guint *out_removed,
                                             GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPortraitPicture, mien_portrait_picture_unref)

G_END_DECLS
