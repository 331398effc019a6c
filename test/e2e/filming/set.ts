/** A gateway with Pika in front of the simulated Discord, and a client that films. */
import { expect } from 'vitest';
import type { ConfigInput } from '../../../src/config/schema.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { isFilmOf, readFilm, type Sim, type SimOptions, startSim } from '../../../src/sim/index.ts';
import {
  ADMIN_KEY,
  bytesOf,
  type Drawer,
  drawerOf,
  type SeenTask,
  type Studio,
  studioConfig,
  waitFor,
} from '../drawing/studio.ts';
import { frontOf, KEY } from '../world.ts';

type Json = Record<string, unknown>;

/** A video as Pika's status shows it. */
export interface SeenFilm extends SeenTask {
  readonly discordNonce: string;
  readonly videoUrl: string;
  readonly videoRawUrl: string;
  readonly channelId: string;
  readonly state: string;
  readonly submitTime: number;
  readonly startTime: number;
  readonly finishTime: number;
}

/** What a test does with a gateway that films. */
export interface Filmer {
  /** Submits words; the nonce. */
  film(prompt: string, more?: Json): Promise<string>;
  /** Submits a picture, and words; the nonce. */
  animate(picture: Uint8Array, prompt?: string): Promise<string>;
  /** Presses a button; the nonce. */
  press(nonce: string, more: Json): Promise<string>;
  seen(nonce: string): Promise<SeenFilm>;
  /** The video at its end. */
  over(nonce: string, withinMs?: number): Promise<SeenFilm>;
  /** The video once it is there; fails with its reason otherwise. */
  shown(nonce: string, withinMs?: number): Promise<SeenFilm>;
  /** The video once its status is one of these. */
  once(nonce: string, statuses: readonly string[], withinMs?: number): Promise<SeenFilm>;
}

/** What was answered. */
export interface Answer {
  readonly status: number;
  readonly json: Json;
  readonly headers: Headers;
}

/** All together. */
export interface FilmSet extends Studio, Filmer {
  /** Posts a form to a path with the key; everything is noted in the book. */
  sendForm(path: string, form: FormData): Promise<Answer>;
}

/** What the gateway is made of, beside the simulator. */
export interface SetOptions {
  /** Laid over each room. */
  readonly room?: Json;
  /** Laid over the bot. */
  readonly bot?: Json;
  /** Laid over the configuration. */
  readonly more?: Json;
  readonly clock?: Clock;
  /** True: the same accounts draw with Midjourney as well. */
  readonly draws?: boolean;
}

/** The configuration of a gateway that films: all people of the simulator in the channel `pika`. */
export function setConfig(
  sim: Sim,
  { room = {}, bot = {}, more = {}, draws = false }: SetOptions = {},
): ConfigInput {
  const { accounts, guildId, channels } = sim.ready;
  const people = accounts.filter(({ kind }) => kind === 'user');
  const base = studioConfig(sim);
  const rooms = people.map(({ id }) => ({
    account: id,
    guildId,
    channelId: channels.pika,
    concurrency: 5,
    queue: 500,
    ...room,
  }));
  const pika = { id: 'pika', driver: 'pika', spacingMs: 0, rooms, ...bot };
  return { ...base, bots: draws ? [pika, ...(base.bots ?? [])] : [pika], ...more } as ConfigInput;
}

/** Starts both; a video takes about 0.15 seconds. */
export async function startSet(simOptions: SimOptions = {}, options: SetOptions = {}): Promise<FilmSet> {
  return setOf(await startSim({ port: 0, speed: 40, limits: 'none', ...simOptions }), options);
}

/** Starts a gateway in front of a simulator that runs already. */
export async function setOf(sim: Sim, options: SetOptions = {}): Promise<FilmSet> {
  const world = await frontOf(sim, setConfig(sim, options), options.clock);
  const drawer = drawerOf(world.url, world.book);
  return {
    ...world,
    ...drawer,
    ...filmerOf(drawer),
    async sendForm(path, body) {
      const headers = { authorization: `Bearer ${KEY}` };
      const response = await fetch(world.url + path, { method: 'POST', headers, body });
      const raw = await response.text();
      world.book.note(`${JSON.stringify([...response.headers])} ${raw}`);
      return { status: response.status, json: JSON.parse(raw) as Json, headers: response.headers };
    },
    async close() {
      await world.close();
      world.book.checkForSecrets([ADMIN_KEY]);
    },
  };
}

/** Films by what a drawer can call. */
export function filmerOf({ call }: Pick<Drawer, 'call'>): Filmer {
  const result = async (path: string, body?: unknown) => {
    const { status, json } = await call(path, body);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(json)}`);
    return json.result;
  };
  const seen = async (nonce: string) => (await result(`/pika/status?nonce=${nonce}`)) as SeenFilm;
  const once: Filmer['once'] = (nonce, statuses, withinMs = 15_000) =>
    waitFor(
      () => seen(nonce),
      ({ status }) => statuses.includes(status),
      withinMs,
    );
  const over: Filmer['over'] = (nonce, withinMs) => once(nonce, ENDS, withinMs);
  return {
    seen,
    once,
    over,
    film: async (prompt, more = {}) => (await result('/pika/create', { prompt, ...more })) as string,
    animate: async (picture, prompt = '') =>
      (await result('/pika/animate', { file: dataUrl(picture), prompt })) as string,
    press: async (nonce, more) => (await result('/pika/change', { nonce, ...more })) as string,
    async shown(nonce, withinMs) {
      const film = await over(nonce, withinMs);
      expect({ status: film.status, failReason: film.failReason }).toEqual({
        status: 'Success',
        failReason: '',
      });
      return film;
    },
  };
}

const dataUrl = (picture: Uint8Array) => `data:image/png;base64,${Buffer.from(picture).toString('base64')}`;

const ENDS = ['Success', 'Failed', 'Timeout'];

/** A form as a program sends it. */
export function formOf(picture: Uint8Array, prompt?: string, name = 'cat.png'): FormData {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(picture)]), name);
  if (prompt !== undefined) form.append('prompt', prompt);
  return form;
}

/** Fails unless a finished video is the one that was made for its own words, picture and interaction. */
export async function expectOwnFilm(
  film: SeenFilm,
  picture?: Uint8Array,
  prompt = film.prompt,
): Promise<void> {
  const bytes = await bytesOf(film.videoRawUrl);
  expect(film.discordNonce).not.toBe('');
  const order = { prompt, marks: [film.discordNonce], picture };
  expect(isFilmOf(bytes, order), `the own film of "${prompt}" (${film.nonce})`).toBe(true);
  expect(readFilm(bytes).picture === undefined).toBe(picture === undefined);
}
