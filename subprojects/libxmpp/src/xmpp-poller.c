/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-poller.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/epoll.h>
#include <unistd.h>

/* One for each context that has watches; it goes with the last of them. */
typedef struct
{
  GSource source;          /* must be first */
  GMainContext *context;   /* borrowed: it owns the source */
  int epoll_fd;
  gpointer tag;            /* of epoll_fd in the source */
  GQueue watches;          /* XmppWatch, borrowed */
  gint64 next;             /* the earliest time of a watch, or earlier; 0: none */
} Poller;

struct _XmppWatch
{
  grefcount ref_count;     /* one of the owner's; others while it is being told */
  Poller *poller;          /* owned */
  GList link;
  const XmppWatchEvents *events;
  gpointer user_data;
  int fd;
  GIOCondition wanted;     /* what is waited for */
  GIOCondition armed;      /* what epoll knows: at least that, and what was waited for until the last event */
  gint64 time;
  gboolean freed;
};

G_LOCK_DEFINE_STATIC (pollers);
static GHashTable *pollers;   /* GMainContext → Poller, borrowed */

static void
watch_unref (XmppWatch *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;
  g_source_unref (&self->poller->source);
  g_free (self);
}

/* Level-triggered, and changed only when it must be: a connection that is read and waits again costs no system call.
 * A file for which nothing is waited is taken out, because epoll tells that it was hung up whatever is asked. */
static gboolean
arm (XmppWatch    *self,
     GIOCondition  condition)
{
  struct epoll_event event = { .data.ptr = self };
  int operation = condition == 0 ? EPOLL_CTL_DEL : self->armed == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

  if (condition == self->armed)
    return TRUE;
  if (condition & G_IO_IN)
    event.events |= EPOLLIN;
  if (condition & G_IO_OUT)
    event.events |= EPOLLOUT;
  self->armed = condition;
  return epoll_ctl (self->poller->epoll_fd, operation, self->fd, &event) == 0;
}

static void
tell_ready (XmppWatch *self,
            guint32    events)
{
  GIOCondition got = 0;

  if (self->freed)
    return;
  if (events & EPOLLIN)
    got |= G_IO_IN;
  if (events & EPOLLOUT)
    got |= G_IO_OUT;
  if (events & (EPOLLHUP | EPOLLERR))   /* whoever reads or writes finds out */
    got |= G_IO_IN | G_IO_OUT;
  got &= self->wanted;
  if (got == 0)
    {
      arm (self, self->wanted);   /* of no interest any more */
      return;
    }
  self->wanted &= ~got;
  self->events->ready (got, self->user_data);
}

static void
tell_sockets (Poller *self)
{
  struct epoll_event events[XMPP_POLLER_EVENTS];
  int n = epoll_wait (self->epoll_fd, events, XMPP_POLLER_EVENTS, 0);

  for (int i = 0; i < n; i++)
    g_ref_count_inc (&((XmppWatch *) events[i].data.ptr)->ref_count);
  for (int i = 0; i < n; i++)
    {
      tell_ready (events[i].data.ptr, events[i].events);
      watch_unref (events[i].data.ptr);
    }
}

