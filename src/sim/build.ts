/** Builds the world that the options describe: guild, channels, bots, accounts. */
import { randomBytes, randomInt } from 'node:crypto';
import { systemClock } from '../core/clock.ts';
import { Playbook } from './bots/behaviour.ts';
import { CozeBot } from './bots/coze.ts';
import { createMidjourney, MidjourneyPlaybook } from './bots/midjourney/index.ts';
import { CrowdedWorld, createPika, PikaPlaybook } from './bots/pika/index.ts';
import { createChannel } from './channels.ts';
import type { SimAccount, SimGuild } from './model.ts';
import type { AccountSettings, SimOptions } from './options.ts';
import { type PermissionName, permissionBits } from './permissions.ts';
import type { World } from './world.ts';

/** What everybody may do in a new Discord server, as far as it matters here. */
const EVERYONE: readonly PermissionName[] = [
  'VIEW_CHANNEL',
  'SEND_MESSAGES',
  'READ_MESSAGE_HISTORY',
  'ATTACH_FILES',
  'EMBED_LINKS',
  'ADD_REACTIONS',
  'MENTION_EVERYONE',
  'USE_EXTERNAL_EMOJIS',
  'USE_APPLICATION_COMMANDS',
];
const BOT_ROLE: readonly PermissionName[] = [
  'VIEW_CHANNEL',
  'SEND_MESSAGES',
  'READ_MESSAGE_HISTORY',
  'ATTACH_FILES',
  'EMBED_LINKS',
  'MANAGE_CHANNELS',
  'MANAGE_MESSAGES',
];
const PEOPLE = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi'];

/** A world with everything in it. */
export interface BuiltWorld {
  readonly world: World;
  readonly guildId: string;
  /** Channel ids by name. */
  readonly channels: Record<string, string>;
  readonly cozeUserIds: readonly string[];
  readonly midjourneyUserId: string;
  readonly nijiUserId: string;
  readonly pikaUserId: string;
  /** Adds rules for the Coze bots. */
  readonly playbook: Playbook;
  /** Adds rules for the Midjourney and niji bots. */
  readonly midjourney: MidjourneyPlaybook;
  /** Adds rules for the Pika bot. */
  readonly pika: PikaPlaybook;
  /** Silences the bots. */
  stop(): void;
}

/** Builds a world without any server: for fast tests over `simPort`. */
export function buildWorld(options: SimOptions = {}): BuiltWorld {
  const world = new CrowdedWorld(options.clock ?? systemClock, options.linkLifetimeMs);
  const owner = world.addUser('owner', false);
  const everyone = permissionBits(options.everyone ?? EVERYONE);
  const guild = world.addGuild('Cordgate Lab', owner.id, everyone);
  const channels = addChannels(world, guild);
  const addBot = (name: string, id?: string) => {
    const user = world.addUser(name, true, id);
    world.addMember(guild, user.id, permissionBits(BOT_ROLE));
    return user.id;
  };
  const cozeUserIds = Array.from({ length: options.cozeBots ?? 1 }, (_, number) =>
    addBot(numbered('coze', number)),
  );
  const midjourney = new MidjourneyPlaybook(options.midjourney);
  const stopper = new AbortController();
  const running = { world, speed: options.speed ?? 1, signal: stopper.signal };
  const addApplication = (variant: 'midjourney' | 'niji') => {
    const application = createMidjourney({ ...running, variant, playbook: midjourney });
    world.applications.set(application.id, application);
    return addBot(application.name, application.id);
  };
  // Clients that look commands up by name alone (the package `midjourney`) keep the last of a name in the index.
  const nijiUserId = addApplication('niji');
  const midjourneyUserId = addApplication('midjourney');
  const pikaUserId = addBot('pika');
  const pika = new PikaPlaybook(options.pika);
  world.applications.set(
    pikaUserId,
    createPika({ ...running, world, guild, id: pikaUserId, playbook: pika }),
  );
  world.setHuge(guild.id, options.hugeGuild ?? false);
  const extra = Array.from({ length: options.extraGuilds ?? 0 }, (_, number) => {
    const other = world.addGuild(`Elsewhere ${number + 1}`, owner.id, everyone);
    createChannel(world, other, { name: 'general' });
    return other;
  });
  for (const settings of accountSettings(options)) addAccount(world, guild, extra, settings);
  const playbook = new Playbook(options.coze);
  for (const userId of cozeUserIds) new CozeBot({ ...running, userId, playbook });
  world.counts.channelsCreated = 0;
  const stop = () => {
    stopper.abort();
    for (const cancel of world.unanswered) cancel();
  };
  const userIds = { cozeUserIds, midjourneyUserId, nijiUserId, pikaUserId };
  return { world, guildId: guild.id, channels, ...userIds, playbook, midjourney, pika, stop };
}

function addChannels(world: World, guild: SimGuild): Record<string, string> {
  const category = createChannel(world, guild, { name: 'Conversations', type: 4 });
  const names = ['general', 'coze', 'midjourney', 'pika'];
  const texts = names.map((name) => [name, createChannel(world, guild, { name }).id] as const);
  return { category: category.id, ...Object.fromEntries(texts) };
}

function accountSettings(options: SimOptions): AccountSettings[] {
  const settings = new Map<string, AccountSettings>();
  for (let number = 0; number < (options.bots ?? 1); number += 1) {
    const id = numbered('bridge', number);
    settings.set(id, { id, kind: 'bot' });
  }
  for (let number = 0; number < (options.users ?? 1); number += 1) {
    const id = PEOPLE[number] ?? `user${number + 1}`;
    settings.set(id, { id, kind: 'user' });
  }
  for (const own of options.accounts ?? []) settings.set(own.id, own);
  return [...settings.values()];
}

function addAccount(
  world: World,
  guild: SimGuild,
  extra: readonly SimGuild[],
  settings: AccountSettings,
): SimAccount {
  const { id, kind } = settings;
  const user = world.addUser(id, kind === 'bot');
  const permissions = permissionBits(settings.permissions ?? (kind === 'bot' ? BOT_ROLE : []));
  if (settings.member ?? true) world.addMember(guild, user.id, permissions);
  for (const other of extra) world.addMember(other, user.id, permissions);
  const account: SimAccount = {
    id,
    kind,
    token: settings.token ?? makeToken(user.id),
    userId: user.id,
    messageContent: settings.messageContent ?? true,
    revoked: false,
    readyBytes: settings.readyBytes ?? 0,
  };
  world.accounts.set(id, account);
  return account;
}

/** Three parts as in Discord's tokens: the user's id, a time, a secret. */
function makeToken(userId: string): string {
  const time = Buffer.alloc(4);
  time.writeUInt32BE(randomInt(2 ** 31));
  const id = Buffer.from(userId).toString('base64url');
  return `${id}.${time.toString('base64url')}.${randomBytes(28).toString('base64url')}`;
}

function numbered(name: string, number: number): string {
  return number === 0 ? name : `${name}${number + 1}`;
}
