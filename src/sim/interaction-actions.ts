/** What people do with applications: POST /interactions of Discord's own client, checked, then done in the world. */
import { type Actor, requireChannel, requireLogin, requireMessage } from './access.ts';
import type { SimApplication } from './applications.ts';
import { readCommand } from './command-options.ts';
import { refusal } from './errors.ts';
import { Form, isObject } from './form.ts';
import { type NewInteraction, startInteraction } from './interactions.ts';
import type { SimChannel, SimMessage, WireObject } from './model.ts';
import { isSnowflake } from './snowflake.ts';
import type { OpenForm } from './world.ts';

/** For how long a nonce is remembered. */
const NONCE_MEMORY_MS = 5 * 60_000;
/** Longest nonce, as of messages. */
const NONCE_LIMIT = 25;
/** Longest `custom_id`. */
const CUSTOM_ID_LIMIT = 100;
/** Flag of messages that only one user sees. */
const EPHEMERAL = 64;

/** What the checks found: the parts that depend on the type. */
type Content = Pick<NewInteraction, 'command' | 'component' | 'modal' | 'triggering'>;

/** The fields that all interactions have. */
interface Envelope {
  readonly type: 2 | 3 | 5;
  readonly application: SimApplication;
  readonly channel: SimChannel;
  readonly sessionId: string;
  readonly nonce: string | undefined;
  readonly data: WireObject;
  readonly form: Form;
}

/** Create Interaction. A nonce that was used before is taken again and makes nothing. */
export function submitInteraction(actor: Actor, body: WireObject): void {
  requireLogin(actor);
  if (actor.account.kind === 'bot') throw refusal.onlyPeople();
  const envelope = readEnvelope(actor, body);
  const { world, account } = actor;
  const { type, application, channel, sessionId, nonce } = envelope;
  const isRepeat = wasUsed(actor, nonce);
  const content = isRepeat ? undefined : READERS[type](actor, envelope);
  remember(actor, nonce);
  if (!content) return;
  startInteraction(world, {
    type,
    application,
    channel,
    sessionId,
    nonce,
    userId: account.userId,
    ...content,
  });
}

const READERS: Readonly<Record<2 | 3 | 5, (actor: Actor, envelope: Envelope) => Content>> = {
  2: readCommandCall,
  3: readComponentPress,
  5: readFormSubmit,
};

function readEnvelope(actor: Actor, body: WireObject): Envelope {
  const form = new Form(body);
  const type = form.integer('type', { min: 1, max: 5 });
  if (type === undefined) requireField(form, 'type');
  else if (type !== 2 && type !== 3 && type !== 5) {
    form.fail(['type'], 'BASE_TYPE_CHOICES', 'Value must be one of {2, 3, 4, 5}.');
  }
  const applicationId = form.id('application_id') ?? requireField(form, 'application_id');
  const channelId = form.id('channel_id') ?? requireField(form, 'channel_id');
  const guildId = form.id('guild_id');
  const sessionId = form.text('session_id', { max: 100, required: true }) ?? '';
  const nonce = form.text('nonce', { max: NONCE_LIMIT });
  const data = form.object('data') ?? {};
  if (body.data === undefined || body.data === null) requireField(form, 'data');
  form.done();
  const channel = requireChannel(actor, channelId);
  if (guildId !== undefined && guildId !== channel.guildId) throw refusal.unknownChannel();
  const application = actor.world.applications.get(applicationId);
  if (!application) throw refusal.unknownApplication();
  const known = type === 2 || type === 3 ? type : 5;
  return { type: known, application, channel, sessionId, nonce, data, form };
}

/** Notes that a field is missing; a field that was wrong already keeps its own error. */
function requireField(form: Form, name: string): string {
  const value = form.body[name];
  if (value === undefined || value === null)
    form.fail([name], 'BASE_TYPE_REQUIRED', 'This field is required');
  return '';
}

function readCommandCall(actor: Actor, { application, channel, data, form }: Envelope): Content {
  requireChannel(actor, channel.id, 'USE_APPLICATION_COMMANDS');
  const isHere = channel.guildId
    ? actor.world.guildOf(channel)?.members.has(application.id)
    : channel.recipientIds.includes(application.id);
  if (!isSnowflake(data.id)) form.fail(['data', 'id'], 'BASE_TYPE_REQUIRED', 'This field is required');
  form.done();
  const command = application.commands.find(({ id }) => id === data.id);
  if (!isHere || !command) throw refusal.unknownCommand();
  if (String(data.version) !== command.version) {
    const code = 'INTERACTION_APPLICATION_COMMAND_INVALID_VERSION';
    form.fail(['data'], code, 'This command is outdated, please try again in a few minutes');
    form.done();
  }
  const options = readCommand(actor, application, command, data, form);
  return { command: { name: command.name, options }, triggering: undefined };
}

