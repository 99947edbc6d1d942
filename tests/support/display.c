/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

#include "display.h"

#include <adwaita.h>
#include <gdk/x11/gdkx.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "screen.h"

#define REST_MS 100              /* without a frame: at rest */
#define DRAG_STEPS 12
#define KEY_MS 500               /* from a key to the window that has it */

static TestScreen *screen;
static Display *server;                  /* its connection */

/* What GDK has given to a window so far. It holds events back until a frame and keeps the last of several motions, so
 * that one which the server has sent may be seen late, or never. */
static struct
{
  GdkSurface *surface;                   /* weak, where the pointer was last */
  double x, y;                           /* in it */
  guint n_presses, n_releases;
  guint n_keys;                          /* let go */
} seen;

static void
enter_display (char **argv)
{
  g_autoptr (GPtrArray) command = NULL;

  if (g_getenv ("MIEN_TEST_DISPLAY") != NULL)
    return;

  command = g_ptr_array_new ();
  g_ptr_array_add (command, (gpointer) MIEN_WITH_DISPLAY);
  for (char **p = argv; *p != NULL; p++)
    g_ptr_array_add (command, *p);
  g_ptr_array_add (command, NULL);

  execv (MIEN_WITH_DISPLAY, (char **) command->pdata);
  g_error ("%s: %s", MIEN_WITH_DISPLAY, g_strerror (errno));
}

/* GDK reads the events in this process. */
static void
on_pace (gpointer data)
{
  test_turn ();
}

/* Goes before GTK's own handler, in the same emission: once the main loop is back, the event has had its effect. */
static gboolean
on_event (GSignalInvocationHint *hint,
          guint                  n_values,
          const GValue          *values,
          gpointer               data)
{
  GdkEvent *event = g_value_peek_pointer (&values[1]);

  switch ((int) gdk_event_get_event_type (event))
    {
    case GDK_BUTTON_PRESS:
      seen.n_presses++;
      break;

    case GDK_BUTTON_RELEASE:
      seen.n_releases++;
      break;

    case GDK_KEY_RELEASE:
      seen.n_keys++;
      break;

    case GDK_ENTER_NOTIFY:
    case GDK_MOTION_NOTIFY:
      g_set_weak_pointer (&seen.surface, g_value_get_object (&values[0]));
      gdk_event_get_position (event, &seen.x, &seen.y);
      break;
    }

  return TRUE;
}

static void
watch_events (void)
{
  g_type_class_unref (g_type_class_ref (GDK_TYPE_SURFACE));
  g_signal_add_emission_hook (g_signal_lookup ("event", GDK_TYPE_SURFACE), 0, on_event, NULL, NULL);
}

void
test_display_init (int    *argc,
                   char ***argv)
{
  GtkSettings *settings;

  enter_display (*argv);
  g_setenv ("GTK_A11Y", "test", FALSE);
  g_setenv ("GTK_IM_MODULE", "gtk-im-context-simple", TRUE);

  g_test_init (argc, argv, NULL);
  gtk_init ();
  adw_init ();

  settings = gtk_settings_get_default ();
  g_object_set (settings,
                "gtk-enable-animations", FALSE,
                "gtk-cursor-blink", FALSE,
                "gtk-font-name", "DejaVu Sans 10",
                "gtk-xft-antialias", 1,
                "gtk-xft-hinting", 0,
                "gtk-xft-dpi", 96 * 1024,
                NULL);

  screen = test_screen_open (on_pace, NULL);
  if (screen == NULL)
    g_error ("No X server at \"%s\"", g_getenv ("DISPLAY"));
  server = test_screen_get_display (screen);
  watch_events ();
}

/* Waiting */

static gboolean
on_tick (gpointer data)
{
  *(gboolean *) data = TRUE;

  return G_SOURCE_REMOVE;
}

void
test_turn (void)
{
  gboolean over = FALSE;
  guint source = g_timeout_add (5, on_tick, &over);

  g_main_context_iteration (NULL, TRUE);
  if (!over)
    g_source_remove (source);
}

