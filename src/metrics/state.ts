import { Gauge, type Registry } from 'prom-client';

/** What can only be looked up at the moment of a scrape. */
export interface GatewayState {
  readonly accounts: readonly {
    readonly id: string;
    readonly state: string;
    readonly sentToday?: number | undefined;
    readonly dailyLimit?: number | undefined;
  }[];
  /** Of bots that talk: channels held, requests waiting for one, chats that have not ended. */
  readonly bots: readonly {
    readonly id: string;
    readonly channels: number;
    readonly queued: number;
    readonly open?: number | undefined;
  }[];
  /** Of bots that draw or film: each account in each channel. */
  readonly rooms?: readonly {
    readonly botId: string;
    readonly accountId: string;
    readonly condition: string;
    readonly running: number;
    readonly queued: number;
    readonly queueLimit: number;
  }[];
}

/** Nothing to look up. */
export const NOTHING_YET: GatewayState = { accounts: [], bots: [] };

/** A gauge: its samples are read from the state; values that are not there are left out. */
interface StateGauge {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly read: (state: GatewayState) => readonly (readonly [Record<string, string>, number | undefined])[];
}

type Account = GatewayState['accounts'][number];
type Bot = GatewayState['bots'][number];
type Room = NonNullable<GatewayState['rooms']>[number];

const perAccount = (value: (account: Account) => number | undefined) => ({
  labels: ['account'],
  read: ({ accounts }: GatewayState) => accounts.map((one) => [{ account: one.id }, value(one)] as const),
});
const perBot = (value: (bot: Bot) => number | undefined) => ({
  labels: ['bot'],
  read: ({ bots }: GatewayState) => bots.map((bot) => [{ bot: bot.id }, value(bot)] as const),
});
const perRoom = (value: (room: Room) => number) => ({
  labels: ['bot', 'account'],
  read: ({ rooms = [] }: GatewayState) =>
    rooms.map((room) => [{ bot: room.botId, account: room.accountId }, value(room)] as const),
});

const GAUGES: readonly StateGauge[] = [
  {
    name: 'cordgate_account_state',
    help: 'One for the state that each account is in.',
    labels: ['account', 'state'],
    read: ({ accounts }) => accounts.map(({ id, state }) => [{ account: id, state }, 1]),
  },
  {
    name: 'cordgate_account_sent_today',
    help: 'Messages and commands of an account today (UTC); chats are counted only where there is a limit.',
    ...perAccount(({ sentToday }) => sentToday),
  },
  {
    name: 'cordgate_account_daily_limit',
    help: 'The operator’s dailyLimit of an account, where there is one.',
    ...perAccount(({ dailyLimit }) => dailyLimit),
  },
  {
    name: 'cordgate_channels',
    help: 'Discord channels that the gateway holds, by bot.',
    ...perBot(({ channels }) => channels),
  },
  {
    name: 'cordgate_queued_requests',
    help: 'Chats that wait for a channel, by bot.',
    ...perBot(({ queued }) => queued),
  },
  {
    name: 'cordgate_chats_open',
    help: 'Chats that have not ended, by bot.',
    ...perBot(({ open }) => open),
  },
  {
    name: 'cordgate_room_state',
    help: 'How many rooms of an account at a drawing or filming bot are in each condition.',
    labels: ['bot', 'account', 'state'],
    read: ({ rooms = [] }) =>
      rooms.map(({ botId, accountId, condition }) => [
        { bot: botId, account: accountId, state: condition },
        1,
      ]),
  },
  {
    name: 'cordgate_queue_depth',
    help: 'Tasks in the gateway’s own lines.',
    ...perRoom(({ queued }) => queued),
  },
  {
    name: 'cordgate_queue_limit',
    help: 'How many tasks may wait in the gateway’s own lines.',
    ...perRoom(({ queueLimit }) => queueLimit),
  },
  {
    name: 'cordgate_tasks_running',
    help: 'Tasks at work on Discord.',
    ...perRoom(({ running }) => running),
  },
];

/** Registers the gauges that are read at a scrape. */
export function registerState(registry: Registry, state: () => GatewayState): void {
  for (const { name, help, labels, read } of GAUGES) {
    new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      collect() {
        this.reset();
        // An account may be in several rooms of a bot.
        for (const [of, value] of read(state())) if (value !== undefined) this.inc(of, value);
      },
    });
  }
}
