/** Parameters of Midjourney and Pika as controls, and as the words at the end of a prompt that the bots read: pure. */

/** What the controls of a drawing hold; an empty text, or the bot's own default, means that nothing is said. */
export interface DrawParameters {
  /** `3:2`. */
  readonly ratio: string;
  /** `7`, or `niji 6`. */
  readonly version: string;
  /** 0 to 1,000. */
  readonly stylize: number;
  /** 0 to 100. */
  readonly chaos: number;
  /** 0 to 3,000. */
  readonly weird: number;
  readonly isTile: boolean;
  readonly isRaw: boolean;
  /** What shall not be in the picture. */
  readonly no: string;
  /** 0 to 4294967295. */
  readonly seed: string;
  /** `0.5`, `1`, `2`, `4`. */
  readonly quality: string;
}

/** Midjourney's own values (docs.midjourney.com, "Parameter List"). */
export const DRAW_DEFAULTS: DrawParameters = {
  ratio: '',
  version: '',
  stylize: 100,
  chaos: 0,
  weird: 0,
  isTile: false,
  isRaw: false,
  no: '',
  seed: '',
  quality: '',
};

/** What the controls of a video of Pika hold. */
export interface FilmParameters {
  readonly ratio: string;
  /** `zoom in`, `pan left`, `rotate cw`, … */
  readonly camera: string;
  /** 0 to 4. */
  readonly motion: number;
  /** 8 to 24. */
  readonly fps: number;
  /** How closely it follows the words, 8 to 24. */
  readonly guidance: number;
  readonly no: string;
  readonly seed: string;
}

/** Pika's own values. */
export const FILM_DEFAULTS: FilmParameters = {
  ratio: '',
  camera: '',
  motion: 1,
  fps: 24,
  guidance: 12,
  no: '',
  seed: '',
};

/** One parameter as the bot reads it, and the names under which a person may have typed it already. */
interface Spoken {
  readonly names: readonly string[];
  /** Undefined: nothing is said. */
  readonly words: string | undefined;
}

/** The prompt with the parameters at its end. What was typed by hand wins over its control. */
export function drawPrompt(words: string, chosen: DrawParameters): string {
  return joined(words, '--', [
    spoken(['ar', 'aspect'], chosen.ratio),
    spoken(['v', 'version', 'niji'], chosen.version.startsWith('niji') ? '' : chosen.version),
    spoken(['niji', 'v', 'version'], chosen.version.startsWith('niji ') ? chosen.version.slice(5) : ''),
    spoken(['s', 'stylize'], unless(chosen.stylize, DRAW_DEFAULTS.stylize)),
    spoken(['c', 'chaos'], unless(chosen.chaos, DRAW_DEFAULTS.chaos)),
    spoken(['w', 'weird'], unless(chosen.weird, DRAW_DEFAULTS.weird)),
    flag(['tile'], chosen.isTile),
    flag(['raw', 'style'], chosen.isRaw),
    spoken(['no'], chosen.no),
    spoken(['seed'], chosen.seed),
    spoken(['q', 'quality'], chosen.quality),
  ]);
}

/** The same for Pika, whose parameters have one dash. */
export function filmPrompt(words: string, chosen: FilmParameters): string {
  return joined(words, '-', [
    spoken(['ar'], chosen.ratio),
    spoken(['camera'], chosen.camera),
    spoken(['motion'], unless(chosen.motion, FILM_DEFAULTS.motion)),
    spoken(['fps'], unless(chosen.fps, FILM_DEFAULTS.fps)),
    spoken(['gs'], unless(chosen.guidance, FILM_DEFAULTS.guidance)),
    spoken(['neg'], chosen.no),
    spoken(['seed'], chosen.seed),
  ]);
}

function spoken(names: readonly string[], value: string): Spoken {
  const clean = value.trim();
  return { names, words: clean === '' ? undefined : `${names[0]} ${clean}` };
}

function flag(names: readonly string[], isSet: boolean): Spoken {
  return { names, words: isSet ? names[0] : undefined };
}

const unless = (value: number, usual: number) => (value === usual ? '' : String(value));

function joined(words: string, dash: string, parameters: readonly Spoken[]): string {
  const said = parameters.flatMap(({ names, words: parameter }) =>
    parameter === undefined || isTyped(words, dash, names) ? [] : [`${dash}${parameter}`],
  );
  return [words.trim(), ...said].filter(Boolean).join(' ');
}

/** Phones turn two dashes into one long one. */
function isTyped(words: string, dash: string, names: readonly string[]): boolean {
  const start = dash === '--' ? '(?:--|[—–])' : '-';
  return new RegExp(`(?:^|\\s)${start}(?:${names.join('|')})(?=\\s|$)`, 'i').test(words);
}
