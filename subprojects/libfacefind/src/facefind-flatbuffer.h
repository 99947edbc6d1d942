/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reading a FlatBuffers file that may be hostile: every offset is checked, and what is not there reads as its
 * default. */

typedef struct
{
  const uint8_t *bytes;
  size_t         length;
} FlatBuffer;

/* A table is the position of its first byte; 0 stands for "no table", which no real table can be. */
typedef size_t FlatTable;

typedef struct
{
  size_t   start;                        /* of the first element */
  uint32_t n;
} FlatVector;

FlatTable  flat_root (const FlatBuffer *self);
int32_t    flat_int (const FlatBuffer *self, FlatTable table, int field, int32_t fallback);
uint8_t    flat_byte (const FlatBuffer *self, FlatTable table, int field, uint8_t fallback);
FlatTable  flat_table (const FlatBuffer *self, FlatTable table, int field);
/* The vector's elements of @element_size bytes lie inside the file, or n is 0. */
FlatVector flat_vector (const FlatBuffer *self, FlatTable table, int field, size_t element_size);
int32_t    flat_vector_int (const FlatBuffer *self, const FlatVector *vector, uint32_t index);
FlatTable  flat_vector_table (const FlatBuffer *self, const FlatVector *vector, uint32_t index);