gboolean
test_wait (TestCondition condition,
           gpointer      data,
           guint         deadline_ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) deadline_ms * G_TIME_SPAN_MILLISECOND;

  while (!condition (data))
    {
      if (g_get_monotonic_time () > deadline)
        return FALSE;
      test_turn ();
    }

  return TRUE;
}

void
test_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
on_after_paint (GdkFrameClock *clock,
                gboolean      *painted)
{
  *painted = TRUE;
}

void
test_wait_frame (GtkWidget *widget)
{
  GtkNative *native = gtk_widget_get_native (widget);
  g_autoptr (GtkWidget) held = NULL;
  g_autoptr (GdkFrameClock) clock = NULL;
  gboolean painted = FALSE;
  gulong handler;

  if (native == NULL || !gtk_widget_get_mapped (GTK_WIDGET (native)))
    g_error ("%s is not in a mapped window", G_OBJECT_TYPE_NAME (widget));

  held = g_object_ref (GTK_WIDGET (native));
  clock = g_object_ref (gtk_widget_get_frame_clock (held));
  handler = g_signal_connect (clock, "after-paint", G_CALLBACK (on_after_paint), &painted);
  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
  test_wait_until (painted || !gtk_widget_get_mapped (GTK_WIDGET (native)));
  /* A window that went away took its clock's handlers along. */
  if (g_signal_handler_is_connected (clock, handler))
    g_signal_handler_disconnect (clock, handler);
}

typedef struct
{
  GdkFrameClock *clock;
  gint64 frame;
  gint64 since;                    /* when that frame was first seen */
} Rest;

static gboolean
is_at_rest (Rest *rest)
{
  gint64 frame = gdk_frame_clock_get_frame_counter (rest->clock), now = g_get_monotonic_time ();

  if (frame != rest->frame)
    rest->since = now;
  rest->frame = frame;

  return now - rest->since > REST_MS * G_TIME_SPAN_MILLISECOND;
}

void
test_wait_rest (GtkWidget *widget)
{
  Rest rest = { gtk_widget_get_frame_clock (widget), -1, 0 };

  test_wait_until (is_at_rest (&rest));
}

void
test_wait_mapped (GtkWidget *widget)
{
  test_wait_until (gtk_widget_get_mapped (widget) && gtk_widget_get_width (widget) > 0);
  test_wait_frame (widget);
  XSync (server, False);
}

void
test_wait_gone (GtkWidget *widget)
{
  test_wait_until (!gtk_widget_get_mapped (widget));
}

/* Finding */

static const char *
get_plain_name (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    return gtk_label_get_text (GTK_LABEL (widget));
  if (GTK_IS_BUTTON (widget) && gtk_button_get_label (GTK_BUTTON (widget)) != NULL)
    return gtk_button_get_label (GTK_BUTTON (widget));
  if (GTK_IS_CHECK_BUTTON (widget))
    return gtk_check_button_get_label (GTK_CHECK_BUTTON (widget));
  if (GTK_IS_WINDOW (widget))
    return gtk_window_get_title (GTK_WINDOW (widget));
  if (ADW_IS_PREFERENCES_ROW (widget))
    return adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget));

  return gtk_widget_get_tooltip_text (widget);
}

gboolean
test_is_named (GtkWidget  *widget,
               const char *name)
{
  const char *plain = get_plain_name (widget);
  g_autofree char *difference = NULL;

  if (g_strcmp0 (plain, name) == 0 || g_strcmp0 (gtk_widget_get_tooltip_text (widget), name) == 0)
    return TRUE;
  if (!gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL))
    return FALSE;

  difference = gtk_test_accessible_check_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name);

  return difference == NULL;
}

static gboolean
needs_name (GtkWidget *widget)
{
  GtkAccessibleRole role = gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget));

  return gtk_widget_get_focusable (widget) && gtk_widget_get_can_focus (widget) && !GTK_IS_WINDOW (widget) &&
         !GTK_IS_POPOVER (widget) && !GTK_IS_SCROLLED_WINDOW (widget) && !GTK_IS_LABEL (widget) &&
         role != GTK_ACCESSIBLE_ROLE_PRESENTATION && role != GTK_ACCESSIBLE_ROLE_NONE &&
         (gtk_widget_get_ancestor (widget, ADW_TYPE_EXPANDER_ROW) == NULL || ADW_IS_PREFERENCES_ROW (widget)) &&
         gtk_widget_get_ancestor (widget, ADW_TYPE_COMBO_ROW) == NULL;
}

