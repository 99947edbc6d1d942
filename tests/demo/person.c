/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "person.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The other processes need the time between two looks; the bus tells of no change that would cover every wait here. */
#define LOOK_MS 50

struct _Person
{
  TestScreen *screen;                    /* borrowed */
  Sight *sight;                          /* borrowed */
  char *name;
  char *folder;
  GSubprocess *process;                  /* owned */
  int pid;
  gboolean may_end;
};

static void
on_ended (GObject      *source,
          GAsyncResult *result,
          gpointer      data)
{
  GSubprocess *process = G_SUBPROCESS (source);
  Person *self = data;

  /* Cancelled never: who frees a person waits for this. */
  g_subprocess_wait_finish (process, result, NULL);
  self->pid = 0;
  if (self->may_end)
    return;
  if (g_subprocess_get_if_signaled (process))
    person_give_up (self, "%s's client ended by signal %d", self->name, g_subprocess_get_term_sig (process));
  person_give_up (self, "%s's client ended by itself with status %d", self->name,
                  g_subprocess_get_exit_status (process));
}

/* In the client's process: it goes with this one, even when a signal ends this one. */
static void
bind_to_parent (gpointer parent)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (getppid () != GPOINTER_TO_INT (parent))
    raise (SIGTERM);
}

Person *
person_new (TestScreen         *screen,
            Sight              *sight,
            const char         *name,
            const char * const *argv,
            const char         *folder,
            GError            **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  GSubprocess *process;
  Person *self;

  g_subprocess_launcher_set_child_setup (launcher, bind_to_parent, GINT_TO_POINTER (getpid ()), NULL);
  process = g_subprocess_launcher_spawnv (launcher, argv, error);
  if (process == NULL)
    return NULL;

  self = g_new0 (Person, 1);
  self->screen = screen;
  self->sight = sight;
  self->name = g_strdup (name);
  self->folder = g_strdup (folder);
  self->process = process;
  self->pid = atoi (g_subprocess_get_identifier (process));
  g_subprocess_wait_async (process, NULL, on_ended, self);

  return self;
}

void
person_free (Person *self)
{
  self->may_end = TRUE;
  if (self->pid != 0)
    g_subprocess_send_signal (self->process, SIGTERM);
  while (self->pid != 0)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (self->process);
  g_free (self->name);
  g_free (self->folder);
  g_free (self);
}

/* Giving up */

void
person_give_up (Person     *self,
                const char *format,
                ...)
{
  g_autoptr (Seen) seen = self->pid != 0 ? sight_look (self->sight, self->pid) : NULL;
  g_autofree char *file = g_build_filename (self->folder, "failed.png", NULL);
  cairo_surface_t *picture = test_screen_capture_all (self->screen);
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  if (seen != NULL)
    {
      g_printerr ("%s sees:\n", self->name);
      seen_print (seen);
    }
  if (picture != NULL)
    cairo_surface_write_to_png (picture, file);
  g_printerr ("%s. The screen is in %s\n", what, file);
  exit (1);
}

static void G_GNUC_NORETURN
waited_in_vain (Person     *self,
                const char *role,
                const char *name)
{
  person_give_up (self, "%s waited in vain for %s “%s”", self->name, role != NULL ? role : "anything called", name);
}

/* Waiting */

static gint64
get_deadline (void)
{
  return g_get_monotonic_time () + PERSON_DEADLINE_MS * G_TIME_SPAN_MILLISECOND;
}

static gboolean
on_time (gpointer data)
{
  *(gboolean *) data = TRUE;

  return G_SOURCE_REMOVE;
}

/* Lets the others work. FALSE: it is too late. */
static gboolean
wait_more (gint64 deadline)
{
  gboolean over = FALSE;

  g_timeout_add (LOOK_MS, on_time, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);

  return g_get_monotonic_time () < deadline;
}

