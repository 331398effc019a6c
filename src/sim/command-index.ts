/** The commands that can be used in a place, for Discord’s own client (userdoccers, "Application Command Index"). */
import { type Actor, requireChannel, requireGuild, requireLogin } from './access.ts';
import type { SimApplication, SimCommand } from './applications.ts';
import { refusal } from './errors.ts';
import { Form, isObject } from './form.ts';
import type { WireObject } from './model.ts';
import { compareIds } from './snowflake.ts';
import { renderUserId } from './wire.ts';
import type { World } from './world.ts';

/** Language of names that were not translated. */
const DEFAULT_LOCALE = 'en-US';

/** The index of a guild: of all applications whose bots are in it. */
export function guildIndex(actor: Actor, guildId: string, locale?: string): WireObject {
  requirePerson(actor);
  const guild = requireGuild(actor, guildId);
  const found = applications(actor).filter(({ id }) => guild.members.has(id));
  return renderIndex(actor.world, found, locale);
}

/** The index of direct messages: of the bot one talks with. */
export function channelIndex(actor: Actor, channelId: string, locale?: string): WireObject {
  requirePerson(actor);
  const channel = requireChannel(actor, channelId);
  if (channel.guildId !== undefined) throw refusal.wrongChannelType();
  const found = applications(actor).filter(({ id }) => channel.recipientIds.includes(id));
  return renderIndex(actor.world, found, locale);
}

/** The index of one application. */
export function applicationIndex(actor: Actor, applicationId: string, locale?: string): WireObject {
  requirePerson(actor);
  const application = actor.world.applications.get(applicationId);
  if (!application) throw refusal.unknownApplication();
  return renderIndex(actor.world, [application], locale);
}

/** The index of applications that an account has added to itself: in this world everybody has added all. */
export function ownIndex(actor: Actor, locale?: string): WireObject {
  requirePerson(actor);
  return renderIndex(actor.world, applications(actor), locale);
}

/** The search that older clients use in place of the index. */
export function searchCommands(
  actor: Actor,
  channelId: string,
  query: URLSearchParams,
  locale?: string,
): WireObject {
  requirePerson(actor);
  const channel = requireChannel(actor, channelId);
  const form = new Form(Object.fromEntries(query));
  const type = form.integer('type', { min: 1, max: 4 });
  const limit = form.integer('limit', { min: 0, max: 25 }) ?? 25;
  const applicationId = form.id('application_id');
  form.done();
  const guild = actor.world.guildOf(channel);
  const wanted = (query.get('query') ?? '').toLowerCase();
  const here = applications(actor).filter(
    ({ id }) =>
      (guild ? guild.members.has(id) : channel.recipientIds.includes(id)) &&
      (applicationId === undefined || applicationId === id),
  );
  const commands = here
    .flatMap((application) => application.commands.map((command) => ({ application, command })))
    .filter(({ command }) => (type ?? 1) === command.type && command.name.startsWith(wanted))
    .slice(0, limit);
  const found = here.filter((application) => commands.some((entry) => entry.application === application));
  return {
    application_commands: commands.map(({ application, command }) => render(application, command, locale)),
    ...(query.get('include_applications') === 'true'
      ? { applications: found.map((application) => renderApplication(actor.world, application)) }
      : {}),
    cursor: { previous: null, next: null, repaired: null },
  };
}

function requirePerson(actor: Actor): void {
  requireLogin(actor);
  if (actor.account.kind === 'bot') throw refusal.onlyPeople();
}

function applications(actor: Actor): SimApplication[] {
  return [...actor.world.applications.values()];
}

function renderIndex(world: World, found: readonly SimApplication[], locale?: string): WireObject {
  const versions = found.flatMap(({ commands }) => commands.map(({ version }) => version));
  return {
    applications: found.map((application) => renderApplication(world, application)),
    application_commands: found.flatMap((application) =>
      application.commands.map((command) => render(application, command, locale)),
    ),
    version: versions.sort(compareIds).at(-1) ?? '0',
  };
}

function renderApplication(world: World, { id, name }: SimApplication): WireObject {
  const bot = renderUserId(world, id);
  return { id, name, description: '', icon: null, flags: 0, bot_id: id, bot };
}

function render(application: SimApplication, command: SimCommand, locale?: string): WireObject {
  const { id, name, version, type, description, options, nameLocalizations } = command;
  return {
    id,
    application_id: application.id,
    version,
    type,
    ...localized(name, nameLocalizations, locale),
    description,
    ...(options.length > 0 ? { options: options.map((option) => renderOption(option, locale)) } : {}),
    default_member_permissions: null,
    dm_permission: true,
    integration_types: [0, 1],
    contexts: [0, 1, 2],
    nsfw: false,
  };
}

/** Options carry their translations only as far as the reader's language goes. */
function renderOption(option: WireObject, locale?: string): WireObject {
  const { name_localizations, description_localizations: _unsent, options, ...rest } = option;
  const names = isObject(name_localizations) ? name_localizations : undefined;
  const inner = Array.isArray(options) ? options.filter(isObject) : undefined;
  return {
    ...rest,
    ...localized(String(option.name), names, locale),
    ...(inner ? { options: inner.map((entry) => renderOption(entry, locale)) } : {}),
  };
}

/** A translated name takes the place of the original, which is then `name_default`. */
function localized(name: string, names: WireObject | undefined, locale = DEFAULT_LOCALE): WireObject {
  const translated = names?.[locale];
  return typeof translated === 'string' ? { name: translated, name_default: name } : { name };
}