/* Whole seconds, so that thousands of watches are few turns. */
static void
set_next (Poller *self,
          gint64  time)
{
  if (self->next != 0 && self->next <= time)
    return;
  self->next = (time + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC * G_USEC_PER_SEC;
  g_source_set_ready_time (&self->source, self->next);
}

static void
tell_times (Poller *self,
            gint64  now)
{
  g_autoptr (GPtrArray) due = g_ptr_array_new_with_free_func ((GDestroyNotify) watch_unref);

  self->next = 0;
  g_source_set_ready_time (&self->source, -1);
  for (GList *l = self->watches.head; l != NULL; l = l->next)
    {
      XmppWatch *watch = l->data;

      if (watch->time == 0)
        continue;
      if (watch->time > now)
        {
          set_next (self, watch->time);
          continue;
        }
      watch->time = 0;
      g_ref_count_inc (&watch->ref_count);
      g_ptr_array_add (due, watch);
    }
  for (guint i = 0; i < due->len; i++)
    {
      XmppWatch *watch = g_ptr_array_index (due, i);

      if (!watch->freed)
        watch->events->time (watch->user_data);
    }
}

static gboolean
poller_dispatch (GSource     *source,
                 GSourceFunc  callback,
                 gpointer     user_data)
{
  Poller *self = (Poller *) source;
  gint64 now = g_source_get_time (source);

  g_source_ref (source);   /* the last watch may go */
  if (g_source_query_unix_fd (source, self->tag) != 0)
    tell_sockets (self);
  if (self->next != 0 && now >= self->next)
    tell_times (self, now);
  g_source_unref (source);
  return G_SOURCE_CONTINUE;
}

static void
poller_finalize (GSource *source)
{
  close (((Poller *) source)->epoll_fd);
}

static GSourceFuncs poller_funcs = { NULL, NULL, poller_dispatch, poller_finalize, NULL, NULL };

static Poller *
poller_new (GMainContext *context)
{
  Poller *self = (Poller *) g_source_new (&poller_funcs, sizeof (Poller));

  self->context = context;
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll_fd < 0)
    g_error ("No epoll file can be made: %s", g_strerror (errno));
  self->tag = g_source_add_unix_fd (&self->source, self->epoll_fd, G_IO_IN);
  g_queue_init (&self->watches);
  g_source_set_static_name (&self->source, "xmpp poller");
  g_source_attach (&self->source, context);
  return self;
}

XmppWatch *
xmpp_watch_new (GMainContext          *context,
                int                    fd,
                const XmppWatchEvents *events,
                gpointer               user_data)
{
  XmppWatch *self;
  Poller *poller;

  g_return_val_if_fail (context != NULL && events != NULL && events->time != NULL && (fd < 0 || events->ready != NULL),
                        NULL);

  self = g_new0 (XmppWatch, 1);
  G_LOCK (pollers);
  if (pollers == NULL)
    pollers = g_hash_table_new (NULL, NULL);
  poller = g_hash_table_lookup (pollers, context);
  if (poller == NULL)
    {
      poller = poller_new (context);
      g_hash_table_insert (pollers, context, poller);
    }
  else
    g_source_ref (&poller->source);
  self->link.data = self;
  g_queue_push_tail_link (&poller->watches, &self->link);
  G_UNLOCK (pollers);
  g_ref_count_init (&self->ref_count);
  self->poller = poller;
  self->fd = fd;
  self->events = events;
  self->user_data = user_data;
  return self;
}

void
xmpp_watch_free (XmppWatch *self)
{
  Poller *poller;

  g_return_if_fail (self != NULL && !self->freed);

  poller = self->poller;
  self->freed = TRUE;
  arm (self, 0);
  G_LOCK (pollers);
  g_queue_unlink (&poller->watches, &self->link);
  if (poller->watches.length == 0)
    {
      g_hash_table_remove (pollers, poller->context);
      if (g_hash_table_size (pollers) == 0)
        g_clear_pointer (&pollers, g_hash_table_unref);
      g_source_destroy (&poller->source);
    }
  G_UNLOCK (pollers);
  watch_unref (self);
}

gboolean
xmpp_watch_wait (XmppWatch    *self,
                 GIOCondition  condition)
{
  g_return_val_if_fail (self != NULL && self->fd >= 0, FALSE);

  self->wanted |= condition;
  return (self->wanted & ~self->armed) == 0 || arm (self, self->wanted);
}

void
xmpp_watch_set_time (XmppWatch *self,
                     gint64     time)
{
  g_return_if_fail (self != NULL);

  self->time = time;
  if (time != 0)
    set_next (self->poller, time);
}
