/** Makes jobs out of what people ask for. */
import { createHash, randomUUID } from 'node:crypto';
import type { SimInteraction } from '../../applications.ts';
import type { SimMessage } from '../../model.ts';
import type { FullBehaviour } from './behaviour.ts';
import type { Variant } from './commands.ts';
import type { Job, Mode, Stage } from './job.ts';
import type { DrawingKind } from './kinds.ts';
import type { PersonSettings } from './people.ts';
import { derivedText, quadrantText } from './pictures.ts';
import { changeParameters, parameterOf, rewritePrompt } from './prompt.ts';

/** What a job is made of. */
export interface JobOrder {
  readonly kind: DrawingKind;
  readonly index: number;
  readonly interaction: Pick<SimInteraction, 'userId' | 'channelId'>;
  readonly stage: Stage;
  readonly mark: string;
  readonly variant: Variant;
  readonly behaviour: FullBehaviour;
  readonly person: PersonSettings;
  /** Words of the command or of a form; undefined when a button alone was pressed. */
  readonly words: string | undefined;
  /** What the pictures are drawn from, when it is not the words. */
  readonly seedText?: string | undefined;
  /** The job whose button was pressed, and the message that carries it. */
  readonly parent?: Job | undefined;
  readonly pressed?: SimMessage | undefined;
  readonly pressedId?: string | undefined;
}

/** A job that is ready to begin. */
export function makeJob(order: JobOrder): Job {
  const { index, interaction, parent, behaviour, person, words } = order;
  const id = randomUUID();
  const asked = words ?? parent?.asked ?? '';
  const kind = kindOf(order.kind, asked);
  return {
    id,
    kind,
    index,
    userId: interaction.userId,
    channelId: interaction.channelId,
    asked,
    echo: behaviour.rewrite ?? echoOf({ ...order, kind }),
    seedText: seedTextOf(order),
    mark: order.mark,
    seed: createHash('sha256').update(id).digest().readUInt32BE(0),
    mode: modeOf(asked) ?? person.mode,
    behaviour: { ...behaviour, stealth: behaviour.stealth ?? person.stealth },
    stage: order.stage,
    parent: order.pressed,
    pressedId: order.pressedId,
    isRemixed: parent !== undefined && words !== undefined && words.trim() !== parent.echo.trim(),
    isSubtle: kind === 'variation' && person.isSubtle,
    progress: undefined,
    final: undefined,
    isCancelled: false,
  };
}

/** A prompt with `--video` asks for a film. */
function kindOf(kind: DrawingKind, asked: string): DrawingKind {
  if (kind !== 'imagine' || !/\s--video\b/.test(asked)) return kind;
  return /\s--motion\s+high\b/.test(asked) ? 'animate-high' : 'animate-low';
}

function echoOf({ kind, words, parent, behaviour, variant, person }: JobOrder): string {
  const model = modelOf(behaviour, variant, person);
  const echo =
    words === undefined && parent
      ? parent.echo
      : rewritePrompt(words ?? '', { model, accountDefaults: behaviour.accountDefaults });
  if (kind === 'pan-left' || kind === 'pan-right') return changeParameters(echo, { ar: '3:2' });
  if (kind === 'pan-up' || kind === 'pan-down') return changeParameters(echo, { ar: '2:3' });
  if (kind === 'make-square') return changeParameters(echo, { ar: '1:1' });
  if (kind === 'zoom-custom') return changeParameters(echo, { zoom: undefined });
  return kind.startsWith('animate-') ? animatedEcho(echo, kind) : echo;
}

/** `p --motion high --video 1 --aspect 1:1`: model, ratio and exclusions are dropped. */
function animatedEcho(echo: string, kind: DrawingKind): string {
  return changeParameters(echo, {
    no: undefined,
    v: undefined,
    niji: undefined,
    ar: undefined,
    motion: kind.endsWith('high') ? 'high' : 'low',
    video: '1',
    aspect: parameterOf(echo, 'ar') ?? '1:1',
  });
}

function modelOf({ era, version }: FullBehaviour, variant: Variant, person: PersonSettings): string {
  if (variant === 'niji') return `--niji ${version ?? (era === '2024' ? '6' : '7')}`;
  return `--v ${person.version ?? version ?? (era === '2024' ? '6.1' : '7')}`;
}

function seedTextOf({ kind, index, words, parent, seedText }: JobOrder): string {
  if (seedText !== undefined) return seedText;
  if (!parent) return (words ?? '').trim();
  if (kind === 'upscale' || kind === 'video-upscale') return quadrantText(parent.seedText, index);
  return derivedText(words?.trim() ?? parent.seedText, kind, index);
}

function modeOf(prompt: string): Mode | undefined {
  const found = /\s--(fast|relax|turbo)\b/.exec(prompt)?.[1];
  return found === 'fast' || found === 'relax' || found === 'turbo' ? found : undefined;
}
