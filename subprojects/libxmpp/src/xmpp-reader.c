/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-reader.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <string.h>

#include "xmpp-names.h"

/* libxml2 is fed in slices of this size, so that a limit is noticed before much more than the limit is held. */
#define SLICE 4096

/*
 * libxml2 keeps every name it has ever seen in a dictionary. A long-lived stream gets a new parser at a quiet moment
 * when the dictionary passes SOFT; a peer that never gives such a moment is cut off at HARD. The same for bytes,
 * because libxml2 counts them in places.
 */
#define NAMES_SOFT (256 * 1024)
#define NAMES_HARD (4 * 1024 * 1024)
#define BYTES_SOFT (8 * 1024 * 1024)

typedef enum
{
  MODE_STREAM,      /* children of the root are stanzas */
  MODE_ELEMENT,     /* the root is the one stanza */
} ReaderMode;

struct _XmppReader
{
  ReaderMode mode;
  xmlParserCtxtPtr parser;
  gsize max_stanza;
  gsize fed;             /* bytes given to the parser */
  gsize boundary;        /* how many of them belong to stanzas that are complete */
  guint depth;           /* open elements, the stream's among them */
  gboolean replaying;    /* the header is being told to a new parser */
  gboolean closed;
  XmppNode *header;      /* owned; NULL before the opening tag */
  GString *prologue;     /* declarations of the header, for a new parser */
  GPtrArray *open;       /* borrowed nodes from the stanza down to the innermost; [0] is owned until complete */
  GString *text;         /* collected and not yet in a node */
  GQueue ready;          /* owned XmppNode */
  const char *map_from;
  const char *map_to;
  GError *error;         /* the first one; the reader is dead then */
};

static void
fail (XmppReader *self,
      XmppError   code,
      const char *condition,
      const char *message)
{
  if (self->error != NULL)
    return;
  xmpp_set_error (&self->error, code, condition, "%s", message);
  xmlStopParser (self->parser);
}

static gsize
consumed (XmppReader *self)
{
  xmlParserInputPtr input = self->parser->input;

  return input != NULL ? (gsize) input->consumed + (gsize) (input->cur - input->base) : self->fed;
}

static gboolean
check_name (XmppReader    *self,
            const xmlChar *name)
{
  if (name == NULL || strlen ((const char *) name) <= XMPP_READER_MAX_NAME)
    return TRUE;
  fail (self, XMPP_ERROR_LIMIT, "policy-violation", "A name in the XML is too long.");
  return FALSE;
}

static gboolean
check_namespace (XmppReader    *self,
                 const xmlChar *ns)
{
  if (ns == NULL || strlen ((const char *) ns) <= XMPP_READER_MAX_NAMESPACE)
    return TRUE;
  fail (self, XMPP_ERROR_LIMIT, "policy-violation", "A namespace in the XML is too long.");
  return FALSE;
}

/* The limits of one opening tag. */
static gboolean
check_element (XmppReader     *self,
               const xmlChar  *name,
               const xmlChar  *prefix,
               const xmlChar  *ns,
               int             n_namespaces,
               const xmlChar **namespaces,
               int             n_attributes,
               const xmlChar **attributes)
{
  if (self->depth >= XMPP_READER_MAX_DEPTH)
    {
      fail (self, XMPP_ERROR_LIMIT, "policy-violation", "The XML is nested too deeply.");
      return FALSE;
    }
  if (n_attributes + n_namespaces > XMPP_READER_MAX_ATTRIBUTES)
    {
      fail (self, XMPP_ERROR_LIMIT, "policy-violation", "An element has too many attributes.");
      return FALSE;
    }
  if (!check_name (self, name) || !check_name (self, prefix) || !check_namespace (self, ns))
    return FALSE;
  for (int i = 0; i < n_namespaces; i++)
    {
      if (!check_name (self, namespaces[2 * i]) || !check_namespace (self, namespaces[2 * i + 1]))
        return FALSE;
    }
  for (int i = 0; i < n_attributes; i++)
    {
      if (!check_name (self, attributes[5 * i]) || !check_name (self, attributes[5 * i + 1]))
        return FALSE;
    }
  return TRUE;
}