/* A look, and the element in it, or NULL. */
static Seen *
look_for (Person     *self,
          const char *role,
          const char *name,
          Seen      **out_all)
{
  *out_all = sight_look (self->sight, self->pid);

  return *out_all != NULL ? sight_find (self->sight, *out_all, role, name) : NULL;
}

void
person_wait_for (Person     *self,
                 const char *role,
                 const char *name)
{
  gint64 deadline = get_deadline ();

  do
    {
      g_autoptr (Seen) all = NULL;

      if (look_for (self, role, name, &all) != NULL)
        return;
    }
  while (wait_more (deadline));
  waited_in_vain (self, role, name);
}

void
person_wait_gone (Person     *self,
                  const char *role,
                  const char *name)
{
  gint64 deadline = get_deadline ();

  do
    {
      g_autoptr (Seen) all = NULL;

      if (look_for (self, role, name, &all) == NULL && all != NULL)
        return;
    }
  while (wait_more (deadline));
  waited_in_vain (self, "the end of", name);
}

void
person_wait_for_text (Person     *self,
                      const char *text)
{
  gint64 deadline = get_deadline ();

  do
    {
      g_autoptr (Seen) all = sight_look (self->sight, self->pid);

      if (all != NULL && sight_find_text (self->sight, all, text) != NULL)
        return;
    }
  while (wait_more (deadline));
  waited_in_vain (self, "the text", text);
}

/* Asked of the X server, which knows it at once. */
void
person_wait_window (Person     *self,
                    const char *title,
                    gboolean    there)
{
  gint64 deadline = get_deadline ();
  WindowArea area;

  do
    if (windows_find (self->screen, self->pid, title, &area) == there)
      return;
  while (wait_more (deadline));
  waited_in_vain (self, there ? "the window" : "the end of the window", title);
}

double
person_wait_for_value (Person     *self,
                       const char *role,
                       const char *name,
                       double      least,
                       double      most)
{
  gint64 deadline = get_deadline ();
  double value = 0;

  do
    {
      g_autoptr (Seen) all = NULL;
      Seen *seen = look_for (self, role, name, &all);

      if (seen != NULL && sight_get_value (self->sight, seen, &value) && value >= least && value <= most)
        return value;
    }
  while (wait_more (deadline));
  person_give_up (self, "%s waited in vain for %s “%s” to be from %g to %g; it is %g", self->name, role, name, least,
                  most, value);
}

/* Doing */

/* Where an element is on the screen. Its window is found by the title that both the bus and the X server give it; a
 * popover has a window of its own, of the popover's size, which the bus does not tell of. */
static gboolean
get_area (Person     *self,
          Seen       *seen,
          WindowArea *out)
{
  Seen *window = seen_get_window (seen), *popover = seen_get_popover (seen);
  WindowArea area;

  if (popover != NULL)
    {
      if (!windows_find_popup (self->screen, self->pid, popover->width, popover->height, &area))
        return FALSE;
      area.x -= popover->x;
      area.y -= popover->y;
    }
  else
    {
      const char *title = window->name != NULL && *window->name != '\0' ? window->name : NULL;

      if (!windows_find (self->screen, self->pid, title, &area))
        return FALSE;
      /* A frame that GTK draws itself, where the window manager has no room for a shadow. */
      area.x += (area.width - window->width) / 2;
      area.y += (area.height - window->height) / 2;
    }
  *out = (WindowArea) { area.x + seen->x, area.y + seen->y, seen->width, seen->height };

  return TRUE;
}

/* Waits until the element, or the first of role @inner in it, is there and stands still: a window that has just
 * opened is still being laid out. Returns the title of its window. */
static char *
wait_area (Person     *self,
           const char *role,
           const char *name,
           const char *inner,
           WindowArea *out)
{
  gint64 deadline = get_deadline ();
  WindowArea last = { 0 };

  do
    {
      g_autoptr (Seen) all = NULL;
      Seen *seen = look_for (self, role, name, &all);

      if (seen != NULL && inner != NULL)
        seen = sight_find (self->sight, seen, inner, NULL);
      if (seen == NULL || !get_area (self, seen, out))
        *out = (WindowArea) { 0 };
      else if (memcmp (out, &last, sizeof last) == 0)
        return g_strdup (seen_get_window (seen)->name);
      last = *out;
    }
  while (wait_more (deadline));
  waited_in_vain (self, role, name);
}

