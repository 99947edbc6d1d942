/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facefind-network.h"

#include "facefind-flatbuffer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Field numbers and values of TensorFlow Lite's schema, version 3. */
enum { MODEL_OPERATOR_CODES = 1, MODEL_SUBGRAPHS = 2, MODEL_BUFFERS = 4 };
enum { CODE_DEPRECATED = 0, CODE_BUILTIN = 3 };
enum { GRAPH_TENSORS = 0, GRAPH_INPUTS = 1, GRAPH_OPERATORS = 3 };
enum { TENSOR_SHAPE = 0, TENSOR_TYPE = 1, TENSOR_BUFFER = 2 };
enum { OPERATOR_CODE = 0, OPERATOR_INPUTS = 1, OPERATOR_OUTPUTS = 2, OPERATOR_OPTIONS = 4 };
enum { CONV_PADDING = 0, CONV_STRIDE_W = 1, CONV_STRIDE_H = 2, CONV_ACTIVATION = 3 };
enum { DEPTHWISE_MULTIPLIER = 3, DEPTHWISE_ACTIVATION = 4 };
enum { BUFFER_DATA = 0 };
enum { TYPE_FLOAT32 = 0, TYPE_FLOAT16 = 1 };
enum { PADDING_SAME = 0 };
enum
{
  OP_ADD = 0,
  OP_CONCATENATION = 2,
  OP_CONV = 3,
  OP_DEPTHWISE = 4,
  OP_DEQUANTIZE = 6,
  OP_MAX_POOL = 17,
  OP_RELU = 19,
  OP_RESHAPE = 22,
  OP_PAD = 34
};

#define ROUND_UP(n) (((n) + FACEFIND_LANES - 1) / FACEFIND_LANES * FACEFIND_LANES)

typedef struct
{
  int    size;                           /* pixels of a side of the output */
  int    channels;                       /* of the output, as stored: a multiple of FACEFIND_LANES */
  int    in_size, in_channels;
  int    stride;
  float *depthwise, *depthwise_bias;     /* owned; NULL for the stem */
  float *pointwise, *pointwise_bias;     /* owned; [in][out] */
} Stage;

typedef struct
{
  int    stage;                          /* whose output it reads */
  int    per_place;                      /* anchors a place */
  int    channels;                       /* as stored */
  int    first;                          /* anchor */
  bool   is_score;
  float *weights, *bias;                 /* owned */
} Head;

#define MAX_HEADS 4
#define STEM_KERNEL 5
#define STEM_INPUTS (STEM_KERNEL * STEM_KERNEL * 3)

struct FaceFindNetwork
{
  Stage stages[FACEFIND_MAX_STAGES];
  int   n_stages;
  Head  heads[MAX_HEADS];
  int   n_heads;
  size_t activation_floats, row_floats;
};

/* ---- Reading the file ---- */

typedef struct
{
  int32_t shape[4];
  int     n_dims;
  int     type;
  uint32_t buffer;
  int     stage;                         /* this tensor is the output of a stage, or -1 */
  int     source;                        /* what it was computed from, or -1 */
  int     op;                            /* the operator that made it, or -1 */
  FlatTable operator_table;
} Tensor;

typedef struct
{
  FlatBuffer       file;
  FlatVector       codes, buffers;
  Tensor          *tensors;
  uint32_t         n_tensors;
  int              input;
  FaceFindNetwork *network;
} Loader;

static float
half_to_float (uint16_t half)
{
  int exponent = half >> 10 & 31;
  float fraction = (float) (half & 1023);
  float value = exponent == 0 ? ldexpf (fraction, -24) : ldexpf (fraction + 1024.0f, exponent - 25);
  return half & 0x8000 ? -value : value;
}

static Tensor *
tensor_at (Loader *self, int index)
{
  return index >= 0 && (uint32_t) index < self->n_tensors ? &self->tensors[index] : NULL;
}

