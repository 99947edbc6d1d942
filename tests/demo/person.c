/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "person.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiAccessible, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiStateSet, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiComponent, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiText, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiValue, g_object_unref)

#define MAX_DEPTH 40
#define MAX_CHILDREN 400
#define POLL_MS 40

struct _Person
{
  DemoScreen      *screen;                   /* borrowed */
  char        *name;
  GSubprocess *process;                  /* owned */
  int          pid;
};

Person *
person_new (DemoScreen *screen, const char *name, const char * const *argv, GError **error)
{
  GSubprocess *process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, error);
  if (process == NULL)
    return NULL;

  Person *self = g_new0 (Person, 1);
  self->screen = screen;
  self->name = g_strdup (name);
  self->process = process;
  self->pid = atoi (g_subprocess_get_identifier (process));
  return self;
}

void
person_free (Person *self)
{
  g_subprocess_send_signal (self->process, SIGTERM);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->process);
  g_free (self->name);
  g_free (self);
}

int
person_get_pid (Person *self)
{
  return self->pid;
}

/* ---- Seeing ---- */

static AtspiAccessible *
get_application (Person *self)
{
  AtspiAccessible *desktop = atspi_get_desktop (0), *found = NULL;
  /* What is asked is asked anew each time: a cache would show the window of a moment ago. */
  atspi_accessible_set_cache_mask (desktop, ATSPI_CACHE_NONE);
  int n = atspi_accessible_get_child_count (desktop, NULL);
  for (int i = 0; i < n && found == NULL; i++)
    {
      AtspiAccessible *application = atspi_accessible_get_child_at_index (desktop, i, NULL);
      if (application != NULL && (int) atspi_accessible_get_process_id (application, NULL) == self->pid)
        found = g_object_ref (application);
      g_clear_object (&application);
    }
  g_object_unref (desktop);
  return found;
}

/* GTK 4.8 says "showing" of windows alone; inside them, what is not shown is not visible or has no size. */
static gboolean
is_shown (AtspiAccessible *element)
{
  g_autoptr (AtspiStateSet) states = atspi_accessible_get_state_set (element);
  return states != NULL && atspi_state_set_contains (states, ATSPI_STATE_VISIBLE);
}

static gboolean
get_extents (AtspiAccessible *element, AtspiRect *out)
{
  g_autoptr (AtspiComponent) component = atspi_accessible_get_component_iface (element);
  AtspiRect *rect = component != NULL ? atspi_component_get_extents (component, ATSPI_COORD_TYPE_WINDOW, NULL) : NULL;
  if (rect == NULL)
    return FALSE;
  *out = *rect;
  g_free (rect);
  return out->width > 0 && out->height > 0;
}

static gboolean
matches (AtspiAccessible *element, const char *role, const char *name)
{
  if (role != NULL)
    {
      g_autofree char *actual = atspi_accessible_get_role_name (element, NULL);
      if (g_strcmp0 (actual, role) != 0)
        return FALSE;
    }
  if (name == NULL)
    return TRUE;

  g_autofree char *actual = atspi_accessible_get_name (element, NULL);
  if (actual == NULL)
    return FALSE;
  if (g_str_has_prefix (name, "…"))
    return g_str_has_suffix (actual, name + strlen ("…"));
  if (g_str_has_suffix (name, "…"))
    return strncmp (actual, name, strlen (name) - strlen ("…")) == 0;
  return strcmp (actual, name) == 0;
}

typedef gboolean (*Visit) (AtspiAccessible *element, gpointer data);

/* Depth first over what is shown; returns the first element that @visit takes. (transfer full) */
static AtspiAccessible *
walk (AtspiAccessible *element, int depth, Visit visit, gpointer data)
{
  if (visit (element, data))
    return g_object_ref (element);
  if (depth >= MAX_DEPTH)
    return NULL;

  int n = atspi_accessible_get_child_count (element, NULL);
  for (int i = 0; i < MIN (n, MAX_CHILDREN); i++)
    {
      g_autoptr (AtspiAccessible) child = atspi_accessible_get_child_at_index (element, i, NULL);
      /* Of a window that has just come, GTK 4.8 may not say that it is visible. */
      if (child == NULL || (depth > 0 && !is_shown (child)))
        continue;
      AtspiAccessible *found = walk (child, depth + 1, visit, data);
      if (found != NULL)
        return found;
    }
  return NULL;
}

typedef struct { const char *role, *name; } Wanted;

static gboolean
visit_wanted (AtspiAccessible *element, gpointer data)
{
  Wanted *wanted = data;
  AtspiRect rect;
  return matches (element, wanted->role, wanted->name) && get_extents (element, &rect);
}

