/** A gateway in front of the simulated Discord, both on one clock, and what a fault needs to know of them. */

import { loadConfig } from '../../../src/config/load.ts';
import type { ConfigInput } from '../../../src/config/schema.ts';
import type { Clock } from '../../../src/core/clock.ts';
import type { Store } from '../../../src/core/store.ts';
import { type RunningGateway, startGateway } from '../../../src/gateway.ts';
import { type Sim, type SimOptions, startSim } from '../../../src/sim/index.ts';
import type { WorldEvent } from '../../../src/sim/world.ts';
import { createMemoryStore } from '../../../src/stores/memory.ts';
import { ADMIN_KEY, type Drawer, drawerOf, SECRET, studioConfig } from '../../e2e/drawing/studio.ts';
import { type Filmer, filmerOf, setConfig } from '../../e2e/filming/set.ts';
import { LogBook } from '../../e2e/log-book.ts';
import { clientOf, configFor, type EndToEnd, KEY } from '../../e2e/world.ts';
import { injected } from './inject-store.ts';
import { type Line, openLine } from './relay.ts';
import { handleTo, type StoreHandle } from './shared-store.ts';
import { mortalClock, TurnClock } from './turn-clock.ts';

/** Which bot is at work. */
export type Family = 'coze' | 'midjourney' | 'pika';

/** What a scene is made of. */
export interface SceneOptions {
  readonly family: Family;
  readonly sim?: SimOptions;
  /** Laid over each room. */
  readonly room?: Record<string, unknown>;
  /** Laid over the bot. */
  readonly bot?: Record<string, unknown>;
  /** True: the gateway can be killed, and started anew on the same store. */
  readonly mortal?: boolean;
  /** In place of a store in memory. */
  readonly store?: Store;
  /** Laid over the configuration. */
  readonly more?: Record<string, unknown>;
}

/** What a caller can do. */
export interface Caller extends Drawer, Filmer, Omit<EndToEnd, 'sim' | 'gateway' | 'close' | 'book'> {}

/** All scenes of a test file live in the same time. */
export const clock = new TurnClock();

/** A gateway at work. */
export class Scene {
  readonly sim: Sim;
  readonly family: Family;
  readonly book = new LogBook();
  /** By nonce: the ids of the interactions that were made. */
  readonly interactionIds = new Map<string, string>();
  /** How many there were when the moment began. */
  sendsBefore = 0;
  readonly #options: SceneOptions;
  /** What the caller calls what it asks now. */
  tag = '';
  /** What all gateways of the scene write into. */
  readonly store: Store;
  /** Lets the caller who leaves leave. */
  leaving = new AbortController();
  readonly #dead: RunningGateway[] = [];
  #caller: Caller | undefined;
  #sends = 0;
  #life: { gateway: RunningGateway; lines: Line[]; handle: StoreHandle; die(): void } | undefined;

  constructor(sim: Sim, options: SceneOptions) {
    this.sim = sim;
    this.family = options.family;
    this.#options = options;
    this.store = options.store ?? createMemoryStore();
    sim.world.listen((event) => {
      if (event.name === 'INTERACTION_CREATE')
        this.interactionIds.set(String(event.data?.nonce), String(event.data?.id));
      if (isSend(event, this.userId)) this.#sends += 1;
    });
  }

