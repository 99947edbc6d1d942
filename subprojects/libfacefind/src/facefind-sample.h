/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facefind.h"

/* Cutting the network's square out of a picture, at any size and turn, without aliasing. */

#define FACEFIND_SHRUNK 384              /* a larger picture is looked at through a copy of at most this side */

/* A square of the picture: middle and side in its pixels, turned clockwise. */
typedef struct { float x, y, side, tilt; } FaceFindView;

void facefind_sample (const FaceFindPicture *picture, const FaceFindView *view, uint8_t *out /* FACEFIND_INPUT² RGB */);
/* A point of the square (0..1) in the picture's pixels. */
FaceFindPoint facefind_view_map (const FaceFindView *view, float u, float v);
/* Averages the picture into @out, at most FACEFIND_SHRUNK a side; returns how many of its pixels make one of @out's. */
float facefind_shrink (const FaceFindPicture *picture, uint8_t *out, FaceFindPicture *shrunk);
