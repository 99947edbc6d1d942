/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-publisher.h"

#include <portrait-export.h>
#include <xmpp-porter.h>

G_BEGIN_DECLS

/* What the two sides of a publication share: mien-publisher.c makes the pictures and uploads the large one,
 * mien-publisher-pep.c tells the IM server (XEP-0084), and takes the portrait back. */

struct _MienPublisher
{
  GObject parent_instance;

  MienSession *session;
  SoupSession *http;
};

/* One publication on its way: encode → slot → PUT (→ look, when it was not answered) → data node → metadata node. Each
 * arrow is a callback, in order. It is the data of the GTask of mien_publisher_publish_async(), which each of them is
 * given and the last one unrefs. */
typedef struct
{
  cairo_surface_t *portrait;
  MienProgress progress;
  gpointer progress_data;

  guint n_encoding;            /* threads at work on the two pictures */
  GError *encode_error;        /* the first one */
  GBytes *inband;              /* PNG, small */
  char *inband_sha1;
  int inband_side;
  GBytes *hosted;              /* PNG or JPEG, large */
  char *hosted_sha256, *hosted_sha1;
  PortraitFormat hosted_format;
  int hosted_side;

  GError *put_error;           /* while the portrait server is asked whether it has the picture all the same */
  char *url;                   /* once it is hosted */
  gint64 updated;              /* microseconds */
  const char *node;            /* being published */
  gboolean too_late;           /* to cancel: friends may see it */
  gboolean configured;         /* precondition-not-met was met with a new configuration */
  int plainness;               /* which options the server knows: 0: all; 1: without max_items (ejabberd 23); 2: none */
} MienPublication;

XmppPorter   *mien_publisher_get_porter (GTask *task);
/* Until somebody may see the portrait it can be cancelled; after that the rest is done whatever happens, and what was
 * published can only be taken back. */
GCancellable *mien_publisher_get_cancellable (GTask *task);
void          mien_publisher_begin_the_end (GTask *task);
/* Ends @task with @error, which it takes, in our domain: what the person can do is another thing after a refusal than
 * after a loss. */
void          mien_publisher_fail (GTask *task, GError *error);

/* Publishes the data node, then the metadata node, and ends @task. */
void          mien_publisher_publish_nodes (GTask *task);

G_END_DECLS