/* The numbers of a constant tensor; 16-bit ones reach their user through a DEQUANTIZE. (transfer full) */
static float *
read_constant (Loader *self, int index, size_t n)
{
  Tensor *tensor = tensor_at (self, index);
  if (tensor != NULL && tensor->op == OP_DEQUANTIZE)
    tensor = tensor_at (self, tensor->source);
  if (tensor == NULL || (tensor->type != TYPE_FLOAT16 && tensor->type != TYPE_FLOAT32))
    return NULL;

  size_t size = tensor->type == TYPE_FLOAT16 ? 2 : 4;
  FlatVector data = flat_vector (&self->file, flat_vector_table (&self->file, &self->buffers, tensor->buffer),
                                 BUFFER_DATA, 1);
  if (n == 0 || data.n / size != n)
    return NULL;

  float *out = malloc (n * sizeof (float));
  if (out == NULL)
    return NULL;
  const uint8_t *bytes = self->file.bytes + data.start;
  for (size_t i = 0; i < n; i++)
    {
      if (size == 2)
        out[i] = half_to_float ((uint16_t) (bytes[2 * i] | bytes[2 * i + 1] << 8));
      else
        memcpy (&out[i], bytes + 4 * i, 4);
      if (!isfinite (out[i]))
        out[i] = 0;
    }
  return out;
}

/* [rows][columns] with both padded by zeros; @transposed: the file has [columns][rows]. (transfer full) */
static float *
read_matrix (Loader *self, int index, int rows, int columns, int stored_rows, bool transposed)
{
  float *plain = read_constant (self, index, (size_t) rows * (size_t) columns);
  if (plain == NULL)
    return NULL;

  int stored_columns = ROUND_UP (columns);
  float *out = calloc ((size_t) stored_rows * (size_t) stored_columns, sizeof (float));
  for (int r = 0; out != NULL && r < rows; r++)
    for (int c = 0; c < columns; c++)
      out[r * stored_columns + c] = transposed ? plain[c * rows + r] : plain[r * columns + c];
  free (plain);
  return out;
}

static bool
is_square_map (const Tensor *tensor)
{
  return tensor != NULL && tensor->n_dims == 4 && tensor->shape[0] == 1 && tensor->shape[1] == tensor->shape[2]
         && tensor->shape[1] >= 2 && tensor->shape[1] <= FACEFIND_INPUT && tensor->shape[3] >= 1
         && tensor->shape[3] <= FACEFIND_MAX_CHANNELS;
}

static bool
is_kernel (const Tensor *tensor, int outputs, int size, int inputs)
{
  return tensor != NULL && tensor->n_dims == 4 && tensor->shape[0] == outputs && tensor->shape[1] == size
         && tensor->shape[2] == size && tensor->shape[3] == inputs;
}

/* No fused activation, and the stride the shapes call for. */
static bool
has_plain_options (Loader *self, FlatTable operator_table, int activation_field, int stride)
{
  FlatTable options = flat_table (&self->file, operator_table, OPERATOR_OPTIONS);
  return flat_int (&self->file, options, CONV_STRIDE_W, 1) == stride
         && flat_int (&self->file, options, CONV_STRIDE_H, 1) == stride
         && flat_byte (&self->file, options, activation_field, 0) == 0;
}

static int
operand (Loader *self, FlatTable operator_table, int field, uint32_t index)
{
  FlatVector vector = flat_vector (&self->file, operator_table, field, 4);
  return index < vector.n ? flat_vector_int (&self->file, &vector, index) : -1;
}

static bool
load_stem (Loader *self, FlatTable op, const Tensor *out)
{
  FaceFindNetwork *network = self->network;
  if (network->n_stages != 0 || !is_square_map (out) || out->shape[1] * 2 != FACEFIND_INPUT
      || !is_kernel (tensor_at (self, operand (self, op, OPERATOR_INPUTS, 1)), out->shape[3], STEM_KERNEL, 3)
      || !has_plain_options (self, op, CONV_ACTIVATION, 2))
    return false;

  Stage *stage = &network->stages[network->n_stages++];
  int channels = out->shape[3];
  *stage = (Stage){
    .size = out->shape[1], .channels = ROUND_UP (channels), .in_size = FACEFIND_INPUT, .in_channels = 3, .stride = 2
  };
  stage->pointwise = read_matrix (self, operand (self, op, OPERATOR_INPUTS, 1), STEM_INPUTS, channels, STEM_INPUTS,
                                  true);
  stage->pointwise_bias = read_matrix (self, operand (self, op, OPERATOR_INPUTS, 2), 1, channels, 1, false);
  return stage->pointwise != NULL && stage->pointwise_bias != NULL;
}

