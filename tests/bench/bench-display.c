/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-display PACK FRAMES: on the screen that it is started on, the time of one painted frame from the frame clock's
 * begin to its end while a layer is adjusted in a MienDisplay, and while the whole picture is drawn anew by cairo,
 * BILINEAR, each layer cut to its opaque pixels. "active size live-ms whole-ms" a line. */
#include "bench.h"

#include <adwaita.h>
#include <stdio.h>

#include "mien-display.h"

/* The plain way as a widget: everything in one cairo node, every frame. */
#define BENCH_TYPE_WHOLE (bench_whole_get_type ())
G_DECLARE_FINAL_TYPE (BenchWhole, bench_whole, BENCH, WHOLE, GtkWidget)

struct _BenchWhole
{
  GtkWidget  parent_instance;
  BenchLook *look;
  int        size;
};

G_DEFINE_FINAL_TYPE (BenchWhole, bench_whole, GTK_TYPE_WIDGET)

static void
bench_whole_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  BenchWhole *self = BENCH_WHOLE (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot,
                                           &GRAPHENE_RECT_INIT (0, 0, (float) self->size, (float) self->size));

  bench_look_paint_cut (self->look, cr, self->size);
  cairo_destroy (cr);
}

static void
bench_whole_class_init (BenchWholeClass *klass)
{
  GTK_WIDGET_CLASS (klass)->snapshot = bench_whole_snapshot;
}

static void
bench_whole_init (BenchWhole *self)
{
}

typedef struct
{
  GtkWidget *widget;
  BenchLook *look;
  double    *times;
  int        n, wanted;
  gint64     begin;
} Run;

static void
on_before_paint (GdkFrameClock *clock, Run *run)
{
  run->begin = g_get_monotonic_time ();
}

/* The first frames make what is kept; they do not count. */
static void
on_after_paint (GdkFrameClock *clock, Run *run)
{
  if (run->n >= 0 && run->n < run->wanted)
    run->times[run->n] = bench_ms_since (run->begin);
  run->n++;
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Run *run = data;

  bench_look_move (run->look, run->n + 10);
  if (MIEN_IS_DISPLAY (widget))
    mien_display_active_changed (MIEN_DISPLAY (widget));
  else
    gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

static double
measure (GtkWidget *widget, BenchLook *look, int size, int frames)
{
  GtkWidget *window = gtk_window_new ();
  g_autofree double *times = g_new (double, frames);
  Run run = { widget, look, times, -5, frames, 0 };
  GdkFrameClock *clock;

  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_widget_set_size_request (widget, size, size);
  gtk_window_set_child (GTK_WINDOW (window), widget);
  gtk_window_present (GTK_WINDOW (window));
  clock = gtk_widget_get_frame_clock (widget);
  g_signal_connect (clock, "before-paint", G_CALLBACK (on_before_paint), &run);
  g_signal_connect (clock, "after-paint", G_CALLBACK (on_after_paint), &run);
  gtk_widget_add_tick_callback (widget, on_tick, &run, NULL);
  while (run.n < frames)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (clock, &run);
  gtk_window_destroy (GTK_WINDOW (window));
  return bench_median (times, frames);
}

int
main (int argc, char **argv)
{
  static const char * const active[] = { "hat", "glasses", "coat" };
  int frames = argc == 3 ? atoi (argv[2]) : 0;

  if (frames < 1)
    return 2;
  gtk_init ();
  for (int size = 480; size <= 960; size += 480)
    for (guint i = 0; i < G_N_ELEMENTS (active); i++)
      {
        BenchLook *look = bench_look_new (argv[1], active[i], size);
        GtkWidget *display = mien_display_new ();
        BenchWhole *whole = g_object_new (BENCH_TYPE_WHOLE, NULL);
        double live_ms, whole_ms;

        whole->look = look;
        whole->size = size;
        mien_display_set_compositor (MIEN_DISPLAY (display), look->compositor);
        mien_display_set_circle (MIEN_DISPLAY (display), FALSE);
        mien_display_set_active (MIEN_DISPLAY (display), active[i]);
        live_ms = measure (display, look, size, frames);
        whole_ms = measure (GTK_WIDGET (whole), look, size, frames);
        printf ("%s\t%d\t%.3f\t%.3f\n", active[i], size, live_ms, whole_ms);
        bench_look_free (look);
      }
  return 0;
}
