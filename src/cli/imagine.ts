/** `cordgate imagine`: a person's quick client to a running gateway. */
import { rmSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { cancelOpen } from './cancel-open.ts';
import {
  addressOf,
  type ClientOptions,
  isLink,
  keyOption,
  ratioOption,
  timeoutOption,
  urlOption,
} from './client-options.ts';
import { type Drawing, type Drawn, draw, type Session } from './drawing.ts';
import { CommandFailure, type CommandIo } from './io.ts';
import { jsonOption } from './options.ts';
import type { Parts } from './parts.ts';
import { beside, type Place, placeOf } from './picture-file.ts';
import { readPicture } from './read-picture.ts';
import { Remote } from './remote.ts';

interface ImagineOptions extends ClientOptions {
  readonly model: 'midjourney' | 'niji';
  readonly out?: string;
  readonly upscale: readonly number[];
  readonly vary: readonly number[];
  readonly ar?: string;
  readonly image: readonly string[];
  readonly watch?: boolean;
}

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
    .addOption(urlOption())
    .addOption(keyOption())
    .addOption(
      new Option('-m, --model <name>', 'who draws').choices(['midjourney', 'niji']).default('midjourney'),
    )
    .option('-o, --out <file>', 'file or folder to save to (default: a name made of the prompt)')
    .option('--upscale <numbers>', 'press U1 to U4 under the grid: 2, or 1,3', parseIndexes, [])
    .option('--vary <numbers>', 'press V1 to V4 under the grid', parseIndexes, [])
    .addOption(ratioOption())
    .option('-i, --image <file>', 'picture to draw from: a file or a link; may be repeated', collect, [])
    .option('-w, --watch', 'save each preview beside the picture, over the one before; removed at the end')
    .addOption(timeoutOption())
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
    remote: new Remote(addressOf(io, options)),
    signal: AbortSignal.any([stopped.signal, late]),
    previews: options.watch ? place : undefined,
    open: new Set(),
    saved: new Set(),
  };
  try {
    await drawAll(session, drawing, options, place);
    for (const preview of session.saved) rmSync(preview, { force: true });
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

/** With a button pressed, the name that the caller gave is for its picture, and the grid stands beside it. */
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

/** The first button's picture has the name that the caller gave, the others stand beside it. */
function pressesOf(taskId: string, { upscale, vary }: ImagineOptions, place: Place): Drawing<'change'>[] {
  const buttons = [
    ...upscale.map((index) => ({ letter: 'U', action: 'UPSCALE', index }) as const),
    ...vary.map((index) => ({ letter: 'V', action: 'VARIATION', index }) as const),
  ];
  return buttons.map(({ letter, action, index }, position) => ({
    name: 'change',
    body: { taskId, action, index },
    title: `${letter}${index}`.padEnd('imagine'.length),
    place: position === 0 ? place : beside(place, `-${letter.toLowerCase()}${index}`),
  }));
}

function readImage(image: string): string {
  if (isLink(image)) return image;
  return `data:application/octet-stream;base64,${readPicture(image).toString('base64')}`;
}

function parseIndexes(text: string, before: readonly number[]): number[] {
  const numbers = text.split(',').map((part) => part.trim());
  if (!numbers.every((part) => /^[1-4]$/.test(part))) {
    throw new InvalidArgumentError('Must be 1 to 4; several with commas between them.');
  }
  return [...new Set([...before, ...numbers.map(Number)])];
}

function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}