/* An ADD whose one side is POINTWISE (DEPTHWISE (x)) and whose other side is x, perhaps pooled, perhaps padded. */
static bool
load_block (Loader *self, FlatTable add)
{
  FaceFindNetwork *network = self->network;
  int a = operand (self, add, OPERATOR_INPUTS, 0), b = operand (self, add, OPERATOR_INPUTS, 1);
  Tensor *branch = tensor_at (self, a), *skip = tensor_at (self, b);
  if (branch == NULL || skip == NULL)
    return false;
  if (branch->op != OP_CONV)
    {
      Tensor *other = branch;
      branch = skip;
      skip = other;
    }
  if (branch->op != OP_CONV || network->n_stages == 0 || network->n_stages == FACEFIND_MAX_STAGES)
    return false;

  Tensor *middle = tensor_at (self, branch->source);
  if (middle == NULL || middle->op != OP_DEPTHWISE)
    return false;
  Tensor *in = tensor_at (self, middle->source);
  bool pooled = false;
  while (skip != NULL && skip != in && (skip->op == OP_PAD || skip->op == OP_MAX_POOL))
    {
      pooled = pooled || skip->op == OP_MAX_POOL;
      skip = tensor_at (self, skip->source);
    }
  int last = network->n_stages - 1;
  if (skip != in || in == NULL || in->stage != last || !is_square_map (in) || !is_square_map (middle)
      || !is_square_map (branch))
    return false;

  int stride = pooled ? 2 : 1, inputs = in->shape[3], outputs = branch->shape[3];
  FlatTable depthwise = middle->operator_table, pointwise = branch->operator_table;
  if (branch->shape[1] * stride != in->shape[1] || middle->shape[1] != branch->shape[1] || middle->shape[3] != inputs
      || outputs < inputs || !is_kernel (tensor_at (self, operand (self, depthwise, OPERATOR_INPUTS, 1)), 1, 3, inputs)
      || !is_kernel (tensor_at (self, operand (self, pointwise, OPERATOR_INPUTS, 1)), outputs, 1, inputs)
      || !has_plain_options (self, depthwise, DEPTHWISE_ACTIVATION, stride)
      || !has_plain_options (self, pointwise, CONV_ACTIVATION, 1))
    return false;

  Stage *stage = &network->stages[network->n_stages++];
  *stage = (Stage) { .size = branch->shape[1], .channels = ROUND_UP (outputs), .in_size = in->shape[1],
                     .in_channels = ROUND_UP (inputs), .stride = stride };
  /* Halving in place must not overtake the reading (facefind_network_run). */
  if (stage->in_channels != network->stages[last].channels || (stride == 2 && stage->channels > 4 * stage->in_channels))
    return false;
  stage->depthwise = read_matrix (self, operand (self, depthwise, OPERATOR_INPUTS, 1), 9, inputs, 9, false);
  stage->depthwise_bias = read_matrix (self, operand (self, depthwise, OPERATOR_INPUTS, 2), 1, inputs, 1, false);
  stage->pointwise = read_matrix (self, operand (self, pointwise, OPERATOR_INPUTS, 1), inputs, outputs,
                                  stage->in_channels, true);
  stage->pointwise_bias = read_matrix (self, operand (self, pointwise, OPERATOR_INPUTS, 2), 1, outputs, 1, false);
  return stage->depthwise != NULL && stage->depthwise_bias != NULL && stage->pointwise != NULL
         && stage->pointwise_bias != NULL;
}

static bool
load_head (Loader *self, FlatTable op, const Tensor *in, const Tensor *out)
{
  FaceFindNetwork *network = self->network;
  if (network->n_heads == MAX_HEADS || !is_square_map (out) || out->shape[1] != in->shape[1]
      || !is_kernel (tensor_at (self, operand (self, op, OPERATOR_INPUTS, 1)), out->shape[3], 1, in->shape[3])
      || !has_plain_options (self, op, CONV_ACTIVATION, 1))
    return false;

  /* The two maps of the short range model: 16 × 16 with two anchors a place, 8 × 8 with six. */
  int per_place = out->shape[1] == 16 ? 2 : out->shape[1] == 8 ? 6 : 0;
  bool is_score = out->shape[3] == per_place;
  if (per_place == 0 || (!is_score && out->shape[3] != per_place * FACEFIND_VALUES))
    return false;

  Head *head = &network->heads[network->n_heads++];
  *head = (Head) { .stage = in->stage, .per_place = per_place, .channels = ROUND_UP (out->shape[3]),
                   .first = out->shape[1] == 16 ? 0 : 16 * 16 * 2, .is_score = is_score };
  head->weights = read_matrix (self, operand (self, op, OPERATOR_INPUTS, 1), in->shape[3], out->shape[3],
                               ROUND_UP (in->shape[3]), true);
  head->bias = read_matrix (self, operand (self, op, OPERATOR_INPUTS, 2), 1, out->shape[3], 1, false);
  return head->weights != NULL && head->bias != NULL;
}