AtspiAccessible *
person_see (Person *self, const char *role, const char *name)
{
  g_autoptr (AtspiAccessible) application = get_application (self);
  Wanted wanted = { role, name };
  return application != NULL ? walk (application, 0, visit_wanted, &wanted) : NULL;
}

static gboolean
visit_text (AtspiAccessible *element, gpointer data)
{
  g_autofree char *name = atspi_accessible_get_name (element, NULL);
  g_autofree char *description = atspi_accessible_get_description (element, NULL);
  if ((name != NULL && strstr (name, data)) || (description != NULL && strstr (description, data)))
    return TRUE;

  g_autoptr (AtspiText) text = atspi_accessible_get_text_iface (element);
  if (text == NULL)
    return FALSE;
  g_autofree char *content = atspi_text_get_text (text, 0, atspi_text_get_character_count (text, NULL), NULL);
  return content != NULL && strstr (content, data);
}

gboolean
person_sees_text (Person *self, const char *text)
{
  g_autoptr (AtspiAccessible) application = get_application (self);
  if (application == NULL)
    return FALSE;
  g_autoptr (AtspiAccessible) found = walk (application, 0, visit_text, (gpointer) text);
  return found != NULL;
}

static gboolean
visit_dump (AtspiAccessible *element, gpointer data)
{
  g_autofree char *role = atspi_accessible_get_role_name (element, NULL);
  g_autofree char *name = atspi_accessible_get_name (element, NULL);
  if (name != NULL && *name != '\0')
    g_printerr ("    %s “%s”\n", role, name);
  return FALSE;
}

void
person_dump (Person *self)
{
  g_autoptr (AtspiAccessible) application = get_application (self);
  g_printerr ("%s sees:\n", self->name);
  if (application != NULL)
    walk (application, 0, visit_dump, NULL);
}

static void G_GNUC_NORETURN
give_up (Person *self, const char *role, const char *name)
{
  g_autoptr (GError) error = NULL;
  person_dump (self);
  screen_save (self->screen, "failed.png", &error);
  g_printerr ("%s waited in vain for: %s “%s”; the screen is in failed.png\n", self->name, role ? role : "anything", name ? name : "");
  exit (1);
}

/* The other processes need the time between two looks; the bus tells of no change that would cover every wait here. */
static gboolean
wait_more (gint64 start)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_usleep (POLL_MS * 1000);
  return g_get_monotonic_time () - start < PERSON_DEADLINE_MS * G_TIME_SPAN_MILLISECOND;
}

AtspiAccessible *
person_wait_for (Person *self, const char *role, const char *name)
{
  gint64 start = g_get_monotonic_time ();
  do
    {
      AtspiAccessible *found = person_see (self, role, name);
      if (found != NULL)
        return found;
    }
  while (wait_more (start));
  give_up (self, role, name);
}

void
person_wait_gone (Person *self, const char *role, const char *name)
{
  gint64 start = g_get_monotonic_time ();
  do
    {
      g_autoptr (AtspiAccessible) found = person_see (self, role, name);
      if (found == NULL)
        return;
    }
  while (wait_more (start));
  give_up (self, "that it goes:", name);
}

void
person_wait_for_text (Person *self, const char *text)
{
  gint64 start = g_get_monotonic_time ();
  do
    if (person_sees_text (self, text))
      return;
  while (wait_more (start));
  give_up (self, "the text", text);
}

/* The client answers on the main loop that also handles its events: after some questions and answers it has turned past
 * whatever the screen had sent before. */
static void
wait_handled (Person *self)
{
  for (int i = 0; i < 4; i++)
    {
      g_autoptr (AtspiAccessible) application = get_application (self);
      g_autoptr (AtspiAccessible) first = application != NULL ? atspi_accessible_get_child_at_index (application, 0, NULL) : NULL;
      AtspiRect rect;
      if (application != NULL)
        g_free (atspi_accessible_get_name (application, NULL));
      if (first != NULL)
        get_extents (first, &rect);
    }
}

/* Asked of the X server: a client that is asked about a window while it takes it down may fall over it (GTK 4.8). */
void
person_wait_window (Person *self, const char *title, gboolean there)
{
  gint64 start = g_get_monotonic_time ();
  int x, y, width, height;

  do
    if (screen_find_window (self->screen, self->pid, title, &x, &y, &width, &height) == there)
      {
        if (!there)
          wait_handled (self);
        return;
      }
  while (wait_more (start));
  give_up (self, there ? "the window" : "the end of the window", title);
}

/* ---- Doing ---- */

