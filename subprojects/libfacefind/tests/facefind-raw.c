/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints what the network itself answers, for a comparison with another engine: facefind-raw MODEL < 128·128·3 bytes of
 * RGB. 896 scores, then 896 × 16 values, one number a line. */
#include "facefind-network.h"

#include <stdio.h>
#include <stdlib.h>

static uint8_t model[FACEFIND_MODEL_MAX_BYTES];
static uint8_t input[FACEFIND_INPUT * FACEFIND_INPUT * 3];
static float scores[FACEFIND_ANCHORS], values[FACEFIND_ANCHORS * FACEFIND_VALUES];

int
main (int argc, char **argv)
{
  FILE *file = argc == 2 ? fopen (argv[1], "rb") : NULL;
  if (file == NULL)
    return 2;
  size_t length = fread (model, 1, sizeof model, file);
  fclose (file);

  FaceFindNetwork *network;
  if (facefind_network_new (model, length, &network) != FACEFIND_OK
      || fread (input, 1, sizeof input, stdin) != sizeof input)
    return 1;
  void *workspace = malloc (facefind_network_workspace_size (network));
  facefind_network_run (network, facefind_kernels_best (), input, workspace, scores, values);
  for (int i = 0; i < FACEFIND_ANCHORS; i++)
    printf ("%.9g\n", (double) scores[i]);
  for (int i = 0; i < FACEFIND_ANCHORS * FACEFIND_VALUES; i++)
    printf ("%.9g\n", (double) values[i]);
  free (workspace);
  facefind_network_free (network);
  return 0;
}