static bool
load_operator (Loader *self, FlatTable op)
{
  FlatTable code = flat_vector_table (&self->file, &self->codes,
                                      (uint32_t) flat_int (&self->file, op, OPERATOR_CODE, 0));
  int old_code = flat_byte (&self->file, code, CODE_DEPRECATED, 0),
      new_code = flat_int (&self->file, code, CODE_BUILTIN, 0);
  int kind = old_code > new_code ? old_code : new_code;
  int source = operand (self, op, OPERATOR_INPUTS, 0);
  Tensor *in = tensor_at (self, source), *out = tensor_at (self, operand (self, op, OPERATOR_OUTPUTS, 0));
  if (in == NULL || out == NULL || out->op != -1)
    return false;

  out->op = kind;
  out->source = source;
  out->operator_table = op;
  switch (kind)
    {
    case OP_CONV:
      if (source == self->input)
        return load_stem (self, op, out);
      return in->op == OP_DEPTHWISE || (in->stage >= 0 && load_head (self, op, in, out));
    case OP_ADD:
      return load_block (self, op);
    case OP_RELU:
      out->stage = self->network->n_stages - 1;
      return in->op == OP_ADD || in->op == OP_CONV;
    case OP_DEPTHWISE:
    case OP_MAX_POOL:
      return in->stage >= 0;
    case OP_PAD:
    case OP_DEQUANTIZE:
    case OP_RESHAPE:
    case OP_CONCATENATION:
      return true;
    default:
      return false;
    }
}

static bool
load_tensors (Loader *self, FlatTable graph)
{
  FlatVector tensors = flat_vector (&self->file, graph, GRAPH_TENSORS, 4);
  if (tensors.n == 0 || tensors.n > FACEFIND_MAX_TENSORS)
    return false;
  self->tensors = calloc (tensors.n, sizeof (Tensor));
  if (self->tensors == NULL)
    return false;
  self->n_tensors = tensors.n;

  for (uint32_t i = 0; i < tensors.n; i++)
    {
      Tensor *tensor = &self->tensors[i];
      FlatTable table = flat_vector_table (&self->file, &tensors, i);
      FlatVector shape = flat_vector (&self->file, table, TENSOR_SHAPE, 4);
      tensor->n_dims = shape.n <= 4 ? (int) shape.n : 0;
      for (int k = 0; k < tensor->n_dims; k++)
        tensor->shape[k] = flat_vector_int (&self->file, &shape, (uint32_t) k);
      tensor->type = flat_byte (&self->file, table, TENSOR_TYPE, TYPE_FLOAT32);
      tensor->buffer = (uint32_t) flat_int (&self->file, table, TENSOR_BUFFER, 0);
      tensor->stage = tensor->source = tensor->op = -1;
    }
  return true;
}

static bool
load (Loader *self)
{
  FlatTable model = flat_root (&self->file);
  FlatVector graphs = flat_vector (&self->file, model, MODEL_SUBGRAPHS, 4);
  FlatTable graph = flat_vector_table (&self->file, &graphs, 0);
  self->codes = flat_vector (&self->file, model, MODEL_OPERATOR_CODES, 4);
  self->buffers = flat_vector (&self->file, model, MODEL_BUFFERS, 4);

  FlatVector inputs = flat_vector (&self->file, graph, GRAPH_INPUTS, 4);
  FlatVector operators = flat_vector (&self->file, graph, GRAPH_OPERATORS, 4);
  if (graphs.n != 1 || inputs.n != 1 || operators.n > FACEFIND_MAX_OPERATORS || !load_tensors (self, graph))
    return false;

  self->input = flat_vector_int (&self->file, &inputs, 0);
  Tensor *input = tensor_at (self, self->input);
  if (!is_square_map (input) || input->shape[1] != FACEFIND_INPUT || input->shape[3] != 3)
    return false;

  for (uint32_t i = 0; i < operators.n; i++)
    if (!load_operator (self, flat_vector_table (&self->file, &operators, i)))
      return false;

  /* Both maps, each with scores and values. */
  int seen = 0;
  for (int i = 0; i < self->network->n_heads; i++)
    seen |= 1 << ((self->network->heads[i].first != 0) * 2 + self->network->heads[i].is_score);
  return seen == 15;
}

