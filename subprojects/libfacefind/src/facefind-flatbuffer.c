/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facefind-flatbuffer.h"

static bool
inside (const FlatBuffer *self, size_t position, size_t size)
{
  return position <= self->length && size <= self->length - position;
}

static uint16_t
read_u16 (const FlatBuffer *self, size_t position)
{
  if (!inside (self, position, 2))
    return 0;
  return (uint16_t) (self->bytes[position] | self->bytes[position + 1] << 8);
}

static uint32_t
read_u32 (const FlatBuffer *self, size_t position)
{
  if (!inside (self, position, 4))
    return 0;
  return (uint32_t) self->bytes[position] | (uint32_t) self->bytes[position + 1] << 8
         | (uint32_t) self->bytes[position + 2] << 16 | (uint32_t) self->bytes[position + 3] << 24;
}

/* Follows the unsigned offset stored at @position; 0 when it leaves the file. */
static size_t
follow (const FlatBuffer *self, size_t position)
{
  uint32_t offset = read_u32 (self, position);
  if (offset == 0 || !inside (self, position, offset) || !inside (self, position + offset, 4))
    return 0;
  return position + offset;
}

/* Where a field's value lies: the table begins with a signed offset back to its list of field positions. */
static size_t
field_position (const FlatBuffer *self, FlatTable table, int field)
{
  if (table == 0 || !inside (self, table, 4))
    return 0;

  int64_t list = (int64_t) table - (int32_t) read_u32 (self, table);
  if (list < 0 || !inside (self, (size_t) list, 4))
    return 0;

  size_t entry = 4 + 2 * (size_t) field;
  if (entry + 2 > read_u16 (self, (size_t) list))
    return 0;

  uint16_t offset = read_u16 (self, (size_t) list + entry);
  return offset == 0 ? 0 : table + offset;
}

FlatTable
flat_root (const FlatBuffer *self)
{
  return follow (self, 0);
}

int32_t
flat_int (const FlatBuffer *self, FlatTable table, int field, int32_t fallback)
{
  size_t position = field_position (self, table, field);
  return position != 0 && inside (self, position, 4) ? (int32_t) read_u32 (self, position) : fallback;
}

uint8_t
flat_byte (const FlatBuffer *self, FlatTable table, int field, uint8_t fallback)
{
  size_t position = field_position (self, table, field);
  return position != 0 && inside (self, position, 1) ? self->bytes[position] : fallback;
}

FlatTable
flat_table (const FlatBuffer *self, FlatTable table, int field)
{
  size_t position = field_position (self, table, field);
  return position == 0 ? 0 : follow (self, position);
}

FlatVector
flat_vector (const FlatBuffer *self, FlatTable table, int field, size_t element_size)
{
  FlatVector none = { 0, 0 };
  size_t start = flat_table (self, table, field);
  if (start == 0)
    return none;

  uint32_t n = read_u32 (self, start);
  if (n > self->length / element_size || !inside (self, start + 4, n * element_size))
    return none;
  return (FlatVector) { start + 4, n };
}

int32_t
flat_vector_int (const FlatBuffer *self, const FlatVector *vector, uint32_t index)
{
  return index < vector->n ? (int32_t) read_u32 (self, vector->start + 4 * (size_t) index) : 0;
}

FlatTable
flat_vector_table (const FlatBuffer *self, const FlatVector *vector, uint32_t index)
{
  return index < vector->n ? follow (self, vector->start + 4 * (size_t) index) : 0;
}
