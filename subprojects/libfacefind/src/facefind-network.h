/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facefind.h"
#include "facefind-kernels.h"

/* The network as read from a model file: a stem, a chain of residual blocks that share one buffer, and heads that read
 * the chain at two places. docs/face-finding.md explains it. */

#define FACEFIND_INPUT 128               /* the network looks at a square of so many pixels */
#define FACEFIND_ANCHORS 896             /* 16 × 16 places × 2 and 8 × 8 places × 6 */
#define FACEFIND_VALUES 16               /* of one anchor: box centre and size, six points */

/* What a model file may have at most: far above the model there is, far below what could hurt. */
#define FACEFIND_MAX_OPERATORS 512
#define FACEFIND_MAX_TENSORS 1024
#define FACEFIND_MAX_STAGES 32
#define FACEFIND_MAX_CHANNELS 256

typedef struct FaceFindNetwork FaceFindNetwork;

FaceFindStatus facefind_network_new (const uint8_t *bytes, size_t length, FaceFindNetwork **out);
void           facefind_network_free (FaceFindNetwork *self);
size_t         facefind_network_workspace_size (const FaceFindNetwork *self);    /* bytes, a multiple of 16 */

/* @input: FACEFIND_INPUT² pixels of RGB. @scores: one logit an anchor; @values: FACEFIND_VALUES an anchor. */
void           facefind_network_run (const FaceFindNetwork *self, const FaceFindKernels *kernels, const uint8_t *input,
                                     void *workspace, float *scores, float *values);
