/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

#include "display.h"
#include "folder.h"

#include <adwaita.h>
#include <glib/gstdio.h>

typedef struct
{
  GtkWidget *window;
  GtkWidget *button;
  GtkWidget *entry;
  GtkWidget *area;
  guint n_clicks;
  guint n_enters;
  double drag_x, drag_y;
} Fixture;

static void
on_clicked (Fixture *self)
{
  self->n_clicks++;
}

static void
on_enter (Fixture *self)
{
  self->n_enters++;
}

static void
on_drag_end (GtkGestureDrag *gesture,
             double          x,
             double          y,
             Fixture        *self)
{
  self->drag_x = x;
  self->drag_y = y;
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->window = gtk_window_new ();
  self->button = gtk_button_new_with_label ("Press me");
  self->entry = gtk_entry_new ();
  self->area = gtk_drawing_area_new ();
  gtk_widget_set_size_request (self->area, 200, 120);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, "Words", -1);
  gtk_box_append (GTK_BOX (box), self->button);
  gtk_box_append (GTK_BOX (box), self->entry);
  gtk_box_append (GTK_BOX (box), self->area);
  gtk_window_set_child (GTK_WINDOW (self->window), box);
  gtk_window_set_title (GTK_WINDOW (self->window), "Driver");

  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (on_clicked), self);
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (on_enter), self);
  gtk_widget_add_controller (self->button, motion);
  g_signal_connect (drag, "drag-end", G_CALLBACK (on_drag_end), self);
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (drag));

  gtk_window_present (GTK_WINDOW (self->window));
  test_focus_window (self->window);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  test_settle ();
}

static void
test_find_by_what_it_is (Fixture       *self,
                         gconstpointer  data)
{
  g_assert_true (test_get (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Press me") == self->button);
  g_assert_true (test_get (self->window, G_TYPE_NONE, GTK_ACCESSIBLE_ROLE_WIDGET, "Words") == self->entry);
  g_assert_null (test_find (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "No such button"));
  g_assert_true (test_get_window (GTK_TYPE_WINDOW) == self->window);
}

static void
test_pointer (Fixture       *self,
              gconstpointer  data)
{
  test_hover (self->button);
  test_wait_until (self->n_enters == 1);
  test_click (self->button);
  test_wait_until (self->n_clicks == 1);
  test_drag (self->area, 0.25, 0.25, 60, -20);
  test_wait_until (self->drag_x != 0);
  g_assert_cmpfloat_with_epsilon (self->drag_x, 60, 0.01);
  g_assert_cmpfloat_with_epsilon (self->drag_y, -20, 0.01);
}

static void
test_keyboard (Fixture       *self,
               gconstpointer  data)
{
  GtkEditable *editable = GTK_EDITABLE (self->entry);

  test_click (self->entry);
  test_type ("Hat, Größe 3: 戴永!");
  test_wait_until (g_strcmp0 (gtk_editable_get_text (editable), "Hat, Größe 3: 戴永!") == 0);
  test_key (GDK_KEY_a, GDK_CONTROL_MASK);
  test_key (GDK_KEY_BackSpace, 0);
  test_wait_until (g_strcmp0 (gtk_editable_get_text (editable), "") == 0);
}

static void
test_pictures (Fixture       *self,
               gconstpointer  data)
{
  g_autofree char *folder = test_folder_new ("display");
  g_autofree char *filename = g_build_filename (folder, "screen.png", NULL);
  cairo_surface_t *before, *after;

  test_wait_rest (self->entry);
  before = test_capture_widget (self->entry);
  after = test_capture_widget (self->entry);
  g_assert_cmpfloat (test_difference (before, after, 0), ==, 0);
  cairo_surface_destroy (after);

  gtk_editable_set_text (GTK_EDITABLE (self->entry), "MMMMMMMM");
  test_wait_until (test_has_changed (self->entry, before, 32, 0.01));
  cairo_surface_destroy (before);

  test_screenshot (filename);
  g_assert_true (g_file_test (filename, G_FILE_TEST_IS_REGULAR));
  g_remove (filename);
  g_rmdir (folder);
}

int
main (int    argc,
      char **argv)
{
  test_display_init (&argc, &argv);

  g_test_add ("/driver/find", Fixture, NULL, set_up, test_find_by_what_it_is, tear_down);
  g_test_add ("/driver/pointer", Fixture, NULL, set_up, test_pointer, tear_down);
  g_test_add ("/driver/keyboard", Fixture, NULL, set_up, test_keyboard, tear_down);
  g_test_add ("/driver/pictures", Fixture, NULL, set_up, test_pictures, tear_down);

  return g_test_run ();
}
