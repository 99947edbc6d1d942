/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "screen.h"

#include <string.h>
#include <X11/XKBlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>

#define GLIDE_STEPS 12
#define N_SPARE_CODES 8
/* So many paces lie between a new key map and the key, and between the key and the next map. */
#define MAP_PACES 4

struct _TestScreen
{
  Display *display;
  TestScreenPace pace;
  gpointer data;

  int x, y;                              /* of the pointer, as far as it was moved here */
  /* Key codes without a symbol. Several, and used in turn: a program translates an event when it reads it, and a code
   * that is given to the next symbol too early would change the one before. */
  KeyCode spares[N_SPARE_CODES];
  guint n_spares, next_spare;
};

static void
find_spare_codes (TestScreen *self)
{
  int lowest, highest, per_code;
  KeySym *map;

  XDisplayKeycodes (self->display, &lowest, &highest);
  map = XGetKeyboardMapping (self->display, (KeyCode) lowest, highest - lowest + 1, &per_code);
  for (int code = highest; code >= lowest && self->n_spares < N_SPARE_CODES; code--)
    {
      gboolean is_free = TRUE;

      for (int i = 0; i < per_code; i++)
        is_free = is_free && map[(code - lowest) * per_code + i] == NoSymbol;
      if (is_free)
        self->spares[self->n_spares++] = (KeyCode) code;
    }
  XFree (map);
}

TestScreen *
test_screen_open (TestScreenPace pace,
                  gpointer       data)
{
  Display *display = XOpenDisplay (NULL);
  TestScreen *self;

  if (display == NULL)
    return NULL;
  self = g_new0 (TestScreen, 1);
  self->display = display;
  self->pace = pace;
  self->data = data;
  find_spare_codes (self);

  return self;
}

void
test_screen_close (TestScreen *self)
{
  XCloseDisplay (self->display);
  g_free (self);
}

gpointer
test_screen_get_display (TestScreen *self)
{
  return self->display;
}

static void
pace (TestScreen *self)
{
  XSync (self->display, False);
  if (self->pace != NULL)
    self->pace (self->data);
}

/* Pointer */

void
test_screen_move (TestScreen *self,
                  int         x,
                  int         y)
{
  XTestFakeMotionEvent (self->display, -1, x, y, CurrentTime);
  XSync (self->display, False);
  self->x = x;
  self->y = y;
}

void
test_screen_glide (TestScreen *self,
                   int         x,
                   int         y)
{
  int from_x = self->x, from_y = self->y;

  for (int i = 1; i <= GLIDE_STEPS; i++)
    {
      test_screen_move (self, from_x + (x - from_x) * i / GLIDE_STEPS, from_y + (y - from_y) * i / GLIDE_STEPS);
      pace (self);
    }
}

void
test_screen_button (TestScreen *self,
                    guint       number,
                    gboolean    down)
{
  XTestFakeButtonEvent (self->display, number, down, CurrentTime);
  XSync (self->display, False);
}

void
test_screen_click (TestScreen *self,
                   int         x,
                   int         y)
{
  test_screen_glide (self, x, y);
  test_screen_button (self, 1, TRUE);
  pace (self);
  test_screen_button (self, 1, FALSE);
  pace (self);
}

void
test_screen_drag (TestScreen *self,
                  int         x,
                  int         y,
                  int         to_x,
                  int         to_y)
{
  test_screen_glide (self, x, y);
  test_screen_button (self, 1, TRUE);
  pace (self);
  test_screen_glide (self, to_x, to_y);
  test_screen_button (self, 1, FALSE);
  pace (self);
}

void
test_screen_scroll (TestScreen *self,
                    int         clicks)
{
  guint number = clicks > 0 ? 5 : 4;

  for (int i = 0; i < ABS (clicks); i++)
    {
      test_screen_button (self, number, TRUE);
      test_screen_button (self, number, FALSE);
      pace (self);
    }
}

/* Keyboard */

static void
send_code (TestScreen *self,
           KeyCode     code,
           gboolean    down)
{
  XTestFakeKeyEvent (self->display, code, down, CurrentTime);
}