static XmppNode *
make_node (XmppReader     *self,
           const xmlChar  *name,
           const xmlChar  *ns,
           int             n_attributes,
           const xmlChar **attributes)
{
  const char *mapped = ns != NULL ? (const char *) ns : "";
  XmppNode *node;

  if (self->map_from != NULL && strcmp (mapped, self->map_from) == 0)
    mapped = self->map_to;
  node = xmpp_node_new ((const char *) name, mapped);
  for (int i = 0; i < n_attributes; i++)
    {
      const xmlChar **attribute = attributes + 5 * i;   /* local name, prefix, namespace, value, end of the value */
      g_autofree char *value = g_strndup ((const char *) attribute[3], attribute[4] - attribute[3]);

      xmpp_node_set_ns_attr (node, (const char *) attribute[0], (const char *) attribute[2], value);
    }
  return node;
}

static void
flush_text (XmppReader *self)
{
  if (self->text->len == 0)
    return;
  xmpp_node_append_text (g_ptr_array_index (self->open, self->open->len - 1), self->text->str);
  if (self->text->allocated_len > SLICE)
    {
      g_string_free (self->text, TRUE);
      self->text = g_string_new (NULL);
    }
  else
    {
      g_string_truncate (self->text, 0);
    }
}

/* Keeps what a new parser must know of the opening tag: its name's prefix and the declarations. */
static void
keep_prologue (XmppReader     *self,
               const xmlChar  *name,
               const xmlChar  *prefix,
               int             n_namespaces,
               const xmlChar **namespaces)
{
  g_string_truncate (self->prologue, 0);
  g_string_append_printf (self->prologue, "<%s%s%s", prefix != NULL ? (const char *) prefix : "",
                          prefix != NULL ? ":" : "", (const char *) name);
  for (int i = 0; i < n_namespaces; i++)
    {
      const char *declared = (const char *) namespaces[2 * i];
      g_autofree char *value = g_markup_escape_text ((const char *) namespaces[2 * i + 1], -1);

      g_string_append_printf (self->prologue, " xmlns%s%s=\"%s\"", declared != NULL ? ":" : "",
                              declared != NULL ? declared : "", value);
    }
  g_string_append_c (self->prologue, '>');
}

static void
on_start_element (void           *data,
                  const xmlChar  *name,
                  const xmlChar  *prefix,
                  const xmlChar  *ns,
                  int             n_namespaces,
                  const xmlChar **namespaces,
                  int             n_attributes,
                  int             n_defaulted,
                  const xmlChar **attributes)
{
  XmppReader *self = data;
  XmppNode *node;

  if (self->error != NULL)
    return;
  if (self->replaying)
    {
      self->depth = 1;
      return;
    }
  if (!check_element (self, name, prefix, ns, n_namespaces, namespaces, n_attributes, attributes))
    return;

  node = make_node (self, name, ns, n_attributes, attributes);
  if (self->mode == MODE_STREAM && self->depth == 0)
    {
      keep_prologue (self, name, prefix, n_namespaces, namespaces);
      self->header = node;
      self->boundary = consumed (self) + 1;   /* libxml2 has not passed the ">" yet, but it is there */
    }
  else
    {
      if (self->open->len > 0)
        {
          flush_text (self);
          xmpp_node_append (g_ptr_array_index (self->open, self->open->len - 1), node);
        }
      g_ptr_array_add (self->open, node);
    }
  self->depth++;
}

static void
on_end_element (void          *data,
                const xmlChar *name,
                const xmlChar *prefix,
                const xmlChar *ns)
{
  XmppReader *self = data;
  XmppNode *done;
  gsize end;

  if (self->error != NULL)
    return;
  self->depth--;
  if (self->open->len == 0)
    {
      self->closed = TRUE;
      return;
    }
  flush_text (self);
  if (self->open->len > 1)
    {
      g_ptr_array_set_size (self->open, (int) self->open->len - 1);
      return;
    }
  end = consumed (self);
  if (end - self->boundary > self->max_stanza)
    {
      fail (self, XMPP_ERROR_LIMIT, "policy-violation", "A stanza is too large.");
      return;
    }
  self->boundary = end;
  done = g_ptr_array_index (self->open, 0);
  g_ptr_array_set_size (self->open, 0);
  g_queue_push_tail (&self->ready, done);
}

static void
on_characters (void          *data,
               const xmlChar *text,
               int            length)
{
  XmppReader *self = data;

  if (self->error != NULL)
    return;
  if (self->open->len > 0)
    {
      g_string_append_len (self->text, (const char *) text, length);
      return;
    }
  /* Between stanzas only white space may stand (RFC 6120 section 4.6.1: a keepalive). */
  for (int i = 0; i < length; i++)
    {
      if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r' && text[i] != '\n')
        {
          fail (self, XMPP_ERROR_BAD_XML, "bad-format", "There is text between two stanzas.");
          return;
        }
    }
  self->boundary = consumed (self);
}

