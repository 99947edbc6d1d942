/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "screen.h"

#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <cairo.h>
#include <gio/gio.h>
#include <string.h>

#define MOVE_STEPS 12
#define STEP_MS 8
#define MAX_WINDOW_DEPTH 4

struct _DemoScreen
{
  Display *display;
  KeyCode  spares[8];                    /* key codes that no key has: they lend themselves to any character, by turns */
  int      n_spares, next_spare;
  int      x, y;
};

DemoScreen *
screen_open (void)
{
  Display *display = XOpenDisplay (NULL);
  if (display == NULL)
    return NULL;

  DemoScreen *self = g_new0 (DemoScreen, 1);
  self->display = display;

  int first, last, per_code;
  XDisplayKeycodes (display, &first, &last);
  KeySym *map = XGetKeyboardMapping (display, (KeyCode) first, last - first + 1, &per_code);
  for (int code = last; code >= first && self->n_spares < (int) G_N_ELEMENTS (self->spares); code--)
    {
      gboolean empty = TRUE;
      for (int i = 0; i < per_code; i++)
        empty = empty && map[(code - first) * per_code + i] == NoSymbol;
      if (empty)
        self->spares[self->n_spares++] = (KeyCode) code;
    }
  XFree (map);
  return self;
}

void
screen_close (DemoScreen *self)
{
  XCloseDisplay (self->display);
  g_free (self);
}

/* The pace of a hand: programs see motion as separate events, not as one jump. This is not a wait for anything. */
static void
pace (DemoScreen *self)
{
  XSync (self->display, False);
  g_usleep (STEP_MS * 1000);
}

void
screen_move (DemoScreen *self, int x, int y)
{
  int from_x = self->x, from_y = self->y;
  for (int i = 1; i <= MOVE_STEPS; i++)
    {
      XTestFakeMotionEvent (self->display, -1, from_x + (x - from_x) * i / MOVE_STEPS, from_y + (y - from_y) * i / MOVE_STEPS, 0);
      pace (self);
    }
  self->x = x;
  self->y = y;
}

static void
button (DemoScreen *self, unsigned int number, gboolean down)
{
  XTestFakeButtonEvent (self->display, number, down, 0);
  pace (self);
}

void
screen_click (DemoScreen *self, int x, int y)
{
  screen_move (self, x, y);
  button (self, 1, TRUE);
  button (self, 1, FALSE);
}

void
screen_drag (DemoScreen *self, int x, int y, int to_x, int to_y)
{
  screen_move (self, x, y);
  button (self, 1, TRUE);
  screen_move (self, to_x, to_y);
  button (self, 1, FALSE);
}

void
screen_scroll (DemoScreen *self, int clicks)
{
  unsigned int number = clicks > 0 ? 5 : 4;
  for (int i = 0; i < ABS (clicks); i++)
    {
      button (self, number, TRUE);
      button (self, number, FALSE);
    }
}

static void
press_keysym (DemoScreen *self, KeySym keysym, gboolean down)
{
  KeyCode code = XKeysymToKeycode (self->display, keysym);
  if (code != 0)
    {
      XTestFakeKeyEvent (self->display, code, down, 0);
      pace (self);
    }
}

void
screen_key (DemoScreen *self, const char *keys)
{
  g_auto (GStrv) parts = g_strsplit (keys, "+", -1);
  int n = (int) g_strv_length (parts);
  for (int i = 0; i < n; i++)
    press_keysym (self, XStringToKeysym (parts[i]), TRUE);
  for (int i = n - 1; i >= 0; i--)
    press_keysym (self, XStringToKeysym (parts[i]), FALSE);
}

void
screen_type (DemoScreen *self, const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      KeySym keysym = c < 0x100 ? c : c | 0x01000000;
      /* Both levels: a single letter would stand for its small and its capital one. */
      KeySym levels[] = { keysym, keysym };
      KeyCode code = self->spares[self->next_spare++ % self->n_spares];
      XChangeKeyboardMapping (self->display, code, G_N_ELEMENTS (levels), levels, 1);
      /* Each program reads the new map when told of it; the pause lets it before the key comes. */
      for (int i = 0; i < 4; i++)
        pace (self);
      XTestFakeKeyEvent (self->display, code, True, 0);
      pace (self);
      XTestFakeKeyEvent (self->display, code, False, 0);
      pace (self);
    }
}

/* ---- Windows ---- */