static const char *
find_fault (GtkWidget *widget)
{
  gboolean own = gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL);
  gboolean other = gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gboolean is_icon = GTK_IS_BUTTON (widget) && gtk_button_get_icon_name (GTK_BUTTON (widget)) != NULL;

  /* The picture labels the button, and has no name. */
  if (!own && (!other || is_icon))
    return "has no name";
  if (own && other && GTK_IS_BUTTON (widget) && gtk_button_get_label (GTK_BUTTON (widget)) != NULL)
    return "is named twice";

  return NULL;
}

gboolean
test_all_named (GtkWidget *root)
{
  gboolean named = TRUE;
  const char *fault;

  if (!gtk_widget_get_visible (root) || !gtk_widget_get_child_visible (root))
    return TRUE;

  if (needs_name (root) && (fault = find_fault (root)) != NULL)
    {
      g_autoptr (GString) path = g_string_new (NULL);

      for (GtkWidget *widget = root; widget != NULL; widget = gtk_widget_get_parent (widget))
        g_string_append_printf (path, " < %s", G_OBJECT_TYPE_NAME (widget));
      g_test_message ("\"%s\" %s:%s", get_plain_name (root) != NULL ? get_plain_name (root) : "", fault, path->str);
      named = FALSE;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    named = test_all_named (child) && named;

  return named;
}

GtkWidget *
test_find (GtkWidget         *root,
           GType              type,
           GtkAccessibleRole  role,
           const char        *name)
{
  if (!gtk_widget_get_visible (root) || !gtk_widget_get_child_visible (root))
    return NULL;

  if ((type == G_TYPE_NONE || g_type_is_a (G_OBJECT_TYPE (root), type)) &&
      (role == GTK_ACCESSIBLE_ROLE_WIDGET || gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (root)) == role) &&
      (name == NULL || test_is_named (root, name)))
    return root;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = test_find (child, type, role, name);

      if (found != NULL)
        return found;
    }

  return NULL;
}

GtkWidget *
test_get (GtkWidget         *root,
          GType              type,
          GtkAccessibleRole  role,
          const char        *name)
{
  GtkWidget *found = NULL;
  gint64 deadline = g_get_monotonic_time () + TEST_DISPLAY_DEADLINE_MS * G_TIME_SPAN_MILLISECOND;

  while ((found = test_find (root, type, role, name)) == NULL)
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("There is no %s called \"%s\" in %s", type == G_TYPE_NONE ? "widget" : g_type_name (type),
                 name != NULL ? name : "", G_OBJECT_TYPE_NAME (root));
      test_turn ();
    }

  return found;
}

static GtkWidget *
find_window (GType type)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (toplevels, i);

      if (g_type_is_a (G_OBJECT_TYPE (window), type) && gtk_widget_get_visible (window))
        return window;
    }

  return NULL;
}

GtkWidget *
test_get_window (GType type)
{
  GtkWidget *window = NULL;

  test_wait_until ((window = find_window (type)) != NULL);
  test_wait_mapped (window);

  return window;
}

/* Pointer */

/* A point of a surface, in its own units, on the screen in pixels. */
static void
get_root_point (GdkSurface *surface,
                double      x,
                double      y,
                int        *root_x,
                int        *root_y)
{
  int scale = gdk_surface_get_scale_factor (surface);
  Window child;

  XTranslateCoordinates (server, gdk_x11_surface_get_xid (surface), DefaultRootWindow (server), (int) (x * scale),
                         (int) (y * scale), root_x, root_y, &child);
}

