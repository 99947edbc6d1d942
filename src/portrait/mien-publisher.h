/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include "mien-http.h"
#include "mien-session.h"

G_BEGIN_DECLS

/**
 * MienPublisher: S324. Slot from the portrait component, PUT, then XEP-0084 data and metadata by the rules of
 * docs/protocol.md. On a server without a portrait component the XEP-0084 part alone is done.
 * Cancelled or cut off before the portrait server has the picture, nothing is published; after that the rest is done
 * all the same. Where it is not known which, the portrait server is asked.
 */
#define MIEN_TYPE_PUBLISHER (mien_publisher_get_type ())
G_DECLARE_FINAL_TYPE (MienPublisher, mien_publisher, MIEN, PUBLISHER, GObject)

#define MIEN_PUBLISH_INBAND_SIZE 192
#define MIEN_PUBLISH_INBAND_AIM  (45 * 1024)
#define MIEN_PUBLISH_INBAND_MAX  (72 * 1024)
/* A hosted PNG larger than this is a JPEG instead. */
#define MIEN_PUBLISH_HOSTED_MAX  (1536 * 1024)

MienPublisher *mien_publisher_new (MienSession *session, SoupSession *http);
void     mien_publisher_publish_async (MienPublisher *self, cairo_surface_t *portrait, MienProgress progress,
                                       gpointer progress_data, GCancellable *cancellable, GAsyncReadyCallback callback,
                                       gpointer user_data);
/* *out_updated: Unix seconds; *out_sha256: NULL without a portrait server. Both may be NULL. */
gboolean mien_publisher_publish_finish (MienPublisher *self, GAsyncResult *result, gint64 *out_updated,
                                        char **out_sha256, GError **error);
/* Takes the portrait back: empty metadata, the data node is deleted, and the component forgets it. */
void     mien_publisher_retract_async (MienPublisher *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean mien_publisher_retract_finish (MienPublisher *self, GAsyncResult *result, GError **error);

G_END_DECLS