function readComponentPress(actor: Actor, { application, channel, data, form }: Envelope): Content {
  const messageId = form.id('message_id') ?? requireField(form, 'message_id');
  const flags = form.integer('message_flags', { min: 0, max: 2 ** 31 - 1 }) ?? 0;
  const customId = readCustomId(form, data);
  const values = Array.isArray(data.values) ? data.values.map(String) : [];
  form.done();
  const message =
    flags & EPHEMERAL ? ephemeral(actor, channel, messageId) : requireMessage(actor, channel, messageId);
  // Discord holds ephemeral messages only for a while: a button of one that is gone is the application's affair.
  const carries =
    !message || (message.authorId === application.id && hasComponent(message.components, customId));
  if (!carries) {
    form.fail(['data'], 'COMPONENT_VALIDATION_FAILED', 'Component validation failed');
    form.done();
  }
  return { component: { messageId, message, customId, values }, triggering: undefined };
}

function ephemeral({ world, account }: Actor, channel: SimChannel, id: string): SimMessage | undefined {
  const message = world.ephemerals.get(id);
  const isOwn = message?.channelId === channel.id && message.visibleTo === account.userId;
  if (message && !isOwn) throw refusal.unknownMessage();
  return message;
}

function readFormSubmit(actor: Actor, { application, channel, data, form }: Envelope): Content {
  if (!isSnowflake(data.id)) form.fail(['data', 'id'], 'BASE_TYPE_REQUIRED', 'This field is required');
  const customId = readCustomId(form, data);
  const { world, account } = actor;
  const formId = String(data.id);
  const values = readValues(data.components);
  form.done();
  const open = world.forms.get(formId);
  if (!open || !belongs(open, account.userId, application.id, channel.id)) throw refusal.unknownInteraction();
  if (open.customId !== customId) {
    form.fail(['data', 'custom_id'], 'COMPONENT_VALIDATION_FAILED', 'Component validation failed');
    form.done();
  }
  world.forms.delete(formId);
  return { modal: { customId, values }, triggering: open.triggering };
}

function belongs(open: OpenForm, userId: string, applicationId: string, channelId: string): boolean {
  return open.userId === userId && open.applicationId === applicationId && open.channelId === channelId;
}

function readCustomId(form: Form, data: WireObject): string {
  const id = data.custom_id;
  if (typeof id === 'string' && id.length >= 1 && id.length <= CUSTOM_ID_LIMIT) return id;
  if (id === undefined || id === null) {
    form.fail(['data', 'custom_id'], 'BASE_TYPE_REQUIRED', 'This field is required');
  } else {
    const message = `Must be between 1 and ${CUSTOM_ID_LIMIT} in length.`;
    form.fail(['data', 'custom_id'], 'BASE_TYPE_BAD_LENGTH', message);
  }
  return '';
}

/** True when a component of this name stands somewhere in the tree of components. */
function hasComponent(components: readonly unknown[], customId: string): boolean {
  return components.some((component) => {
    if (!isObject(component)) return false;
    if (component.custom_id === customId) return component.disabled !== true;
    const inner = Array.isArray(component.components) ? component.components : [];
    return hasComponent([...inner, component.accessory, component.component], customId);
  });
}

/** The fields of a form by their `custom_id`: in action rows, labels, or bare. */
function readValues(components: unknown): Record<string, string> {
  const values: Record<string, string> = {};
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const entry of node) visit(entry);
    if (!isObject(node)) return;
    if (typeof node.custom_id === 'string' && node.value !== undefined) {
      values[node.custom_id] = String(node.value);
    }
    visit(node.components);
    visit(node.component);
  };
  visit(components);
  return values;
}

/** Counts the nonce and keeps it; a repeat counts as well, and keeps the time of the first. */
function remember(actor: Actor, nonce: string | undefined): void {
  if (nonce === undefined) return;
  const { counts, interactionNonces, clock } = actor.world;
  counts.interactionsPerNonce.set(nonce, (counts.interactionsPerNonce.get(nonce) ?? 0) + 1);
  if (wasUsed(actor, nonce)) return;
  const now = clock.now();
  const key = `${actor.account.userId}:${nonce}`;
  interactionNonces.delete(key);
  interactionNonces.set(key, now);
  for (const [old, at] of interactionNonces) {
    // Oldest first: the first one that is young enough ends the search.
    if (now - at <= NONCE_MEMORY_MS) break;
    interactionNonces.delete(old);
  }
}

function wasUsed({ world, account }: Actor, nonce: string | undefined): boolean {
  const at = world.interactionNonces.get(`${account.userId}:${nonce}`);
  return at !== undefined && world.clock.now() - at <= NONCE_MEMORY_MS;
}
