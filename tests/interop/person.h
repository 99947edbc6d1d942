/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <mien-gallery.h>
#include <mien-publisher.h>
#include <mien-session.h>
#include <mien-wardrobe.h>

#include "peer.h"

G_BEGIN_DECLS

/** Person: somebody with Mien's client, all of it but the windows: every call waits for its outcome. */
typedef struct
{
  char          *name;
  char          *jid;
  char          *folder;         /* of the client's data; kept from one sign-in to the next */
  guint16        port;           /* peer_get_port(), or of something between */
  MienSession   *session;        /* NULL: signed out */
  MienGallery   *gallery;
  MienPublisher *publisher;
  SoupSession   *http;
} Person;

/* Makes the account (XEP-0077) when the run has none of that name, then signs in. The password is the name. */
Person  *person_new (const char *name);
Person  *person_new_through (const char *name, guint16 port);         /* e.g. of a relay */
void     person_free (Person *self);
void     person_sign_out (Person *self);
void     person_open (Person *self);                                  /* the client runs, without a connection */
void     person_sign_in (Person *self);                               /* after person_sign_out() */
void     person_forget (Person *self);                                /* signs out; the client's data is removed */
gboolean person_try (Person *self, const char *password, GError **error);   /* signs in, after person_open() */
gboolean person_register (const char *name, const char *password, GError **error);

/* Both see each other; nothing when they do already. */
void     person_befriend (Person *self, Person *other);

/* A portrait as the editor makes it: the avatar server's catalogue, a drawn headshot, a hat when @hat, composed at the
 * standard size. (transfer full) */
cairo_surface_t *person_dress (Person *self, gboolean hat);
void             person_publish (Person *self, cairo_surface_t *portrait);
void             person_retract (Person *self);

/* The gallery has the current portrait of @jid, and in it is @portrait (any size). Wants it by the way. */
gboolean person_sees (Person *self, const char *jid, cairo_surface_t *portrait, int size);
gboolean person_sees_nothing (Person *self, const char *jid);

/* A square of @size pixels, of a surface that is drawn on no more; kept with it (transfer none). */
cairo_surface_t *surface_scale_to (cairo_surface_t *surface, int size);
/* The mean difference of all channels, 0 to 255, of @a and @b scaled to the smaller one's size. */
double   surface_difference (cairo_surface_t *a, cairo_surface_t *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Person, person_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (cairo_surface_t, cairo_surface_destroy)

G_END_DECLS
