/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>

#include "mien-pack.h"

G_BEGIN_DECLS

/* Whether a browser draws a pack as librsvg does: for whoever makes a pack, not for the server. */

#define MIEN_BROWSER_CHECK_SIZE 512
#define MIEN_BROWSER_CHECK_MIN_PSNR 35.0       /* dB */
#define MIEN_BROWSER_CHECK_SECONDS 60          /* for one page */

/* (transfer full): the program, or NULL when no Chromium is installed. */
char      *mien_browser_check_find (void);

/* Blocking. Lines that name a file, as of mien_pack_check_run(); NULL with @error when the browser does not work.
 * @out_worst (dB) may be NULL. */
GPtrArray *mien_browser_check_run (const char *browser, MienPack *pack, double *out_worst, GError **error);

/* Peak signal to noise ratio of two RGB24 surfaces of one size, in dB; infinite when they are equal. */
double     mien_browser_check_psnr (cairo_surface_t *a, int a_x, int a_y, cairo_surface_t *b, int size);

G_END_DECLS