/* The window that holds an element: its accessible, for the title, or NULL. (transfer full) */
static AtspiAccessible *
get_frame (AtspiAccessible *element)
{
  AtspiAccessible *at = g_object_ref (element);
  while (at != NULL)
    {
      g_autoptr (AtspiAccessible) parent = atspi_accessible_get_parent (at, NULL);
      if (parent == NULL || atspi_accessible_get_role (parent, NULL) == ATSPI_ROLE_APPLICATION)
        return at;
      g_object_unref (at);
      at = g_steal_pointer (&parent);
    }
  return NULL;
}

/* A point of an element on the screen. GTK's window coordinates begin inside the shadow that its X window includes. */
static gboolean
get_point (Person *self, AtspiAccessible *element, double fx, double fy, int *x, int *y)
{
  g_autoptr (AtspiAccessible) frame = get_frame (element);
  AtspiRect inner, rect;
  int left, top, width, height;
  if (frame == NULL || !get_extents (frame, &inner) || !get_extents (element, &rect))
    return FALSE;
  g_autofree char *title = atspi_accessible_get_name (frame, NULL);
  if (!screen_find_window (self->screen, self->pid, title != NULL && *title != '\0' ? title : NULL, &left, &top, &width, &height)
      && !screen_find_window (self->screen, self->pid, NULL, &left, &top, &width, &height))
    return FALSE;
  *x = left + (width - inner.width) / 2 + rect.x + (int) (fx * rect.width);
  *y = top + (height - inner.height) / 2 + rect.y + (int) (fy * rect.height);
  return TRUE;
}

/* Waits until the element has stopped moving: a window that has just opened is still being laid out. */
static void
wait_point (Person *self, const char *role, const char *name, double fx, double fy, int *x, int *y)
{
  gint64 start = g_get_monotonic_time ();
  int last_x = -1, last_y = -1;
  do
    {
      g_autoptr (AtspiAccessible) element = person_wait_for (self, role, name);
      if (get_point (self, element, fx, fy, x, y) && *x == last_x && *y == last_y)
        return;
      last_x = *x;
      last_y = *y;
    }
  while (wait_more (start));
  give_up (self, role, name);
}

void
person_look_at (Person *self)
{
  screen_raise_window (self->screen, self->pid, NULL);
}

void
person_click_at (Person *self, const char *role, const char *name, double fx, double fy)
{
  int x, y;
  wait_point (self, role, name, fx, fy, &x, &y);
  screen_click (self->screen, x, y);
  wait_handled (self);
}

void
person_click (Person *self, const char *role, const char *name)
{
  person_click_at (self, role, name, 0.5, 0.5);
}

void
person_hover (Person *self, const char *role, const char *name)
{
  int x, y;
  wait_point (self, role, name, 0.5, 0.5, &x, &y);
  screen_move (self->screen, x, y);
}

void
person_drag_by (Person *self, const char *role, const char *name, double fx, double fy, int dx, int dy)
{
  int x, y;
  wait_point (self, role, name, fx, fy, &x, &y);
  screen_drag (self->screen, x, y, x + dx, y + dy);
}

void
person_scroll (Person *self, const char *role, const char *name, int clicks)
{
  person_hover (self, role, name);
  screen_scroll (self->screen, clicks);
}

static gboolean
visit_active (AtspiAccessible *element, gpointer data)
{
  g_autoptr (AtspiStateSet) states = atspi_accessible_get_state_set (element);
  return atspi_accessible_get_role (element, NULL) == ATSPI_ROLE_FRAME && states != NULL
         && atspi_state_set_contains (states, ATSPI_STATE_ACTIVE);
}

/* Keys go to the active window, and a click makes a window active only when the window manager has seen it. */
static void
wait_active (Person *self)
{
  gint64 start = g_get_monotonic_time ();

  do
    {
      g_autoptr (AtspiAccessible) application = get_application (self);
      g_autoptr (AtspiAccessible) frame = application != NULL ? walk (application, MAX_DEPTH - 1, visit_active, NULL) : NULL;
      if (frame != NULL)
        return;
    }
  while (wait_more (start));
  give_up (self, "an active", "window");
}

double
person_get_value (Person *self, const char *role, const char *name)
{
  g_autoptr (AtspiAccessible) element = person_wait_for (self, role, name);
  g_autoptr (AtspiValue) value = atspi_accessible_get_value_iface (element);

  return value != NULL ? atspi_value_get_current_value (value, NULL) : 0;
}

void
person_type_into (Person *self, const char *role, const char *name, const char *text)
{
  person_click (self, role, name);
  wait_active (self);
  screen_type (self->screen, text);
}

void
person_type (Person *self, const char *text)
{
  screen_type (self->screen, text);
}

void
person_key (Person *self, const char *keys)
{
  screen_key (self->screen, keys);
  wait_handled (self);
}
