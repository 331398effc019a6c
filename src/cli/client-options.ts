/** Options of the commands that are clients of a running gateway. */
import { InvalidArgumentError, Option } from 'commander';
import type { CommandIo } from './io.ts';

const DEFAULT_URL = 'http://127.0.0.1:8092';
const DEFAULT_TIMEOUT_S = 3_600;

const LINK = /^https?:\/\//i;

/** What every such command may be told. */
export interface ClientOptions {
  /** Without a slash or `/v1` at its end. */
  readonly url: string;
  readonly key?: string;
  /** Seconds. */
  readonly timeout: number;
  readonly json?: boolean;
}

/** True for the address of a picture on the web. */
export function isLink(text: string): boolean {
  return LINK.test(text);
}

/** `--url ADDRESS` */
export const urlOption = () =>
  new Option('-u, --url <url>', 'address of the gateway').argParser(parseUrl).default(DEFAULT_URL);

/** `--key KEY`; `CORDGATE_KEY` says the same. */
export const keyOption = () =>
  new Option('-k, --key <key>', 'key for the gateway (default: the variable CORDGATE_KEY)');

/** `--timeout SECONDS` */
export const timeoutOption = () =>
  new Option('--timeout <seconds>', 'longest time to wait, then the task is cancelled')
    .argParser(parseSeconds)
    .default(DEFAULT_TIMEOUT_S);

/** `--ar RATIO` */
export const ratioOption = () =>
  new Option('--ar <ratio>', 'width to height, such as 16:9').argParser(parseRatio);

/** The gateway that the options name, and the key for it. */
export function addressOf(io: Pick<CommandIo, 'env'>, { url, key }: Pick<ClientOptions, 'url' | 'key'>) {
  return { url, key: key ?? (io.env.CORDGATE_KEY || undefined) };
}

function parseUrl(text: string): string {
  if (!LINK.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError(`Must be an address such as ${DEFAULT_URL}.`);
  }
  // The base URL of OpenAI's clients names the gateway as well.
  return text.replace(/(?:\/v1)?\/*$/, '');
}

function parseRatio(text: string): string {
  if (!/^\d{1,4}:\d{1,4}$/.test(text)) throw new InvalidArgumentError('Must be a ratio such as 16:9.');
  return text;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 2_000_000))
    throw new InvalidArgumentError('Must be a number of seconds above 0.');
  return seconds;
}
