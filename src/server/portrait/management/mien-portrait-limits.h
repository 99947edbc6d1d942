/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The portrait server's limits. Two more are the administrator's: [portrait] max-bytes and max-pixels. */
/* A picture that the IM server forwards comes in a stanza. */
#define MIEN_PORTRAIT_FORWARD_BYTES   (1024 * 1024)

#define MIEN_PORTRAIT_SLOT_SECONDS    300      /* an upload address is good for so long */
#define MIEN_PORTRAIT_MAX_ACCOUNT     2047     /* bytes of local@domain (RFC 7622 section 3) */
#define MIEN_PORTRAIT_MAX_TOKEN       4096     /* characters of a signed upload address */

/* By account: so many at once, and one more every so many seconds. */
#define MIEN_PORTRAIT_SLOT_BURST      20
#define MIEN_PORTRAIT_SLOT_REFILL     30.0
#define MIEN_PORTRAIT_QUERY_BURST     120
#define MIEN_PORTRAIT_QUERY_REFILL    0.5
/* Bytes by account: so many at once, and so many a second more (100 MiB a day). */
#define MIEN_PORTRAIT_VOLUME_BURST    (64.0 * 1024 * 1024)
#define MIEN_PORTRAIT_VOLUME_PER_SEC  (100.0 * 1024 * 1024 / 86400)
#define MIEN_PORTRAIT_MAX_BUCKETS     200000   /* accounts remembered for this at one time */

#define MIEN_PORTRAIT_WORKERS         4        /* threads that check, write and scale */
#define MIEN_PORTRAIT_READERS         8        /* threads that read files and ask the database */
#define MIEN_PORTRAIT_MAX_QUEUED      64       /* waiting uploads and scalings; more are told to come back */
#define MIEN_PORTRAIT_MAX_READS       1024     /* waiting reads and questions */
#define MIEN_PORTRAIT_HOT_BYTES       (32 * 1024 * 1024)   /* pictures kept in memory */
#define MIEN_PORTRAIT_HOT_MAX_ITEM    (1024 * 1024)
/* Where other processes may retract a picture, it is looked for on disk again after so long. */
#define MIEN_PORTRAIT_HOT_SECONDS     5

/* Bytes nobody refers to are kept so long after they were last written or replaced: somebody may be on his way to
 * them. */
#define MIEN_PORTRAIT_GRACE_SECONDS   3600
#define MIEN_PORTRAIT_SWEEP_SECONDS   60       /* one of 256 folders is looked through every so often */