static void
refuse (XmppReader *self)
{
  fail (self, XMPP_ERROR_BAD_XML, "restricted-xml", "The XML has a part that XMPP does not allow.");
}

static void
on_comment (void          *data,
            const xmlChar *text)
{
  refuse (data);
}

static void
on_instruction (void          *data,
                const xmlChar *target,
                const xmlChar *text)
{
  refuse (data);
}

static void
on_subset (void          *data,
           const xmlChar *name,
           const xmlChar *public_id,
           const xmlChar *system_id)
{
  refuse (data);
}

/* libxml2 asks here only for entities other than the five predefined ones. */
static xmlEntityPtr
on_get_entity (void          *data,
               const xmlChar *name)
{
  refuse (data);
  return NULL;
}

static void
on_reference (void          *data,
              const xmlChar *name)
{
  refuse (data);
}

static void
on_error (void           *data,
          const xmlError *problem)
{
  XmppReader *self = data;

  /* Warnings, and namespace names that are no URI, are not against RFC 6120. */
  if (problem->level == XML_ERR_WARNING || problem->code == XML_WAR_NS_URI || problem->code == XML_WAR_NS_URI_RELATIVE)
    return;
  switch (problem->code)
    {
    case XML_ERR_UNDECLARED_ENTITY:
    case XML_WAR_UNDECLARED_ENTITY:
      refuse (self);
      break;
    case XML_ERR_NO_MEMORY:
    case XML_ERR_NAME_TOO_LONG:
      fail (self, XMPP_ERROR_LIMIT, "policy-violation", "The XML passes a limit.");
      break;
    case XML_ERR_INVALID_CHAR:
    case XML_ERR_INVALID_ENCODING:
      fail (self, XMPP_ERROR_BAD_XML, "not-well-formed", "The XML has bytes that are no UTF-8 text.");
      break;
    default:
      fail (self, XMPP_ERROR_BAD_XML, "not-well-formed", "The XML is not well-formed.");
      break;
    }
}

static void
make_parser (XmppReader *self)
{
  xmlSAXHandler sax = { 0 };

  sax.initialized = XML_SAX2_MAGIC;
  sax.startElementNs = on_start_element;
  sax.endElementNs = on_end_element;
  sax.characters = on_characters;
  sax.ignorableWhitespace = on_characters;
  sax.cdataBlock = on_characters;
  sax.comment = on_comment;
  sax.processingInstruction = on_instruction;
  sax.internalSubset = on_subset;
  sax.externalSubset = on_subset;
  sax.getEntity = on_get_entity;
  sax.getParameterEntity = on_get_entity;
  sax.reference = on_reference;
  sax.serror = (xmlStructuredErrorFunc) on_error;

  if (self->parser != NULL)
    xmlFreeParserCtxt (self->parser);
  self->parser = xmlCreatePushParserCtxt (&sax, self, NULL, 0, NULL);
  g_assert (self->parser != NULL);
  /* NOENT: without it "&amp;" in an attribute arrives as "&#38;". There are no other entities to expand. */
  xmlCtxtUseOptions (self->parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOCDATA | XML_PARSE_NOENT);
  /* RFC 6120 section 11.6: UTF-8, whatever the declaration or the first bytes say. */
  xmlSwitchEncoding (self->parser, XML_CHAR_ENCODING_UTF8);
  xmlDictSetLimit (self->parser->dict, NAMES_HARD);
  self->fed = 0;
  self->boundary = 0;
}

static void
forget (XmppReader *self)
{
  if (self->open->len > 0)
    xmpp_node_unref (g_ptr_array_index (self->open, 0));
  g_ptr_array_set_size (self->open, 0);
  g_string_truncate (self->text, 0);
  g_queue_clear_full (&self->ready, (GDestroyNotify) xmpp_node_unref);
  g_clear_pointer (&self->header, xmpp_node_unref);
  g_clear_error (&self->error);
  self->depth = 0;
  self->closed = FALSE;
}

static XmppReader *
reader_new (ReaderMode mode,
            gsize      max_stanza)
{
  static gsize once;
  XmppReader *self = g_new0 (XmppReader, 1);

  if (g_once_init_enter (&once))
    {
      xmlInitParser ();
      g_once_init_leave (&once, 1);
    }
  self->mode = mode;
  self->max_stanza = max_stanza != 0 ? max_stanza : XMPP_READER_MAX_STANZA_DEFAULT;
  self->open = g_ptr_array_new ();
  self->text = g_string_new (NULL);
  self->prologue = g_string_new (NULL);
  g_queue_init (&self->ready);
  make_parser (self);
  return self;
}