static gboolean
is_seen_at (int root_x,
            int root_y)
{
  int x, y;

  if (seen.surface == NULL || gdk_surface_is_destroyed (seen.surface))
    return FALSE;
  get_root_point (seen.surface, seen.x, seen.y, &x, &y);

  return x == root_x && y == root_y;
}

void
test_get_point (GtkWidget *widget,
                double     x,
                double     y,
                int       *root_x,
                int       *root_y)
{
  GtkNative *native = gtk_widget_get_native (widget);
  GdkSurface *surface = gtk_native_get_surface (native);
  graphene_point_t inside = GRAPHENE_POINT_INIT (x * gtk_widget_get_width (widget), y * gtk_widget_get_height (widget));
  graphene_point_t mapped;
  double native_x, native_y;

  if (!gtk_widget_compute_point (widget, GTK_WIDGET (native), &inside, &mapped))
    g_error ("%s is not in its window", G_OBJECT_TYPE_NAME (widget));
  gtk_native_get_surface_transform (native, &native_x, &native_y);
  get_root_point (surface, mapped.x + native_x, mapped.y + native_y, root_x, root_y);
}

void
test_move_to (int root_x,
              int root_y)
{
  test_screen_move (screen, root_x, root_y);
}

void
test_hover_at (GtkWidget *widget,
               double     x,
               double     y)
{
  int root_x, root_y, now_x, now_y;

  test_wait_mapped (widget);
  test_get_point (widget, x, y, &now_x, &now_y);
  /* What moves meanwhile is followed. */
  do
    {
      root_x = now_x;
      root_y = now_y;
      /* Two motions: a window that has just appeared under the pointer learns of it by the second. */
      test_move_to (root_x - 1, root_y);
      test_move_to (root_x, root_y);
      test_wait_until (is_seen_at (root_x, root_y));
      test_get_point (widget, x, y, &now_x, &now_y);
    }
  while (now_x != root_x || now_y != root_y);
}

void
test_hover (GtkWidget *widget)
{
  test_hover_at (widget, 0.5, 0.5);
}

void
test_press (guint button)
{
  test_screen_button (screen, button, TRUE);
}

void
test_release (guint button)
{
  test_screen_button (screen, button, FALSE);
}

void
test_click_at (GtkWidget *widget,
               double     x,
               double     y,
               guint      button)
{
  g_autoptr (GtkWidget) held = g_object_ref (widget);
  guint n_presses, n_releases;

  test_hover_at (widget, x, y);
  n_presses = seen.n_presses;
  n_releases = seen.n_releases;
  test_press (button);
  test_wait_until (seen.n_presses > n_presses);
  test_release (button);
  /* The press may have closed the window, and then nobody is told of the release. */
  test_wait_until (seen.n_releases > n_releases || !gtk_widget_get_mapped (held));
}

void
test_click (GtkWidget *widget)
{
  test_click_at (widget, 0.5, 0.5, 1);
}

void
test_drag (GtkWidget *widget,
           double     x,
           double     y,
           int        dx,
           int        dy)
{
  int root_x, root_y;

  test_hover_at (widget, x, y);
  test_get_point (widget, x, y, &root_x, &root_y);
  test_press (1);
  test_wait_frame (widget);
  for (int step = 1; step <= DRAG_STEPS; step++)
    {
      test_move_to (root_x + dx * step / DRAG_STEPS, root_y + dy * step / DRAG_STEPS);
      test_wait_frame (widget);
    }
  test_release (1);
  test_settle ();
}

void
test_scroll (GtkWidget *widget,
             int        clicks)
{
  test_hover (widget);
  test_screen_scroll (screen, clicks);
}

/* Keyboard */

static gboolean
is_keyed (gpointer n_keys)
{
  return seen.n_keys >= GPOINTER_TO_UINT (n_keys);
}

/* A key that closes its window when it is pressed is let go where nobody sees it. */
static void
wait_keyed (guint n_keys)
{
  test_wait (is_keyed, GUINT_TO_POINTER (n_keys), KEY_MS);
}