  /** Whoever asks the gateway that runs. */
  get caller(): Caller {
    if (!this.#caller) throw new Error('the gateway does not run');
    return this.#caller;
  }

  /** The account that the gateway works with. */
  get account(): string {
    return this.family === 'coze' ? 'bridge' : 'alice';
  }

  /** User id of that account. */
  get userId(): string {
    return this.sim.ready.accounts.find(({ id }) => id === this.account)?.userId ?? '';
  }

  /** How many messages or interactions the gateway has made so far. */
  get sends(): number {
    return this.#sends;
  }

  /** Lets the caller leave who was to. */
  leave(): void {
    this.leaving.abort();
  }

  /** The scene's time, in milliseconds since the epoch. */
  now(): number {
    return clock.now();
  }

  /** Resolves after so many milliseconds of the scene's time. */
  pass(delayMs: number): Promise<void> {
    return clock.pass(delayMs);
  }

  /** Resolves once a gateway runs. */
  async running(): Promise<void> {
    while (!this.#caller) await this.pass(100);
  }

  /** Starts a gateway on the scene's store. */
  async start(): Promise<void> {
    const { mortal = false } = this.#options;
    const lines: Line[] = [];
    const handle = handleTo(this.store);
    const life = mortalClock(clock);
    const config = await this.#config(mortal, lines);
    const gateway = await injected.run(handle.store, () => this.#startGateway(config, life.clock));
    this.#life = { gateway, lines, handle, die: life.die };
    let { url } = gateway;
    if (mortal) {
      const door = await openLine(() => Number(new URL(gateway.url).port));
      lines.push(door);
      url = `http://127.0.0.1:${door.port}`;
    }
    const drawer = drawerOf(url, this.book);
    this.#caller = { ...clientOf(url, this.book), ...drawer, ...filmerOf(drawer) };
  }

  /** What `kill -9` does: no goodbye, to nobody; sockets, store and time are taken away. */
  kill(): void {
    const life = this.#life;
    if (!life) return;
    life.die();
    life.handle.drop();
    for (const line of life.lines) line.cut();
    this.sim.fault({ type: 'drop-sockets' });
    this.#dead.push(life.gateway);
    this.#life = undefined;
    this.#caller = undefined;
  }

  /** Stops both, and fails when a token or key was logged or answered. */
  async close(): Promise<void> {
    await this.#life?.gateway.close();
    await this.sim.close();
    const tokens = this.sim.ready.accounts.map(({ token }) => token);
    this.book.checkForSecrets([KEY, ADMIN_KEY, SECRET, ...tokens]);
  }

  #startGateway(input: ConfigInput, life: Clock): Promise<RunningGateway> {
    const { config } = loadConfig({ text: JSON.stringify(input), env: {}, flags: { server: { port: 0 } } });
    return startGateway(config, { log: this.book, clock: life });
  }

  async #config(mortal: boolean, lines: Line[]): Promise<ConfigInput> {
    const { family, room = {}, bot = {}, more = {} } = this.#options;
    let { sim } = this;
    if (mortal) {
      const line = await openLine(() => Number(new URL(this.sim.ready.api).port));
      lines.push(line);
      sim = overLine(this.sim, line);
    }
    if (family === 'coze') {
      const config = configFor(sim, { deadlineMs: 180_000, idleMs: 10_000, spareChannels: 0, ...bot });
      return { ...config, accounts: config.accounts?.filter(({ id }) => id === 'bridge'), ...more };
    }
    const limits = { timeoutMinutes: 2, submitMinutes: 1 };
    if (family === 'pika') return setConfig(sim, { room, bot: { ...limits, ...bot }, more });
    return studioConfig(sim, { room, bot: { ...limits, ...bot }, more });
  }
}

/** A prompt, a command or a button of the gateway's that has arrived. */
export function isSend({ name, message }: WorldEvent, userId: string): boolean {
  if (name === 'INTERACTION_CREATE') return true;
  return name === 'MESSAGE_CREATE' && message?.authorId === userId;
}

/** Starts a simulated Discord and a gateway. */
export async function startScene(options: SceneOptions): Promise<Scene> {
  clock.start();
  const sim = await startSim({
    port: 0,
    limits: 'none',
    clock,
    heartbeatIntervalMs: 10_000,
    coze: { stamp: true },
    midjourney: { steps: [31, 62, 93] },
    pika: { steps: [40] },
    ...options.sim,
  });
  const scene = new Scene(sim, options);
  try {
    await scene.start();
  } catch (error) {
    await sim.close();
    throw error;
  }
  return scene;
}

function overLine(sim: Sim, { port }: Line): Sim {
  const { ready } = sim;
  const api = `http://127.0.0.1:${port}/api/v10`;
  return { ...sim, ready: { ...ready, api, gateway: `ws://127.0.0.1:${port}` } };
}