XmppReader *
xmpp_reader_new (gsize max_stanza)
{
  return reader_new (MODE_STREAM, max_stanza);
}

void
xmpp_reader_free (XmppReader *self)
{
  g_return_if_fail (self != NULL);

  forget (self);
  xmlFreeParserCtxt (self->parser);
  g_ptr_array_unref (self->open);
  g_string_free (self->text, TRUE);
  g_string_free (self->prologue, TRUE);
  g_free (self);
}

void
xmpp_reader_reset (XmppReader *self)
{
  g_return_if_fail (self != NULL);

  forget (self);
  make_parser (self);
}

void
xmpp_reader_set_max_stanza (XmppReader *self,
                            gsize       max_stanza)
{
  g_return_if_fail (self != NULL);
  self->max_stanza = max_stanza != 0 ? max_stanza : XMPP_READER_MAX_STANZA_DEFAULT;
}

void
xmpp_reader_map_namespace (XmppReader *self,
                           const char *from,
                           const char *to)
{
  g_return_if_fail (self != NULL);
  self->map_from = from;
  self->map_to = to;
}

/* A new parser that believes to stand behind the opening tag. Only between two stanzas, with nothing held back. */
static void
renew_parser (XmppReader *self)
{
  if (self->mode != MODE_STREAM || self->depth != 1 || self->closed || consumed (self) != self->fed
      || (xmlDictGetUsage (self->parser->dict) < NAMES_SOFT && self->fed < BYTES_SOFT))
    return;
  make_parser (self);
  self->replaying = TRUE;
  xmlParseChunk (self->parser, self->prologue->str, (int) self->prologue->len, 0);
  self->replaying = FALSE;
  self->fed = self->prologue->len;
  self->boundary = self->fed;
}

gboolean
xmpp_reader_push (XmppReader  *self,
                  const char  *data,
                  gsize        length,
                  GError     **error)
{
  g_return_val_if_fail (self != NULL && (data != NULL || length == 0), FALSE);

  while (length > 0 && self->error == NULL)
    {
      gsize slice = MIN (length, SLICE);

      if (self->closed)
        {
          /* Behind the closing tag nothing may come; white space does no harm. */
          if (!g_ascii_isspace (*data))
            fail (self, XMPP_ERROR_BAD_XML, "not-well-formed", "There is something after the end of the stream.");
          data++;
          length--;
          continue;
        }
      self->fed += slice;
      xmlParseChunk (self->parser, data, (int) slice, 0);
      if (self->error == NULL && !self->parser->wellFormed)
        fail (self, XMPP_ERROR_BAD_XML, "not-well-formed", "The XML is not well-formed.");
      if (self->error == NULL && self->fed - self->boundary > self->max_stanza)
        fail (self, XMPP_ERROR_LIMIT, "policy-violation", "A stanza is too large.");
      data += slice;
      length -= slice;
      if (self->error == NULL)
        renew_parser (self);
    }
  if (self->error == NULL)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (self->error);
  return FALSE;
}

const XmppNode *
xmpp_reader_get_header (XmppReader *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->header;
}

XmppNode *
xmpp_reader_pop (XmppReader *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return g_queue_pop_head (&self->ready);
}

gboolean
xmpp_reader_has_partial (XmppReader *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->open->len > 0 || !g_queue_is_empty (&self->ready) || consumed (self) != self->fed;
}

gboolean
xmpp_reader_is_closed (XmppReader *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->closed;
}

XmppNode *
xmpp_node_parse (const char  *xml,
                 gssize       length,
                 GError     **error)
{
  g_autoptr (XmppReader) reader = NULL;
  XmppNode *node;

  g_return_val_if_fail (xml != NULL, NULL);

  reader = reader_new (MODE_ELEMENT, 0);
  if (!xmpp_reader_push (reader, xml, length < 0 ? strlen (xml) : (gsize) length, error))
    return NULL;
  xmlParseChunk (reader->parser, NULL, 0, 1);
  node = reader->error == NULL ? xmpp_reader_pop (reader) : NULL;
  if (node == NULL)
    xmpp_set_error (error, XMPP_ERROR_BAD_XML, "not-well-formed", "The XML is not well-formed.");
  return node;
}
