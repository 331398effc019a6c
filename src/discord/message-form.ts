/** Messages as they come, made safe to read: nothing but Discord's word says of what types their fields are. */
import type { Message } from '../core/discord.ts';
import { isSnowflake } from './snowflake.ts';

/** Gives a value back as it is, or what of it can be used; undefined when nothing can. */
type Sieve = (value: unknown) => unknown;
type Wire = Record<string, unknown>;

/** Nobody nests components or interactions deeper than three times. */
const DEEPEST = 8;

const isWire = (value: unknown): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text: Sieve = (value) => (typeof value === 'string' ? value : undefined);
const number: Sieve = (value) => (Number.isFinite(value) ? value : undefined);
const flag: Sieve = (value) => (typeof value === 'boolean' ? value : undefined);
/** Ids beside the two that everything hangs on are only compared. */
const id = text;
const nonce: Sieve = (value) => text(value) ?? number(value);
const nullable =
  (sieve: Sieve): Sieve =>
  (value) =>
    value === null ? null : sieve(value);

/** Fields that are of another type are left out; the whole is, when one that it needs is among them. */
function record(sieves: Readonly<Record<string, Sieve>>, needed: readonly string[] = []): Sieve {
  const entries = Object.entries(sieves);
  return (value) => {
    if (!isWire(value)) return undefined;
    let sound = value;
    for (const [name, sieve] of entries) {
      const given = value[name];
      if (given === undefined) continue;
      const kept = sieve(given);
      if (kept === given) continue;
      if (sound === value) sound = { ...value };
      if (kept === undefined) delete sound[name];
      else sound[name] = kept;
    }
    return needed.every((name) => sound[name] !== undefined) ? sound : undefined;
  };
}

/** Entries that cannot be used are left out. */
function list(sieve: Sieve): Sieve {
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const given: readonly unknown[] = value;
    const kept = given.map(sieve);
    if (kept.every((entry, index) => entry === given[index])) return value;
    return kept.filter((entry) => entry !== undefined);
  };
}

/** A form that holds itself, so many times and no deeper. */
function nested(build: (inner: Sieve) => Sieve, depth = DEEPEST): Sieve {
  return build(depth === 0 ? () => undefined : nested(build, depth - 1));
}

const withId = record({ id }, ['id']);
const size = { width: nullable(number), height: nullable(number) };
const picture = record({ url: text, width: number, height: number }, ['url']);

const attachment = record(
  { id, filename: text, url: text, proxy_url: text, content_type: text, size: number, ...size },
  ['id', 'filename', 'url'],
);

const embed = record({
  type: text,
  title: text,
  description: text,
  url: text,
  color: number,
  image: picture,
  thumbnail: picture,
  footer: record({ text }, ['text']),
  fields: list(record({ name: text, value: text }, ['name', 'value'])),
});

const component = nested((inner) =>
  record(
    {
      type: number,
      custom_id: text,
      label: text,
      style: number,
      url: text,
      emoji: nullable(record({ name: nullable(text), id: nullable(id) })),
      disabled: flag,
      components: list(inner),
      content: text,
      items: list(record({ media: record({ url: text }, ['url']) }, ['media'])),
    },
    ['type'],
  ),
);

const metadata = nested((inner) =>
  record(
    {
      id,
      type: number,
      name: text,
      user: withId,
      original_response_message_id: id,
      triggering_interaction_metadata: inner,
    },
    ['id'],
  ),
);

const message = record(
  {
    id,
    channel_id: id,
    guild_id: id,
    author: record({ id, username: text, bot: flag }, ['id']),
    content: text,
    timestamp: text,
    edited_timestamp: nullable(text),
    nonce,
    type: number,
    flags: number,
    attachments: list(attachment),
    embeds: list(embed),
    components: list(component),
    message_reference: record({ message_id: id, channel_id: id }),
    referenced_message: nullable(withId),
    application_id: id,
    mentions: list(withId),
    interaction_metadata: nullable(metadata),
    interaction: nullable(record({ id, name: text, user: withId }, ['id'])),
  },
  ['id', 'channel_id'],
);

/**
 * A message of the wire with every field of the type that `Message` names; fields of another type are left out, as
 * though they had not come. Undefined when one of its two ids is missing. A sound message is given back as it is.
 */
export function readMessage(value: unknown): Message | undefined {
  const sound = message(value);
  return isMessage(sound) ? sound : undefined;
}

function isMessage(value: unknown): value is Message {
  return isWire(value) && isSnowflake(value.id) && isSnowflake(value.channel_id);
}
