/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <facefind.h>

/* How far the head is turned, -1 to 1: 0 from the front and for what the ears are too inexact to tell (see
 * MienFoundFace). */
double mien_face_get_turn (const FaceFindFace *face);