static void
wait_point (Person     *self,
            const char *role,
            const char *name,
            double      fx,
            double      fy,
            int        *x,
            int        *y)
{
  WindowArea area;

  g_free (wait_area (self, role, name, NULL, &area));
  *x = area.x + (int) (fx * area.width);
  *y = area.y + (int) (fy * area.height);
}

void
person_place (Person     *self,
              const char *title,
              int         x,
              int         y)
{
  windows_place (self->screen, self->pid, title, x, y);
}

/* Keys go to the active window, which a window is only when the window manager has seen to it. */
static void
wait_active (Person     *self,
             const char *title)
{
  gint64 deadline = get_deadline ();

  do
    if (windows_is_active (self->screen, self->pid, title))
      return;
  while (wait_more (deadline));
  waited_in_vain (self, "the keyboard for", title != NULL ? title : "a window");
}

void
person_turn_to (Person *self)
{
  windows_raise (self->screen, self->pid, NULL);
  wait_active (self, NULL);
}

void
person_click_at (Person     *self,
                 const char *role,
                 const char *name,
                 double      fx,
                 double      fy)
{
  int x, y;

  wait_point (self, role, name, fx, fy, &x, &y);
  test_screen_click (self->screen, x, y);
}

void
person_click (Person     *self,
              const char *role,
              const char *name)
{
  person_click_at (self, role, name, 0.5, 0.5);
}

void
person_hover (Person     *self,
              const char *role,
              const char *name)
{
  int x, y;

  wait_point (self, role, name, 0.5, 0.5, &x, &y);
  test_screen_glide (self->screen, x, y);
}

void
person_drag_by (Person     *self,
                const char *role,
                const char *name,
                double      fx,
                double      fy,
                int         dx,
                int         dy)
{
  int x, y;

  wait_point (self, role, name, fx, fy, &x, &y);
  test_screen_drag (self->screen, x, y, x + dx, y + dy);
}

void
person_scroll (Person     *self,
               const char *role,
               const char *name,
               int         clicks)
{
  person_hover (self, role, name);
  test_screen_scroll (self->screen, clicks);
}

void
person_type_into (Person     *self,
                  const char *role,
                  const char *name,
                  const char *text)
{
  WindowArea area;
  g_autofree char *window = wait_area (self, role, name, NULL, &area);

  test_screen_click (self->screen, area.x + area.width / 2, area.y + area.height / 2);
  wait_active (self, window);
  test_screen_type (self->screen, text);
}

void
person_type (Person     *self,
             const char *text)
{
  wait_active (self, NULL);
  test_screen_type (self->screen, text);
}

void
person_keys (Person     *self,
             const char *keys)
{
  wait_active (self, NULL);
  test_screen_keys (self->screen, keys);
}

void
person_quit (Person *self)
{
  gint64 deadline = get_deadline ();

  person_turn_to (self);
  self->may_end = TRUE;
  test_screen_keys (self->screen, "Control_L+q");
  while (self->pid != 0)
    if (!wait_more (deadline))
      waited_in_vain (self, "the end of", "the client");
  if (!g_subprocess_get_successful (self->process))
    person_give_up (self, "%s's client did not end well", self->name);
}

cairo_surface_t *
person_capture (Person     *self,
                const char *role,
                const char *name,
                const char *inner)
{
  cairo_surface_t *picture;
  WindowArea area;

  g_free (wait_area (self, role, name, inner, &area));
  picture = test_screen_capture (self->screen, area.x, area.y, area.width, area.height);
  if (picture == NULL)
    person_give_up (self, "The screen cannot be read");

  return picture;
}