static void
press_code (TestScreen *self,
            KeyCode     code,
            gboolean    shift)
{
  KeyCode shift_code = XKeysymToKeycode (self->display, XK_Shift_L);

  if (shift)
    send_code (self, shift_code, TRUE);
  send_code (self, code, TRUE);
  send_code (self, code, FALSE);
  if (shift)
    send_code (self, shift_code, FALSE);
  pace (self);
}

/* Gives the symbol to a spare code; the server tells every program. */
static void
press_borrowed (TestScreen *self,
                KeySym      keysym)
{
  /* Both levels: a single letter would stand for its small and its capital one. */
  KeySym levels[2] = { keysym, keysym };
  KeyCode code;

  if (self->n_spares == 0)
    g_error ("The keyboard has no key to spare");
  code = self->spares[self->next_spare++ % self->n_spares];

  XChangeKeyboardMapping (self->display, code, G_N_ELEMENTS (levels), levels, 1);
  for (int i = 0; i < MAP_PACES; i++)
    pace (self);
  press_code (self, code, FALSE);
  for (int i = 0; i < MAP_PACES; i++)
    pace (self);
}

void
test_screen_key (TestScreen  *self,
                 guint        keysym,
                 const guint *held)
{
  KeyCode code = XKeysymToKeycode (self->display, keysym);

  for (const guint *h = held; h != NULL && *h != 0; h++)
    send_code (self, XKeysymToKeycode (self->display, *h), TRUE);
  if (code != 0 && XkbKeycodeToKeysym (self->display, code, 0, 0) == keysym)
    press_code (self, code, FALSE);
  else if (code != 0 && XkbKeycodeToKeysym (self->display, code, 0, 1) == keysym)
    press_code (self, code, TRUE);
  else
    press_borrowed (self, keysym);
  for (const guint *h = held; h != NULL && *h != 0; h++)
    send_code (self, XKeysymToKeycode (self->display, *h), FALSE);
  pace (self);
}

#define MAX_HELD 3

void
test_screen_keys (TestScreen *self,
                  const char *keys)
{
  g_auto (GStrv) parts = g_strsplit (keys, "+", MAX_HELD + 1);
  guint n = g_strv_length (parts), held[MAX_HELD + 1] = { 0 };

  for (guint i = 0; i + 1 < n; i++)
    held[i] = (guint) XStringToKeysym (parts[i]);
  test_screen_key (self, (guint) XStringToKeysym (parts[n - 1]), held);
}

void
test_screen_type (TestScreen *self,
                  const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      /* X11 protocol, appendix A: Latin 1 stands for itself, the rest of Unicode is offset. */
      test_screen_key (self, c == '\n' ? XK_Return : c < 0x100 ? c : c | 0x01000000, NULL);
    }
}

/* Pictures */

cairo_surface_t *
test_screen_capture (TestScreen *self,
                     int         x,
                     int         y,
                     int         width,
                     int         height)
{
  int screen = DefaultScreen (self->display);
  cairo_surface_t *surface;
  XImage *image;

  x = CLAMP (x, 0, DisplayWidth (self->display, screen) - 1);
  y = CLAMP (y, 0, DisplayHeight (self->display, screen) - 1);
  width = CLAMP (width, 1, DisplayWidth (self->display, screen) - x);
  height = CLAMP (height, 1, DisplayHeight (self->display, screen) - y);

  image = XGetImage (self->display, DefaultRootWindow (self->display), x, y, (guint) width, (guint) height, AllPlanes,
                     ZPixmap);
  if (image == NULL || image->bits_per_pixel != 32)
    {
      if (image != NULL)
        XDestroyImage (image);
      return NULL;
    }

  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_surface_flush (surface);
  for (int row = 0; row < height; row++)
    memcpy (cairo_image_surface_get_data (surface) + row * cairo_image_surface_get_stride (surface),
            image->data + row * image->bytes_per_line, (gsize) width * 4);
  cairo_surface_mark_dirty (surface);
  XDestroyImage (image);

  return surface;
}

cairo_surface_t *
test_screen_capture_all (TestScreen *self)
{
  return test_screen_capture (self, 0, 0, G_MAXINT16, G_MAXINT16);
}
