/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

/* RFC 6121 section 3. Both sides of a subscription inside this domain change in one transaction; what has to be sent
   then is
 * a list of effects, carried out on the main loop in order. */

typedef enum
{
  EFFECT_PUSH,       /* `row` has changed in the roster of `account` */
  EFFECT_DELIVER,    /* `stanza` is for the sessions of `account` */
  EFFECT_ROUTE,      /* `stanza` is for an address that is not an account here */
  EFFECT_SHOW,       /* `account` is to be shown to `peer` */
  EFFECT_HIDE,
} EffectKind;

typedef struct
{
  EffectKind     kind;
  char          *account;
  char          *peer;
  char          *stanza;
  MienRosterRow *row;
} Effect;

static void
effect_free (gpointer data)
{
  Effect *self = data;

  g_free (self->account);
  g_free (self->peer);
  g_free (self->stanza);
  mien_roster_row_free (self->row);
  g_free (self);
}

GPtrArray *
mien_im_effects_new (void)
{
  return g_ptr_array_new_with_free_func (effect_free);
}

static Effect *
add_effect (GPtrArray *effects, EffectKind kind, const char *account, const char *peer)
{
  Effect *effect = g_new0 (Effect, 1);

  effect->kind = kind;
  effect->account = g_strdup (account);
  effect->peer = g_strdup (peer);
  g_ptr_array_add (effects, effect);
  return effect;
}

void
mien_im_effects_push (GPtrArray *effects, const char *account, MienRosterRow *row)
{
  add_effect (effects, EFFECT_PUSH, account, NULL)->row = row;
}

static const char *const kind_names[] = { "subscribe", "subscribed", "unsubscribe", "unsubscribed" };

static char *
make_stanza (const char *from, const char *to, MienSubscriptionKind kind)
{
  g_autoptr (XmppNode) stanza = xmpp_stanza_new ("presence", kind_names[kind], to);

  xmpp_node_set (stanza, "from", from);
  return xmpp_node_to_string (stanza);
}

static gboolean
is_local (const char *domain, const char *bare)
{
  const char *at = strchr (bare, '@');

  return at != NULL && g_str_equal (at + 1, domain);
}

/* The roster side of one change: who is listed, which request waits. */
static gboolean
store (MienDatabase *db, const char *account, MienRosterRow *row, guint bits, const char *request, GPtrArray *effects,
       GError **error)
{
  gboolean was_listed = row->listed;

  row->bits = bits;
  if ((bits & ~(guint) MIEN_ROSTER_PENDING_IN) != 0)
    row->listed = TRUE;
  if ((bits & MIEN_ROSTER_PENDING_IN) == 0)
    g_clear_pointer (&row->request, g_free);
  else if (request != NULL)
    {
      g_free (row->request);
      row->request = g_strdup (request);
    }
  if (!mien_im_roster_put (db, account, row, error))
    return FALSE;
  if (row->listed || was_listed || bits != 0)
    mien_im_effects_push (effects, account, row);
  else
    mien_roster_row_free (row);
  return TRUE;
}

static gboolean inbound (MienDatabase *db, const char *domain, const char *user, const char *contact,
                         MienSubscriptionKind kind, const char *stanza, GPtrArray *effects, GError **error);

/* A contact that cannot be asked is one that says no (section 3.1.3, section 8.5.1). */
static gboolean
answer_itself (MienDatabase *db, const char *domain, const char *user, const char *contact, MienSubscriptionKind kind,
               GPtrArray *effects, GError **error)
{
  g_autofree char *stanza = make_stanza (contact, user, kind);

  return inbound (db, domain, user, contact, kind, stanza, effects, error);
}

/* @contact's stanza reaches @user. */
static gboolean
inbound (MienDatabase *db, const char *domain, const char *user, const char *contact, MienSubscriptionKind kind,
         const char *stanza, GPtrArray *effects, GError **error)
{
  g_autoptr (MienRosterRow) row = NULL;
  MienSubscriptionOutcome outcome;
  gboolean exists, blocked, was_seen;
  guint bits;

  if (!is_local (domain, user))
    {
      add_effect (effects, EFFECT_ROUTE, user, contact)->stanza = g_strdup (stanza);
      return TRUE;
    }
  if (!mien_im_accounts_exists (db, user, &exists, error)
      || !mien_im_blocked_has (db, user, contact, &blocked, error))
    return FALSE;
  if (blocked)
    return TRUE;
  if (!exists)
    return kind != MIEN_SUBSCRIBE || answer_itself (db, domain, contact, user, MIEN_UNSUBSCRIBED, effects, error);
  row = mien_im_roster_get (db, user, contact, error);
  if (row == NULL)
    return FALSE;
  was_seen = (row->bits & MIEN_ROSTER_FROM) != 0;
  bits = mien_subscription_inbound (row->bits, kind, &outcome);
  if (outcome.approve)
    return answer_itself (db, domain, contact, user, MIEN_SUBSCRIBED, effects, error);
  if (!outcome.changed)
    return TRUE;
  add_effect (effects, EFFECT_DELIVER, user, contact)->stanza = g_strdup (stanza);
  if (!store (db, user, g_steal_pointer (&row), bits, kind == MIEN_SUBSCRIBE ? stanza : NULL, effects, error))
    return FALSE;
  /* Section 3.3.3: who ended the subscription sees the contact go. Whoever only asked learns nothing of who is there.
     */
  if (kind == MIEN_UNSUBSCRIBE && was_seen)
    add_effect (effects, EFFECT_HIDE, user, contact);
  return TRUE;
}

