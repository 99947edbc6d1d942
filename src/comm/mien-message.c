/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-conversation-private.h"

struct _MienMessage
{
  GObject      parent_instance;

  char        *id;
  char        *body;
  char        *error;
  gint64       time;
  MienDelivery delivery;
  gboolean     own;
};

enum { PROP_DELIVERY = 1, N_PROPS };
static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (MienMessage, mien_message, G_TYPE_OBJECT)

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_DELIVERY)
    g_value_set_int (value, MIEN_MESSAGE (object)->delivery);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mien_message_finalize (GObject *object)
{
  MienMessage *self = MIEN_MESSAGE (object);

  g_free (self->id);
  g_free (self->body);
  g_free (self->error);
  G_OBJECT_CLASS (mien_message_parent_class)->finalize (object);
}

static void
mien_message_class_init (MienMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = get_property;
  object_class->finalize = mien_message_finalize;
  props[PROP_DELIVERY] = g_param_spec_int ("delivery", NULL, NULL, MIEN_DELIVERY_SENDING, MIEN_DELIVERY_FAILED,
                                           MIEN_DELIVERY_SENDING, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
mien_message_init (MienMessage *self)
{
}

MienMessage *
mien_message_new (const char *id, const char *body, gint64 time, gboolean own)
{
  MienMessage *self = g_object_new (MIEN_TYPE_MESSAGE, NULL);

  self->id = g_strdup (id);
  self->body = g_strdup (body);
  self->time = time;
  self->own = own;
  self->delivery = own ? MIEN_DELIVERY_SENDING : MIEN_DELIVERY_DELIVERED;
  return self;
}

void
mien_message_set_delivery (MienMessage *self, MienDelivery delivery, const char *error)
{
  if (self->delivery == delivery)
    return;
  self->delivery = delivery;
  g_free (self->error);
  self->error = g_strdup (error);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DELIVERY]);
}

const char *
mien_message_get_id (MienMessage *self)
{
  g_return_val_if_fail (MIEN_IS_MESSAGE (self), NULL);
  return self->id;
}

const char *
mien_message_get_body (MienMessage *self)
{
  g_return_val_if_fail (MIEN_IS_MESSAGE (self), NULL);
  return self->body;
}

gint64
mien_message_get_time (MienMessage *self)
{
  g_return_val_if_fail (MIEN_IS_MESSAGE (self), 0);
  return self->time;
}

gboolean
mien_message_is_own (MienMessage *self)
{
  g_return_val_if_fail (MIEN_IS_MESSAGE (self), FALSE);
  return self->own;
}

MienDelivery
mien_message_get_delivery (MienMessage *self)
{
  g_return_val_if_fail (MIEN_IS_MESSAGE (self), MIEN_DELIVERY_FAILED);
  return self->delivery;
}

const char *
mien_message_get_error (MienMessage *self)
{
  g_return_val_if_fail (MIEN_IS_MESSAGE (self), NULL);
  return self->error;
}
