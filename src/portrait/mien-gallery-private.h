/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-cache.h"
#include "mien-gallery.h"

G_BEGIN_DECLS

/* Who said what an entry says. */
typedef enum
{
  MIEN_GALLERY_FROM_NOBODY,
  MIEN_GALLERY_FROM_COMPONENT,     /* the portrait server's answer */
  MIEN_GALLERY_FROM_VCARD,         /* a hash in presence (XEP-0153) */
  MIEN_GALLERY_FROM_PEP,           /* XEP-0084 metadata */
} MienGallerySource;

/* What is known of one account's portrait. */
typedef struct
{
  char   *jid;
  char   *sha1;                    /* of the picture in band, or NULL */
  char   *sha256;                  /* of the hosted picture, or NULL */
  char   *url;                     /* of the hosted picture, on our own portrait server; or NULL */
  gint64  updated;                 /* microseconds, -1 not known */
  MienGallerySource source;
  gboolean known;                  /* whether there is a portrait or not */

  /* This session only */
  gboolean live;                   /* told in this session: it beats what others remember */
  gboolean asked;                  /* its metadata was asked for */
  gboolean query;                  /* to be in the next question to the component */
  /* a hash in presence ("": none) that is not PEP's: the node is looked at, once for each */
  char    *doubt;
  gboolean unsure;                 /* its metadata is to be asked for although it is known */
  char    *shown;                  /* key of the former picture, for as long as the present one is not here */
} MienGalleryEntry;

MienGalleryEntry *mien_gallery_entry_new (const char *jid);
void              mien_gallery_entry_free (gpointer data);
/* "1:<sha1>" or "2:<sha256>", the name of a picture's bytes; NULL when there is no portrait. (transfer full) */
char             *mien_gallery_entry_get_key (const MienGalleryEntry *self, int size);

/* The table on disk, as text, one line an account: pure functions. A damaged line is left out; another version is
 * empty. */
GHashTable *mien_gallery_index_parse (GBytes *bytes, char **out_origin);               /* jid → MienGalleryEntry */
GBytes     *mien_gallery_index_format (GHashTable *entries, const char *origin);

/* Decoded pictures, by "key/size"; the least recently used go when it is too much. */
typedef struct _MienGallerySurfaces MienGallerySurfaces;
MienGallerySurfaces *mien_gallery_surfaces_new (gsize max_bytes);
void             mien_gallery_surfaces_free (MienGallerySurfaces *self);
/* (transfer none) or NULL */
cairo_surface_t *mien_gallery_surfaces_get (MienGallerySurfaces *self, const char *key, int size);
void mien_gallery_surfaces_put (MienGallerySurfaces *self, const char *key, int size, cairo_surface_t *surface);
gsize            mien_gallery_surfaces_get_bytes (MienGallerySurfaces *self);

/* One picture on its way: from disk, or from the network and then from disk; each size decoded. */
typedef struct
{
  MienGallery *gallery;            /* strong while it runs, else borrowed */
  char        *key;
  char        *jid;                /* an account that has it */
  char        *url;
  gboolean     from_vcard;
  GArray      *sizes;              /* of int */
  GPtrArray   *jids;               /* of char*: who is told */
  MienGalleryPriority priority;
  gboolean     running;
  gboolean     decoding;           /* its sizes are being decoded: a further one comes in the next round */
} MienGalleryJob;

struct _MienGallery
{
  GObject parent_instance;

  MienSession *session;
  SoupSession *http;
  char *index_path;
  char *own_domain;
  char *origin;                    /* "https://host:port" of our portrait server, once it is known */
  MienCache *small, *large;        /* by SHA-1; by SHA-256 */
  MienGallerySurfaces *surfaces;
  GHashTable *entries;             /* jid → MienGalleryEntry */
  GHashTable *jobs;                /* key → MienGalleryJob */
  GQueue waiting[3];               /* by priority: of MienGalleryJob, borrowed */
  guint n_running;
  GHashTable *failed;              /* key → gint64*: monotonic time before which it is not tried again */
  GHashTable *disappointed;        /* set of jid: wanted, and lost with the connection */
  GCancellable *cancellable;

  guint pep_watch, vcard_handler;
  gulong session_handlers[3];
  gulong roster_handler;
  guint query_source, index_source, doubt_source;
  gboolean query_all;
  guint n_asking;                  /* metadata requests under way */
  GQueue to_ask;                   /* of char*: accounts nothing is known of, and somebody looks at; unsure ones */
};

MienGalleryEntry *mien_gallery_ensure (MienGallery *self, const char *jid);
void mien_gallery_emit_changed (MienGallery *self, const char *jid);
/* What somebody said of an account; NULL hashes: no portrait. */
void mien_gallery_learn (MienGallery *self, const char *jid, const char *sha1, const char *sha256, const char *url,
                         gint64 updated, MienGallerySource source);
void mien_gallery_pump (MienGallery *self);

/* Sources (the wire) */
void mien_gallery_sources_start (MienGallery *self);
void mien_gallery_sources_stop (MienGallery *self);
void mien_gallery_sources_ask (MienGallery *self, const char *jid);
/* The bytes of a job's picture from the network, checked by hash. */
void mien_gallery_fetch_async (MienGallery *self, MienGalleryJob *job, GAsyncReadyCallback callback,
                               gpointer user_data);
GBytes *mien_gallery_fetch_finish (MienGallery *self, GAsyncResult *result, GError **error);

G_END_DECLS
