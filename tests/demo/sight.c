/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sight.h"

#include <string.h>

#define ACCESSIBLE "org.a11y.atspi.Accessible"
#define COMPONENT "org.a11y.atspi.Component"
#define VALUE "org.a11y.atspi.Value"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define ROOT_PATH "/org/a11y/atspi/accessible/root"
#define COORDINATES_OF_WINDOW 1          /* ATSPI_COORD_TYPE_WINDOW */
#define ANSWER_MS 10000
#define MAX_DEPTH 60
#define MAX_SEEN 5000

struct _Sight
{
  GDBusConnection *bus;                  /* owned */
  GHashTable *pids;                      /* unique name → pid */
  char *program;                         /* unique name of who was looked at last */
  guint n_waiting;                       /* questions without an answer */
  guint n_seen;                          /* in this look */
};

static void
seen_clear (gpointer data)
{
  seen_free (data);
}

static Seen *
seen_new (Seen       *parent,
          const char *path)
{
  Seen *self = g_new0 (Seen, 1);

  self->parent = parent;
  self->path = g_strdup (path);
  self->children = g_ptr_array_new_with_free_func (seen_clear);

  return self;
}

void
seen_free (Seen *self)
{
  g_ptr_array_unref (self->children);
  g_free (self->path);
  g_free (self->role);
  g_free (self->name);
  g_free (self->description);
  g_free (self);
}

/* The bus */

static GVariant *
call (GDBusConnection *bus,
      const char      *name,
      const char      *path,
      const char      *interface,
      const char      *method,
      GVariant        *arguments,
      GError         **error)
{
  return g_dbus_connection_call_sync (bus, name, path, interface, method, arguments, NULL, G_DBUS_CALL_FLAGS_NONE,
                                      ANSWER_MS, NULL, error);
}

