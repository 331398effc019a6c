/** What kind of answer a request to Midjourney leads to: pure. */
import type { ActionKind, TaskRequest, TaskVerb } from '../../core/task.ts';
import type { Expectation } from '../desk/expectation.ts';

const PICTURE: Expectation = { answer: 'picture' };
const DRAWING: Expectation = { answer: 'picture', works: ['imagine'] };
const VARIATION: Expectation = { answer: 'picture', works: ['vary'] };
const UPSCALE: Expectation = { answer: 'picture', works: ['upscale'] };
const ZOOM: Expectation = { answer: 'picture', works: ['zoom'] };
const PAN: Expectation = { answer: 'picture', works: ['pan'] };

const BY_VERB: Readonly<Record<Exclude<TaskVerb, 'act'>, Expectation>> = {
  imagine: DRAWING,
  blend: DRAWING,
  create: DRAWING,
  animate: DRAWING,
  show: PICTURE,
  describe: { answer: 'texts' },
  shorten: { answer: 'texts' },
  info: { answer: 'words' },
  settings: { answer: 'words' },
  mode: { answer: 'words' },
  remix: { answer: 'words' },
};

/** Source: reference of the message forms, "Table of tasks". A reroll may call itself a variation. */
const BY_ACTION: Readonly<Record<ActionKind, Expectation>> = {
  // Version 4 called its picture out of the grid an upscale.
  upscale: { answer: 'picture', works: ['pick', 'upscale'] },
  'upscale-subtle': UPSCALE,
  'upscale-creative': UPSCALE,
  'upscale-2x': UPSCALE,
  'upscale-4x': UPSCALE,
  vary: VARIATION,
  'vary-subtle': VARIATION,
  'vary-strong': VARIATION,
  'vary-region': VARIATION,
  reroll: { answer: 'picture', works: ['imagine', 'vary'] },
  'zoom-2x': ZOOM,
  'zoom-1.5x': ZOOM,
  'zoom-custom': ZOOM,
  'make-square': ZOOM,
  'pan-left': PAN,
  'pan-right': PAN,
  'pan-up': PAN,
  'pan-down': PAN,
  'animate-high': DRAWING,
  'animate-low': DRAWING,
  'extend-high': PICTURE,
  'extend-low': PICTURE,
  'video-upscale': PICTURE,
  'imagine-text': DRAWING,
  retry: { answer: 'any' },
  remix: { answer: 'any' },
  bookmark: { answer: 'success' },
  cancel: { answer: 'success' },
  other: { answer: 'any' },
};

/** What a request leads to. */
export function expectationOf(request: Pick<TaskRequest, 'verb' | 'action'>): Expectation {
  if (request.verb !== 'act') return BY_VERB[request.verb];
  const action = request.action;
  if (action === undefined) return { answer: 'any' };
  const expected = BY_ACTION[action.kind];
  return action.kind === 'upscale' ? { ...expected, index: action.index } : expected;
}
