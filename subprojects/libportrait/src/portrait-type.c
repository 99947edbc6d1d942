/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "portrait-type.h"

#include <stddef.h>

/* In drawing order. The pivots are where a thing is held: a hat turns about the crown it sits on, a beard about the
 * mouth. */
static const PortraitType types[] = {
  { "background", PORTRAIT_FOLLOWS_PICTURE, 0, 0.0, 0.0, 256.0, 256.0 },
  { "paint", PORTRAIT_FOLLOWS_HEAD, 300, 0.0, 0.0, 256.0, 224.0 },
  { "beard", PORTRAIT_FOLLOWS_HEAD, 400, 0.0, 0.0, 256.0, 300.0 },
  { "glasses", PORTRAIT_FOLLOWS_HEAD, 500, 0.0, 0.0, 256.0, 224.0 },
  { "mask", PORTRAIT_FOLLOWS_HEAD, 600, 0.0, 0.0, 256.0, 262.0 },
  { "hair", PORTRAIT_FOLLOWS_HEAD, 700, 0.0, 0.0, 256.0, 190.0 },
  { "ears", PORTRAIT_FOLLOWS_HEAD, 800, 0.0, 0.0, 256.0, 226.0 },
  { "hat", PORTRAIT_FOLLOWS_HEAD, 900, 0.0, -10.0, 256.0, 166.0 },
  { "coat", PORTRAIT_FOLLOWS_BODY, 1000, 0.0, 0.0, 256.0, 430.0 },
  { "neck", PORTRAIT_FOLLOWS_BODY, 1100, 0.0, 0.0, 256.0, 372.0 },
  { "badge", PORTRAIT_FOLLOWS_PICTURE, 1200, 0.0, 0.0, 256.0, 256.0 },
  { "frame", PORTRAIT_FOLLOWS_PICTURE, 1300, 0.0, 0.0, 256.0, 256.0 },
};

#define N_TYPES ((int) (sizeof types / sizeof types[0]))

static bool
names_equal (const char *a, const char *b)
{
  while (*a != '\0' && *a == *b)
    a++, b++;
  return *a == *b;
}

const PortraitType *
portrait_type_lookup (const char *name)
{
  if (name == NULL)
    return NULL;

  for (int i = 0; i < N_TYPES; i++)
    if (names_equal (types[i].name, name))
      return &types[i];
  return NULL;
}

const PortraitType *
portrait_type_list (int *n_types)
{
  if (n_types != NULL)
    *n_types = N_TYPES;
  return types;
}