static gboolean
get_property (DemoScreen *self, Window window, const char *name, Atom type, unsigned char **out, unsigned long *n)
{
  Atom actual;
  int format;
  unsigned long left;
  return XGetWindowProperty (self->display, window, XInternAtom (self->display, name, False), 0, 1024, False, type, &actual,
                             &format, n, &left, out) == Success && *out != NULL && *n > 0;
}

static gboolean
is_window_of (DemoScreen *self, Window window, int pid, const char *title)
{
  unsigned char *data = NULL;
  unsigned long n = 0;
  gboolean right = get_property (self, window, "_NET_WM_PID", XA_CARDINAL, &data, &n) && (int) *(unsigned long *) (void *) data == pid;
  g_clear_pointer (&data, XFree);
  if (!right || title == NULL)
    return right;

  Atom utf8 = XInternAtom (self->display, "UTF8_STRING", False);
  right = get_property (self, window, "_NET_WM_NAME", utf8, &data, &n) && strcmp ((const char *) data, title) == 0;
  g_clear_pointer (&data, XFree);
  return right;
}

static Window
find_window (DemoScreen *self, Window parent, int pid, const char *title, int depth)
{
  Window root, up, *children = NULL, found = None;
  unsigned int n = 0;
  if (depth > MAX_WINDOW_DEPTH || !XQueryTree (self->display, parent, &root, &up, &children, &n))
    return None;
  for (unsigned int i = n; i-- > 0 && found == None;)
    {
      XWindowAttributes attributes;
      if (!XGetWindowAttributes (self->display, children[i], &attributes) || attributes.map_state != IsViewable)
        continue;
      /* Popups override the window manager and are no windows of their own. */
      if (is_window_of (self, children[i], pid, title) && !attributes.override_redirect)
        found = children[i];
      else
        found = find_window (self, children[i], pid, title, depth + 1);
    }
  if (children != NULL)
    XFree (children);
  return found;
}

/* A window may go between being found and being asked; that is an answer, not a reason to end. */
static int
ignore_error (Display *display, XErrorEvent *event)
{
  return 0;
}

static Window
get_window (DemoScreen *self, int pid, const char *title)
{
  XSetErrorHandler (ignore_error);
  return find_window (self, DefaultRootWindow (self->display), pid, title, 0);
}

gboolean
screen_find_window (DemoScreen *self, int pid, const char *title, int *x, int *y, int *width, int *height)
{
  Window window = get_window (self, pid, title), child;
  XWindowAttributes attributes;
  if (window == None || !XGetWindowAttributes (self->display, window, &attributes))
    return FALSE;
  XTranslateCoordinates (self->display, window, attributes.root, 0, 0, x, y, &child);
  *width = attributes.width;
  *height = attributes.height;
  return TRUE;
}

void
screen_raise_window (DemoScreen *self, int pid, const char *title)
{
  Window window = get_window (self, pid, title);
  if (window == None)
    return;

  XEvent event = { 0 };
  event.xclient.type = ClientMessage;
  event.xclient.window = window;
  event.xclient.message_type = XInternAtom (self->display, "_NET_ACTIVE_WINDOW", False);
  event.xclient.format = 32;
  event.xclient.data.l[0] = 2;
  XSendEvent (self->display, DefaultRootWindow (self->display), False, SubstructureRedirectMask | SubstructureNotifyMask, &event);
  XSync (self->display, False);
}

void
screen_place_window (DemoScreen *self, int pid, const char *title, int x, int y)
{
  Window window = get_window (self, pid, title);
  if (window != None)
    XMoveWindow (self->display, window, x, y);
  XSync (self->display, False);
}

gboolean
screen_save (DemoScreen *self, const char *filename, GError **error)
{
  int number = DefaultScreen (self->display);
  int width = DisplayWidth (self->display, number), height = DisplayHeight (self->display, number);
  XImage *image = XGetImage (self->display, DefaultRootWindow (self->display), 0, 0, (unsigned int) width, (unsigned int) height, AllPlanes, ZPixmap);
  if (image == NULL || image->bits_per_pixel != 32)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The screen cannot be read");
      return FALSE;
    }

  cairo_surface_t *surface = cairo_image_surface_create_for_data ((unsigned char *) image->data, CAIRO_FORMAT_RGB24, width, height, image->bytes_per_line);
  cairo_status_t status = cairo_surface_write_to_png (surface, filename);
  cairo_surface_destroy (surface);
  XDestroyImage (image);
  if (status != CAIRO_STATUS_SUCCESS)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", filename, cairo_status_to_string (status));
  return status == CAIRO_STATUS_SUCCESS;
}