static void
measure (FaceFindNetwork *self)
{
  for (int i = 0; i < self->n_stages; i++)
    {
      const Stage *stage = &self->stages[i];
      size_t whole = (size_t) stage->size * (size_t) stage->size * (size_t) stage->channels;
      size_t row = (size_t) stage->in_size
                   * (size_t) (stage->in_channels > stage->channels ? stage->in_channels : stage->channels);
      if (whole > self->activation_floats)
        self->activation_floats = whole;
      if (row > self->row_floats)
        self->row_floats = row;
    }
  size_t stem_row = (size_t) FACEFIND_INPUT / 2 * STEM_INPUTS;
  size_t head_row = 16 * ROUND_UP (6 * FACEFIND_VALUES);
  if (self->row_floats < stem_row)
    self->row_floats = stem_row;
  if (self->row_floats < head_row)
    self->row_floats = head_row;
}

FaceFindStatus
facefind_network_new (const uint8_t *bytes, size_t length, FaceFindNetwork **out)
{
  *out = NULL;
  if (bytes == NULL || length < 16 || length > FACEFIND_MODEL_MAX_BYTES || memcmp (bytes + 4, "TFL3", 4) != 0)
    return FACEFIND_ERROR_MODEL;

  FaceFindNetwork *network = calloc (1, sizeof (FaceFindNetwork));
  if (network == NULL)
    return FACEFIND_ERROR_MEMORY;

  Loader loader = { .file = { bytes, length }, .network = network };
  bool loaded = load (&loader);
  free (loader.tensors);
  if (!loaded)
    {
      facefind_network_free (network);
      return FACEFIND_ERROR_MODEL;
    }
  measure (network);
  *out = network;
  return FACEFIND_OK;
}

void
facefind_network_free (FaceFindNetwork *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < self->n_stages; i++)
    {
      free (self->stages[i].depthwise);
      free (self->stages[i].depthwise_bias);
      free (self->stages[i].pointwise);
      free (self->stages[i].pointwise_bias);
    }
  for (int i = 0; i < self->n_heads; i++)
    {
      free (self->heads[i].weights);
      free (self->heads[i].bias);
    }
  free (self);
}

/* ---- Running ---- */

#define ROWS 5                           /* scratch rows: two saved, depthwise, pointwise, pooled */

size_t
facefind_network_workspace_size (const FaceFindNetwork *self)
{
  return (self->activation_floats + ROWS * self->row_floats) * sizeof (float);
}

/* The stem: a 5×5 convolution with stride 2, as a product of gathered neighbourhoods with the kernel. SAME padding of
 * an even size by stride 2 puts one row before and two after. */
static void
run_stem (const Stage *stage, const FaceFindKernels *kernels, const uint8_t *input, float *gathered, float *out)
{
  for (int y = 0; y < stage->size; y++)
    {
      float *target = gathered;
      for (int x = 0; x < stage->size; x++)
        for (int ky = 0; ky < STEM_KERNEL; ky++)
          for (int kx = 0; kx < STEM_KERNEL; kx++, target += 3)
            {
              int row = 2 * y - 1 + ky, column = 2 * x - 1 + kx;
              bool outside = row < 0 || row >= FACEFIND_INPUT || column < 0 || column >= FACEFIND_INPUT;
              const uint8_t *pixel = input + (outside ? 0 : (row * FACEFIND_INPUT + column) * 3);
              for (int c = 0; c < 3; c++)
                target[c] = outside ? 0 : (float) pixel[c] * (1 / 127.5f) - 1;
            }
      float *row = out + y * stage->size * stage->channels;
      kernels->pointwise (row, gathered, stage->size, STEM_INPUTS, stage->channels, stage->pointwise,
                          stage->pointwise_bias);
      kernels->add_relu (row, row, stage->size, stage->channels, 0);
    }
}