void
test_key (guint           keyval,
          GdkModifierType modifiers)
{
  static const struct { GdkModifierType modifier; guint keyval; } known[] = {
    { GDK_CONTROL_MASK, GDK_KEY_Control_L },
    { GDK_SHIFT_MASK, GDK_KEY_Shift_L },
    { GDK_ALT_MASK, GDK_KEY_Alt_L },
  };
  guint held[G_N_ELEMENTS (known) + 1] = { 0 };
  guint n_held = 0, n_keys = seen.n_keys;

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (modifiers & known[i].modifier)
      held[n_held++] = known[i].keyval;
  test_screen_key (screen, keyval, held);
  wait_keyed (n_keys + n_held + 1);
}

void
test_type (const char *text)
{
  guint n_keys = seen.n_keys;

  test_screen_type (screen, text);
  wait_keyed (n_keys + (guint) g_utf8_strlen (text, -1));
}

static gboolean
is_active (gpointer window)
{
  return gtk_window_is_active (GTK_WINDOW (window));
}

void
test_focus_window (GtkWidget *window)
{
  test_wait_mapped (window);
  /* A new window gets the focus from the window manager, which would come in between if it were taken before. */
  if (test_wait (is_active, window, 1000))
    return;

  gtk_window_present (GTK_WINDOW (window));
  XSetInputFocus (server, gdk_x11_surface_get_xid (gtk_native_get_surface (GTK_NATIVE (window))), RevertToParent,
                  CurrentTime);
  XSync (server, False);
  test_wait_until (is_active (window));
}

/* Pictures */

static cairo_surface_t *
capture (int x,
         int y,
         int width,
         int height)
{
  cairo_surface_t *surface = test_screen_capture (screen, x, y, width, height);

  if (surface == NULL)
    g_error ("The screen cannot be read");

  return surface;
}

cairo_surface_t *
test_capture (void)
{
  return capture (0, 0, G_MAXINT16, G_MAXINT16);
}

cairo_surface_t *
test_capture_widget (GtkWidget *widget)
{
  int left, top, right, bottom;

  test_wait_frame (widget);
  test_get_point (widget, 0, 0, &left, &top);
  test_get_point (widget, 1, 1, &right, &bottom);

  return capture (left, top, right - left, bottom - top);
}

static void
write_png (cairo_surface_t *surface,
           const char      *filename)
{
  g_autofree char *folder = g_path_get_dirname (filename);

  if (g_mkdir_with_parents (folder, 0755) != 0 ||
      cairo_surface_write_to_png (surface, filename) != CAIRO_STATUS_SUCCESS)
    g_error ("%s cannot be written", filename);
  cairo_surface_destroy (surface);
}

void
test_screenshot (const char *filename)
{
  write_png (test_capture (), filename);
}

void
test_screenshot_widget (GtkWidget  *widget,
                        const char *filename)
{
  write_png (test_capture_widget (widget), filename);
}

double
test_difference (cairo_surface_t *a,
                 cairo_surface_t *b,
                 int              tolerance)
{
  int width = cairo_image_surface_get_width (a), height = cairo_image_surface_get_height (a);
  guint64 n_different = 0;

  if (width != cairo_image_surface_get_width (b) || height != cairo_image_surface_get_height (b))
    return 1;

  for (int y = 0; y < height; y++)
    {
      const guint8 *row_a = cairo_image_surface_get_data (a) + y * cairo_image_surface_get_stride (a);
      const guint8 *row_b = cairo_image_surface_get_data (b) + y * cairo_image_surface_get_stride (b);

      for (int x = 0; x < width; x++)
        n_different += ABS (row_a[4 * x] - row_b[4 * x]) > tolerance ||
                       ABS (row_a[4 * x + 1] - row_b[4 * x + 1]) > tolerance ||
                       ABS (row_a[4 * x + 2] - row_b[4 * x + 2]) > tolerance;
    }

  return (double) n_different / ((double) width * height);
}

gboolean
test_has_changed (GtkWidget       *widget,
                  cairo_surface_t *before,
                  int              tolerance,
                  double           share)
{
  cairo_surface_t *now = test_capture_widget (widget);
  double difference = test_difference (before, now, tolerance);

  cairo_surface_destroy (now);

  return difference > share;
}
