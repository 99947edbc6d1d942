/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "portrait-geometry.h"

/* What an avatar of each type follows, how deep it lies, and its rule when no face is known. C alone. */

typedef enum
{
  PORTRAIT_FOLLOWS_HEAD,       /* the whole face map: position, size, tilt */
  PORTRAIT_FOLLOWS_BODY,       /* position and size, no tilt */
  PORTRAIT_FOLLOWS_PICTURE,    /* laid over the whole picture, whatever the face */
} PortraitFollows;

typedef struct
{
  const char     *name;        /* "hat"; the key in looks and catalogues */
  PortraitFollows follows;
  int             depth;       /* drawn from low to high; below PORTRAIT_DEPTH_HEADSHOT lies behind the headshot */
  /* S3103: first offset when no eyes are known, in pixels of a 192 px headshot; a hat: 0, -10 */
  double          rule_x, rule_y;
  double          pivot_x, pivot_y;    /* the point of the template about which tilt and scale turn the avatar */
} PortraitType;

#define PORTRAIT_DEPTH_BEHIND 100        /* the part of the hair that lies behind the head */
#define PORTRAIT_DEPTH_HEADSHOT 200
#define PORTRAIT_DEPTH_HAIR 700          /* from here on, what follows the head sits on the skull and not on the face */
#define PORTRAIT_RULE_SIZE 192.0         /* the headshot for which the rules are given */

/* background 0 · hair's behind part 100 · headshot 200 · paint 300 · beard 400 · glasses 500 · mask 600 · hair 700 ·
 * ears 800 · hat 900 · coat 1000 · neck 1100 · badge 1200 · frame 1300 */
const PortraitType *portrait_type_lookup (const char *name);         /* NULL when unknown */
const PortraitType *portrait_type_list (int *n_types);               /* in drawing order */