/* In place, from the last row up: the output has at least as many channels, so its row y begins at or after the input's
 * row y; what is still needed of rows y and y + 1 was saved. */
static void
run_block (const Stage *stage, const FaceFindKernels *kernels, float *map, float *const scratch[ROWS])
{
  int width = stage->size, in_row = width * stage->in_channels, out_row = width * stage->channels;
  float *current = scratch[0], *below = scratch[1];
  bool has_below = false;

  memcpy (current, map + (width - 1) * in_row, (size_t) in_row * sizeof (float));
  for (int y = width - 1; y >= 0; y--)
    {
      const float *above = y > 0 ? map + (y - 1) * in_row : NULL;
      const float *rows[3] = { above, current, has_below ? below : NULL };
      kernels->depthwise (scratch[2], rows, width, width, 1, -1, stage->in_channels, stage->depthwise,
                          stage->depthwise_bias);
      kernels->pointwise (scratch[3], scratch[2], width, stage->in_channels, stage->channels, stage->pointwise,
                          stage->pointwise_bias);
      kernels->add_relu (scratch[3], current, width, stage->channels, stage->in_channels);

      float *spare = below;
      below = current;
      current = spare;
      has_below = true;
      if (y > 0)
        memcpy (current, above, (size_t) in_row * sizeof (float));
      memcpy (map + y * out_row, scratch[3], (size_t) out_row * sizeof (float));
    }
}

/* In place, from the first row down: output row y ends before input row 2y + 2, the next one that is needed. */
static void
run_halving_block (const Stage *stage, const FaceFindKernels *kernels, float *map, float *const scratch[ROWS])
{
  int in_row = stage->in_size * stage->in_channels, out_row = stage->size * stage->channels;
  for (int y = 0; y < stage->size; y++)
    {
      const float *rows[3] = { map + 2 * y * in_row, map + (2 * y + 1) * in_row,
                               2 * y + 2 < stage->in_size ? map + (2 * y + 2) * in_row : NULL };
      kernels->depthwise (scratch[2], rows, stage->in_size, stage->size, 2, 0, stage->in_channels, stage->depthwise,
                          stage->depthwise_bias);
      kernels->maxpool (scratch[4], rows[0], rows[1], stage->size, stage->in_channels);
      kernels->pointwise (scratch[3], scratch[2], stage->size, stage->in_channels, stage->channels, stage->pointwise,
                          stage->pointwise_bias);
      kernels->add_relu (scratch[3], scratch[4], stage->size, stage->channels, stage->in_channels);
      memcpy (map + y * out_row, scratch[3], (size_t) out_row * sizeof (float));
    }
}

static void
run_head (const Head *head, const Stage *stage, const FaceFindKernels *kernels, const float *map, float *row,
          float *scores, float *values)
{
  int per_anchor = head->is_score ? 1 : FACEFIND_VALUES;
  int used = head->per_place * per_anchor;
  float *target = (head->is_score ? scores : values) + head->first * per_anchor;
  for (int y = 0; y < stage->size; y++)
    {
      kernels->pointwise (row, map + y * stage->size * stage->channels, stage->size, stage->channels, head->channels,
                          head->weights, head->bias);
      for (int x = 0; x < stage->size; x++, target += used)
        memcpy (target, row + x * head->channels, (size_t) used * sizeof (float));
    }
}

void
facefind_network_run (const FaceFindNetwork *self, const FaceFindKernels *kernels, const uint8_t *input,
                      void *workspace, float *scores, float *values)
{
  float *map = workspace;
  float *scratch[ROWS];
  for (int i = 0; i < ROWS; i++)
    scratch[i] = map + self->activation_floats + (size_t) i * self->row_floats;

  for (int i = 0; i < self->n_stages; i++)
    {
      const Stage *stage = &self->stages[i];
      if (stage->depthwise == NULL)
        run_stem (stage, kernels, input, scratch[0], map);
      else if (stage->stride == 1)
        run_block (stage, kernels, map, scratch);
      else
        run_halving_block (stage, kernels, map, scratch);

      for (int h = 0; h < self->n_heads; h++)
        if (self->heads[h].stage == i)
          run_head (&self->heads[h], stage, kernels, map, scratch[0], scores, values);
    }
}
