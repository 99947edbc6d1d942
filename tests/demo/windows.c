/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "windows.h"

#include <string.h>
#include <X11/Xatom.h>
#include <X11/Xlib.h>

#define MAX_DEPTH 4
#define MAX_LONGS 1024                   /* of a property */

/* A window may go between being found and being asked; that is an answer, not a reason to end. */
static int
ignore_error (Display     *display,
              XErrorEvent *event)
{
  return 0;
}

static Display *
get_display (TestScreen *screen)
{
  XSetErrorHandler (ignore_error);

  return test_screen_get_display (screen);
}

/* @n items, to be freed with XFree(); NULL: the window has no such property. */
static void *
get_property (Display       *display,
              Window         window,
              const char    *name,
              Atom           type,
              unsigned long *n)
{
  Atom actual;
  int format;
  unsigned long left;
  unsigned char *data = NULL;

  if (XGetWindowProperty (display, window, XInternAtom (display, name, False), 0, MAX_LONGS, False, type, &actual,
                          &format, n, &left, &data) != Success)
    return NULL;
  if (data != NULL && (actual != type || *n == 0))
    g_clear_pointer (&data, XFree);

  return data;
}

static gboolean
is_window_of (Display    *display,
              Window      window,
              int         pid,
              const char *title)
{
  unsigned long n;
  unsigned long *number = get_property (display, window, "_NET_WM_PID", XA_CARDINAL, &n);
  gboolean is_it = number != NULL && (int) *number == pid;

  g_clear_pointer (&number, XFree);
  if (is_it && title != NULL)
    {
      char *name = get_property (display, window, "_NET_WM_NAME", XInternAtom (display, "UTF8_STRING", False), &n);

      is_it = name != NULL && strcmp (name, title) == 0;
      g_clear_pointer (&name, XFree);
    }

  return is_it;
}

static Window
find_below (Display    *display,
            Window      parent,
            int         pid,
            const char *title,
            int         depth)
{
  Window root, up, *children = NULL, found = None;
  unsigned int n = 0;

  if (depth > MAX_DEPTH || !XQueryTree (display, parent, &root, &up, &children, &n))
    return None;
  for (unsigned int i = n; i-- > 0 && found == None;)
    {
      XWindowAttributes attributes;

      if (!XGetWindowAttributes (display, children[i], &attributes) || attributes.map_state != IsViewable)
        continue;
      /* Popups override the window manager and are no windows of their own. */
      if (!attributes.override_redirect && is_window_of (display, children[i], pid, title))
        found = children[i];
      else
        found = find_below (display, children[i], pid, title, depth + 1);
    }
  if (children != NULL)
    XFree (children);

  return found;
}

static Window
find (Display    *display,
      int         pid,
      const char *title)
{
  return find_below (display, DefaultRootWindow (display), pid, title, 0);
}

gboolean
windows_find_popup (TestScreen *screen,
                    int         pid,
                    int         width,
                    int         height,
                    WindowArea *out)
{
  Display *display = get_display (screen);
  Window root, up, *children = NULL;
  unsigned int n = 0;
  gboolean is_found = FALSE;

  if (!XQueryTree (display, DefaultRootWindow (display), &root, &up, &children, &n))
    return FALSE;
  for (unsigned int i = n; i-- > 0 && !is_found;)
    {
      XWindowAttributes attributes;

      is_found = XGetWindowAttributes (display, children[i], &attributes) && attributes.map_state == IsViewable &&
                 attributes.override_redirect && attributes.width == width && attributes.height == height &&
                 is_window_of (display, children[i], pid, NULL);
      if (is_found)
        *out = (WindowArea) { attributes.x, attributes.y, width, height };
    }
  if (children != NULL)
    XFree (children);

  return is_found;
}

gboolean
windows_find (TestScreen *screen,
              int         pid,
              const char *title,
              WindowArea *out)
{
  Display *display = get_display (screen);
  Window window = find (display, pid, title), child;
  XWindowAttributes attributes;
  unsigned long n, *shadow;

  if (window == None || !XGetWindowAttributes (display, window, &attributes) ||
      !XTranslateCoordinates (display, window, attributes.root, 0, 0, &out->x, &out->y, &child))
    return FALSE;
  out->width = attributes.width;
  out->height = attributes.height;

  /* GTK draws the shadow of its windows itself: left, right, top, bottom of the X window are outside of them. */
  shadow = get_property (display, window, "_GTK_FRAME_EXTENTS", XA_CARDINAL, &n);
  if (shadow != NULL && n == 4)
    {
      out->x += (int) shadow[0];
      out->y += (int) shadow[2];
      out->width -= (int) (shadow[0] + shadow[1]);
      out->height -= (int) (shadow[2] + shadow[3]);
    }
  g_clear_pointer (&shadow, XFree);

  return TRUE;
}

/* Extended Window Manager Hints, _NET_ACTIVE_WINDOW. */
void
windows_raise (TestScreen *screen,
               int         pid,
               const char *title)
{
  Display *display = get_display (screen);
  Window window = find (display, pid, title);
  XEvent event = { .xclient = { .type = ClientMessage, .window = window, .format = 32 } };

  if (window == None)
    return;
  event.xclient.message_type = XInternAtom (display, "_NET_ACTIVE_WINDOW", False);
  event.xclient.data.l[0] = 2;           /* asked for by the user, by means of a pager */
  XSendEvent (display, DefaultRootWindow (display), False, SubstructureRedirectMask | SubstructureNotifyMask, &event);
  XSync (display, False);
}

gboolean
windows_is_active (TestScreen *screen,
                   int         pid,
                   const char *title)
{
  Display *display = get_display (screen);
  unsigned long n;
  Window *active = get_property (display, DefaultRootWindow (display), "_NET_ACTIVE_WINDOW", XA_WINDOW, &n);
  gboolean is_it = active != NULL && *active != None && is_window_of (display, *active, pid, title);

  g_clear_pointer (&active, XFree);

  return is_it;
}

void
windows_place (TestScreen *screen,
               int         pid,
               const char *title,
               int         x,
               int         y)
{
  Display *display = get_display (screen);
  Window window = find (display, pid, title);

  if (window != None)
    XMoveWindow (display, window, x, y);
  XSync (display, False);
}