Sight *
sight_open (GError **error)
{
  g_autoptr (GDBusConnection) session = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, error);
  g_autoptr (GVariant) answer = NULL;
  GDBusConnection *bus;
  const char *address;
  Sight *self;

  if (session != NULL)
    answer = call (session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", NULL, error);
  if (answer == NULL)
    return NULL;
  g_variant_get (answer, "(&s)", &address);
  bus = g_dbus_connection_new_for_address_sync (address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, error);
  if (bus == NULL)
    return NULL;

  self = g_new0 (Sight, 1);
  self->bus = bus;
  self->pids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
sight_close (Sight *self)
{
  g_object_unref (self->bus);
  g_hash_table_unref (self->pids);
  g_free (self->program);
  g_free (self);
}

/* Names are never given twice, so the pid behind one stays. */
static int
get_pid (Sight      *self,
         const char *name)
{
  guint32 pid = GPOINTER_TO_UINT (g_hash_table_lookup (self->pids, name));
  g_autoptr (GVariant) answer = NULL;

  if (pid != 0)
    return (int) pid;
  answer = call (self->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                 "GetConnectionUnixProcessID", g_variant_new ("(s)", name), NULL);
  if (answer == NULL)
    return 0;
  g_variant_get (answer, "(u)", &pid);
  g_hash_table_insert (self->pids, g_strdup (name), GUINT_TO_POINTER (pid));

  return (int) pid;
}

/* The programs that have registered themselves are the children of the registry. */
static char *
find_program (Sight *self,
              int    pid)
{
  g_autoptr (GVariant) answer = call (self->bus, "org.a11y.atspi.Registry", ROOT_PATH, ACCESSIBLE, "GetChildren",
                                      NULL, NULL);
  g_autoptr (GVariantIter) children = NULL;
  const char *name;

  if (answer == NULL)
    return NULL;
  g_variant_get (answer, "(a(so))", &children);
  while (g_variant_iter_next (children, "(&s&o)", &name, NULL))
    if (get_pid (self, name) == pid)
      return g_strdup (name);

  return NULL;
}

/* Looking */

typedef struct
{
  Sight *sight;
  Seen *seen;
  void (*take) (Seen *seen, GVariant *answer);
} Question;

static void
on_answer (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autofree Question *question = data;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  question->sight->n_waiting--;
  /* What has gone since, or is no widget and has no size, does not answer. */
  if (answer != NULL)
    question->take (question->seen, answer);
}

static void
ask (Sight      *self,
     Seen       *seen,
     const char *interface,
     const char *method,
     GVariant   *arguments,
     const char *type,
     void      (*take) (Seen *seen, GVariant *answer))
{
  Question *question = g_new (Question, 1);

  *question = (Question) { self, seen, take };
  self->n_waiting++;
  g_dbus_connection_call (self->bus, self->program, seen->path, interface, method, arguments, G_VARIANT_TYPE (type),
                          G_DBUS_CALL_FLAGS_NONE, ANSWER_MS, NULL, on_answer, question);
}

static void
take_children (Seen     *seen,
               GVariant *answer)
{
  g_autoptr (GVariantIter) children = NULL;
  const char *path;

  g_variant_get (answer, "(a(so))", &children);
  while (g_variant_iter_next (children, "(&s&o)", NULL, &path))
    if (!g_str_has_suffix (path, "/null"))
      g_ptr_array_add (seen->children, seen_new (seen, path));
}

static void
take_role (Seen     *seen,
           GVariant *answer)
{
  g_variant_get (answer, "(s)", &seen->role);
}

static void
take_properties (Seen     *seen,
                 GVariant *answer)
{
  g_autoptr (GVariant) all = g_variant_get_child_value (answer, 0);

  g_variant_lookup (all, "Name", "s", &seen->name);
  g_variant_lookup (all, "Description", "s", &seen->description);
}

static void
take_extents (Seen     *seen,
              GVariant *answer)
{
  g_variant_get (answer, "((iiii))", &seen->x, &seen->y, &seen->width, &seen->height);
}

/* All of one depth are asked together: the program answers in one go, and the walk is as long as the tree is deep. */
static void
look_at (Sight     *self,
         GPtrArray *level)
{
  for (guint i = 0; i < level->len; i++)
    {
      Seen *seen = level->pdata[i];

      ask (self, seen, ACCESSIBLE, "GetChildren", NULL, "(a(so))", take_children);
      ask (self, seen, ACCESSIBLE, "GetRoleName", NULL, "(s)", take_role);
      ask (self, seen, PROPERTIES, "GetAll", g_variant_new ("(s)", ACCESSIBLE), "(a{sv})", take_properties);
      if (seen->parent != NULL)
        ask (self, seen, COMPONENT, "GetExtents", g_variant_new ("(u)", COORDINATES_OF_WINDOW), "((iiii))",
             take_extents);
    }
  while (self->n_waiting > 0)
    g_main_context_iteration (NULL, TRUE);
  self->n_seen += level->len;
}

Seen *
sight_look (Sight *self,
            int    pid)
{
  g_autoptr (GPtrArray) level = g_ptr_array_new ();
  Seen *root;

  g_free (self->program);
  self->program = find_program (self, pid);
  if (self->program == NULL)
    return NULL;
  root = seen_new (NULL, ROOT_PATH);
  g_ptr_array_add (level, root);
  self->n_seen = 0;
  for (int depth = 0; level->len > 0 && depth < MAX_DEPTH && self->n_seen + level->len < MAX_SEEN; depth++)
    {
      GPtrArray *next = g_ptr_array_new ();

      look_at (self, level);
      for (guint i = 0; i < level->len; i++)
        g_ptr_array_extend (next, ((Seen *) level->pdata[i])->children, NULL, NULL);
      g_ptr_array_unref (level);
      level = next;
    }

  return root;
}

/* Finding */

static gboolean
is_named (const char *actual,
          const char *name)
{
  if (g_str_has_prefix (name, "…"))
    return g_str_has_suffix (actual, name + strlen ("…"));
  if (g_str_has_suffix (name, "…"))
    return strncmp (actual, name, strlen (name) - strlen ("…")) == 0;

  return strcmp (actual, name) == 0;
}

/* GTK 4.8 gives the pages of a stack that are not shown the size that they once had, but no point is in them. */
static gboolean
is_shown (Sight *self,
          Seen  *seen)
{
  g_autoptr (GVariant) answer = NULL;
  gboolean is_inside = FALSE;

  if (seen->width <= 0)
    return FALSE;
  answer = call (self->bus, self->program, seen->path, COMPONENT, "Contains",
                 g_variant_new ("(iiu)", seen->x + seen->width / 2, seen->y + seen->height / 2, COORDINATES_OF_WINDOW),
                 NULL);
  if (answer != NULL)
    g_variant_get (answer, "(b)", &is_inside);

  return is_inside;
}

Seen *
sight_find (Sight      *self,
            Seen       *root,
            const char *role,
            const char *name)
{
  if ((role == NULL || g_strcmp0 (root->role, role) == 0) &&
      (name == NULL || (root->name != NULL && is_named (root->name, name))) && is_shown (self, root))
    return root;
  for (guint i = 0; i < root->children->len; i++)
    {
      Seen *found = sight_find (self, root->children->pdata[i], role, name);

      if (found != NULL)
        return found;
    }

  return NULL;
}

Seen *
sight_find_text (Sight      *self,
                 Seen       *root,
                 const char *text)
{
  if (((root->name != NULL && strstr (root->name, text) != NULL) ||
       (root->description != NULL && strstr (root->description, text) != NULL)) && is_shown (self, root))
    return root;
  for (guint i = 0; i < root->children->len; i++)
    {
      Seen *found = sight_find_text (self, root->children->pdata[i], text);

      if (found != NULL)
        return found;
    }

  return NULL;
}

gboolean
sight_get_value (Sight  *self,
                 Seen   *seen,
                 double *out)
{
  g_autoptr (GVariant) answer = call (self->bus, self->program, seen->path, PROPERTIES, "Get",
                                      g_variant_new ("(ss)", VALUE, "CurrentValue"), NULL);
  g_autoptr (GVariant) value = NULL;

  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(v)", &value);
  *out = g_variant_get_double (value);

  return TRUE;
}

Seen *
seen_get_window (Seen *self)
{
  while (self->parent != NULL && self->parent->parent != NULL)
    self = self->parent;

  return self;
}

Seen *
seen_get_popover (Seen *self)
{
  while (self != NULL && g_strcmp0 (self->role, "tool tip") != 0)
    self = self->parent;

  return self;
}

void
seen_print (Seen *self)
{
  if (self->name != NULL && *self->name != '\0')
    g_printerr ("    %s “%s”, %d×%d at %d,%d\n", self->role, self->name, self->width, self->height, self->x, self->y);
  for (guint i = 0; i < self->children->len; i++)
    seen_print (self->children->pdata[i]);
}
