/** `cordgate imagine`: a person's quick client to a running gateway. */
import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Drawing, type Drawn, draw, type Session } from './drawing.ts';
import { CommandFailure, type CommandIo } from './io.ts';
import { jsonOption } from './options.ts';
import type { Parts } from './parts.ts';
import { beside, type Place, placeOf } from './picture-file.ts';
import { Remote } from './remote.ts';

interface ImagineOptions {
  readonly url: string;
  readonly key?: string;
  readonly model: 'midjourney' | 'niji';
  readonly out?: string;
  readonly upscale: readonly number[];
  readonly vary: readonly number[];
  readonly ar?: string;
  readonly image: readonly string[];
  readonly watch?: boolean;
  readonly timeout: number;
  readonly json?: boolean;
}

const DEFAULT_URL = 'http://127.0.0.1:8092';
const DEFAULT_TIMEOUT_S = 3_600;
/** A clean end is not waited for any longer. */
const CANCEL_MS = 5_000;

/** Adds `cordgate imagine PROMPT`: draws a picture through a running gateway and saves it. */
export function addImagine(
  program: Command,
  io: CommandIo,
  _parts: Parts,
  done: (code: number) => void,
): void {
  program
    .command('imagine')
    .description('draw a picture through a running gateway and save it')
    .argument('<prompt...>', 'what to draw')
    .option('-u, --url <url>', 'address of the gateway', parseUrl, DEFAULT_URL)
    .option('-k, --key <key>', 'key for the gateway (default: the variable CORDGATE_KEY)')
    .addOption(
      new Option('-m, --model <name>', 'who draws').choices(['midjourney', 'niji']).default('midjourney'),
    )
    .option('-o, --out <file>', 'file or folder to save to (default: a name made of the prompt)')
    .option('--upscale <numbers>', 'press U1 to U4 under the grid: 2, or 1,3', parseIndexes, [])
    .option('--vary <numbers>', 'press V1 to V4 under the grid', parseIndexes, [])
    .option('--ar <ratio>', 'width to height, such as 16:9', parseRatio)
    .option('-i, --image <file>', 'picture to draw from: a file or a link; may be repeated', collect, [])
    .option('-w, --watch', 'save each preview beside the picture, over the one before')
    .option(
      '--timeout <seconds>',
      'longest time to wait, then the task is cancelled',
      parseSeconds,
      DEFAULT_TIMEOUT_S,
    )
    .addOption(jsonOption('print the task and the saved files as one line of JSON on stdout'))
    .action(async (words: string[], options: ImagineOptions) =>
      done(await imagine(io, words.join(' ').trim(), options)),
    );
}

async function imagine(io: CommandIo, prompt: string, options: ImagineOptions): Promise<number> {
  const place = placeOf(options.out, prompt);
  const drawing = gridOf(prompt, options, place);
  const stopped = new AbortController();
  const late = AbortSignal.timeout(options.timeout * 1_000);
  void io.nextSignal().then(() => stopped.abort());
  const session: Session = {
    io,
    remote: new Remote({ url: options.url, key: options.key ?? (io.env.CORDGATE_KEY || undefined) }),
    signal: AbortSignal.any([stopped.signal, late]),
    previews: options.watch ? place : undefined,
    open: new Set(),
  };
  try {
    await drawAll(session, drawing, options, place);
    return 0;
  } catch (error) {
    if (!session.signal.aborted) throw error;
    const why = late.aborted ? `nothing came within ${options.timeout} s` : 'stopped';
    throw new CommandFailure(`${why}; ${await cancelOpen(session)}`);
  }
}

async function drawAll(
  session: Session,
  drawing: Drawing<'imagine'>,
  options: ImagineOptions,
  place: Place,
): Promise<void> {
  const grid = await draw(session, drawing);
  const pressed: Drawn[] = [];
  tellFile(session.io, grid, options);
  for (const press of pressesOf(grid.task.id, options, place)) {
    const drawn = await draw(session, press);
    pressed.push(drawn);
    tellFile(session.io, drawn, options);
  }
  if (!options.json) return;
  const files = [grid, ...pressed].map(({ file }) => file);
  const followUps = pressed.length === 0 ? {} : { followUps: pressed.map(({ task }) => task) };
  session.io.stdout(`${JSON.stringify({ task: grid.task, ...followUps, files })}\n`);
}

/** At once, so that a later failure leaves no file unmentioned. */
function tellFile(io: CommandIo, { file }: Drawn, { json }: ImagineOptions): void {
  if (json) io.stderr(`saved ${file}\n`);
  else io.stdout(`${file}\n`);
}

/** The name that the caller gave is for what was asked for last; the grid then stands beside it. */
function gridOf(prompt: string, options: ImagineOptions, place: Place): Drawing<'imagine'> {
  if (prompt === '') throw new CommandFailure('the prompt is empty: say what to draw', 2);
  const { ar, image, model, upscale, vary } = options;
  if (ar !== undefined && /\s--(?:ar|aspect)\s/.test(prompt)) {
    throw new CommandFailure('the prompt holds --ar already: leave one of the two out', 2);
  }
  return {
    name: 'imagine',
    body: {
      prompt: ar === undefined ? prompt : `${prompt} --ar ${ar}`,
      botType: model === 'niji' ? 'NIJI_JOURNEY' : 'MID_JOURNEY',
      base64Array: image.map(readImage),
    },
    title: 'imagine',
    place: upscale.length + vary.length === 0 ? place : beside(place, '-grid'),
  };
}

function pressesOf(taskId: string, { upscale, vary }: ImagineOptions, place: Place): Drawing<'change'>[] {
  const press = (letter: 'U' | 'V', index: number): Drawing<'change'> => ({
    name: 'change',
    body: { taskId, action: letter === 'U' ? 'UPSCALE' : 'VARIATION', index },
    title: `${letter}${index}`.padEnd('imagine'.length),
    place: upscale.length + vary.length === 1 ? place : beside(place, `-${letter.toLowerCase()}${index}`),
  });
  return [...upscale.map((index) => press('U', index)), ...vary.map((index) => press('V', index))];
}

async function cancelOpen({ remote, open, io }: Session): Promise<string> {
  if (open.size === 0) return 'no task is left at the gateway';
  const ids = [...open].join(', ');
  const limit = AbortSignal.timeout(CANCEL_MS);
  const second = new AbortController();
  void io.nextSignal().then(() => second.abort());
  try {
    const signal = AbortSignal.any([limit, second.signal]);
    await Promise.all([...open].map((id) => remote.cancel(id, signal)));
    return `the gateway was asked to cancel task ${ids}`;
  } catch {
    return `task ${ids} could not be cancelled and may go on at the gateway`;
  }
}

const LINK = /^https?:\/\//i;

function readImage(image: string): string {
  if (LINK.test(image)) return image;
  try {
    return `data:application/octet-stream;base64,${readFileSync(image).toString('base64')}`;
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    const why = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${String(code)})`;
    throw new CommandFailure(`${image}: ${why}`, 2, error);
  }
}

function parseUrl(text: string): string {
  if (!LINK.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError(`Must be an address such as ${DEFAULT_URL}.`);
  }
  return text.replace(/\/+$/, '');
}

function parseIndexes(text: string, before: readonly number[]): number[] {
  const numbers = text.split(',').map((part) => part.trim());
  if (!numbers.every((part) => /^[1-4]$/.test(part))) {
    throw new InvalidArgumentError('Must be 1 to 4; several with commas between them.');
  }
  return [...new Set([...before, ...numbers.map(Number)])];
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

function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}