gboolean
mien_im_subscribe_apply (MienDatabase *db, const char *domain, const char *user, const char *contact,
                         MienSubscriptionKind kind, const char *stanza, GPtrArray *effects, GError **error)
{
  g_autofree char *made = stanza == NULL ? make_stanza (user, contact, kind) : NULL;
  MienSubscriptionOutcome outcome = { .route = TRUE };
  gboolean was_seen = FALSE;

  if (is_local (domain, user))
    {
      g_autoptr (MienRosterRow) row = mien_im_roster_get (db, user, contact, error);
      guint bits;

      if (row == NULL)
        return FALSE;
      was_seen = (row->bits & MIEN_ROSTER_FROM) != 0;
      bits = mien_subscription_outbound (row->bits, kind, &outcome);
      if (outcome.changed && !store (db, user, g_steal_pointer (&row), bits, NULL, effects, error))
        return FALSE;
    }
  if (!outcome.route)
    return TRUE;
  if (!inbound (db, domain, contact, user, kind, made != NULL ? made : stanza, effects, error))
    return FALSE;
  /* Sections 3.1.5 and 3.2.2 */
  if (kind == MIEN_SUBSCRIBED)
    add_effect (effects, EFFECT_SHOW, user, contact);
  else if (kind == MIEN_UNSUBSCRIBED && was_seen)
    add_effect (effects, EFFECT_HIDE, user, contact);
  return TRUE;
}

static void
deliver (MienImRole *role, Effect *effect)
{
  g_autoptr (XmppNode) stanza = xmpp_node_parse (effect->stanza, -1, NULL);
  MienImAccount *account = mien_im_account_find (role, effect->account);

  if (stanza == NULL || account == NULL)
    return;
  for (guint i = 0; i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);

      if (mien_im_session_is_available (session) || session->interested)
        mien_im_session_send (session, stanza);
    }
}

void
mien_im_effects_run (MienImRole *role, GPtrArray *effects)
{
  if (!role->running)
    return;
  for (guint i = 0; i < effects->len; i++)
    {
      Effect *effect = g_ptr_array_index (effects, i);

      switch (effect->kind)
        {
        case EFFECT_PUSH:
          mien_im_roster_pushed (role, effect->account, effect->row);
          break;
        case EFFECT_DELIVER:
          deliver (role, effect);
          break;
        case EFFECT_ROUTE:
          {
            XmppNode *stanza = xmpp_node_parse (effect->stanza, -1, NULL);

            if (stanza != NULL)
              mien_im_route_take (role, stanza);
            break;
          }
        case EFFECT_SHOW:
          mien_im_presence_show (role, effect->account, effect->peer);
          mien_im_notify_contact (role, effect->account, effect->peer);
          break;
        case EFFECT_HIDE:
          mien_im_presence_hide (role, effect->account, effect->peer);
          break;
        default:
          g_assert_not_reached ();
        }
    }
}

typedef struct
{
  MienImOp             base;
  char                *contact;
  char                *domain;
  char                *text;
  MienSubscriptionKind kind;
  GPtrArray           *effects;
} SubscribeOp;

static gboolean
subscribe_work (MienImOp *base, MienDatabase *db, GError **error)
{
  SubscribeOp *self = (SubscribeOp *) base;

  return mien_im_subscribe_apply (db, self->domain, base->account, self->contact, self->kind, self->text, self->effects,
                                  error);
}

static void
subscribe_done (MienImOp *base, const GError *error)
{
  if (error != NULL)
    mien_im_bounce_error (base->role, base->stanza, error);
  else
    mien_im_effects_run (base->role, ((SubscribeOp *) base)->effects);
}

static void
subscribe_clear (MienImOp *base)
{
  SubscribeOp *self = (SubscribeOp *) base;

  g_free (self->contact);
  g_free (self->domain);
  g_free (self->text);
  g_ptr_array_unref (self->effects);
}

/* @from is an account of ours with @session, or an address of a component without. */
void
mien_im_subscription_from (MienImRole *role, MienImSession *session, XmppNode *stanza, XmppJid *from, XmppJid *to)
{
  static const MienSubscriptionKind kinds[] = {
    [XMPP_PRESENCE_SUBSCRIBE] = MIEN_SUBSCRIBE,
    [XMPP_PRESENCE_SUBSCRIBED] = MIEN_SUBSCRIBED,
    [XMPP_PRESENCE_UNSUBSCRIBE] = MIEN_UNSUBSCRIBE,
    [XMPP_PRESENCE_UNSUBSCRIBED] = MIEN_UNSUBSCRIBED,
  };
  SubscribeOp *op;

  /* One is not one's own contact, and the server is nobody's. */
  if (xmpp_jid_bare_equal (from, to)
      || (xmpp_jid_get_local (to) == NULL && g_str_equal (xmpp_jid_get_domain (to), role->domain)))
    {
      mien_im_bounce (role, stanza, "cancel", "not-allowed", NULL);
      return;
    }
  /* Section 3.1.2: the addresses of both are bare. */
  xmpp_node_set (stanza, "from", xmpp_jid_get_bare (from));
  xmpp_node_set (stanza, "to", xmpp_jid_get_bare (to));
  op = mien_im_op_new (sizeof (SubscribeOp), role, session, stanza, xmpp_jid_get_bare (from));
  op->contact = g_strdup (xmpp_jid_get_bare (to));
  op->domain = g_strdup (role->domain);
  op->text = xmpp_node_to_string (stanza);
  op->kind = kinds[xmpp_presence_get_kind (stanza)];
  op->effects = mien_im_effects_new ();
  op->base.work = subscribe_work;
  op->base.done = subscribe_done;
  op->base.clear = subscribe_clear;
  if (strlen (op->text) > MIEN_IM_MAX_PENDING_STANZA)
    g_clear_pointer (&op->text, g_free);   /* made anew without what is in it */
  mien_im_op_run (op, MIEN_DATABASE_WRITE);
}
