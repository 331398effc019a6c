/** Buttons below the messages of a job; custom ids as in reference 2.3. */
import type { WireObject } from '../../model.ts';
import { factsOfJob, type Job } from './job.ts';
import { parameterOf } from './prompt.ts';

const GREY = 2;
const BLUE = 1;

/** A button without a link. */
export interface ButtonDraft {
  readonly customId: string;
  readonly label?: string;
  readonly emoji?: string;
  readonly style?: number;
}

/** A row of buttons. */
export function buttonRow(drafts: readonly (ButtonDraft | WireObject)[]): WireObject {
  return { type: 1, components: drafts.map((draft) => (isDraft(draft) ? button(draft) : draft)) };
}

/** The button that stops a running job. */
export function cancelRow(job: Job): WireObject[] {
  const customId = `MJ::CancelJob::ByJobid::${job.id}`;
  return job.behaviour.cancelButton ? [buttonRow([{ customId, label: 'Cancel Job', style: 4 }])] : [];
}

/** The buttons below a result. */
export function resultRows(job: Job): WireObject[] {
  const { shape } = factsOfJob(job);
  if (shape === 'film') return filmRows(job);
  if (shape === 'clip') return clipRows(job);
  if (shape === 'grid') return gridRows(job);
  return job.kind === 'upscale' ? soloRows(job) : enlargedRows(job);
}

/** The same rows with one button blue: it was pressed. */
export function markPressed(rows: readonly WireObject[], customId: string): WireObject[] {
  return rows.map((row) => ({
    ...row,
    components: (row.components as WireObject[]).map((item) =>
      item.custom_id === customId ? { ...item, style: BLUE } : item,
    ),
  }));
}

function gridRows(job: Job): WireObject[] {
  const numbers = [1, 2, 3, 4];
  return [
    buttonRow([
      ...numbers.map((n) => ({ customId: `MJ::JOB::upsample::${n}::${job.id}`, label: `U${n}` })),
      { customId: `MJ::JOB::reroll::0::${job.id}::SOLO`, emoji: '🔄' },
    ]),
    buttonRow([
      ...numbers.map((n) => ({ customId: `MJ::JOB::variation::${n}::${job.id}`, label: `V${n}` })),
      ...(job.behaviour.era === '2026' ? [webButton(job)] : []),
    ]),
  ];
}

function soloRows(job: Job): WireObject[] {
  const family = upscaleFamily(job.echo);
  const modern = family !== 'v8';
  return [
    ...(modern ? [buttonRow(upscaleButtons(job, family))] : []),
    buttonRow([...varyButtons(job), { customId: `MJ::Inpaint::1::${job.id}::SOLO`, label: 'Vary (Region)' }]),
    ...(modern ? [buttonRow(zoomButtons(job)), buttonRow(panButtons(job))] : []),
    buttonRow([...animateButtons(job), bookmark(job), webButton(job)]),
  ];
}

function enlargedRows(job: Job): WireObject[] {
  const redo = upscaleButtons(job, upscaleFamily(job.echo)).map((draft) => ({
    ...draft,
    label: `Redo ${draft.label}`,
  }));
  return [
    buttonRow(redo),
    buttonRow(varyButtons(job)),
    buttonRow([...animateButtons(job), bookmark(job), webButton(job)]),
  ];
}

function filmRows(job: Job): WireObject[] {
  const clips = [1, 2, 3, 4].map((n) => ({
    customId: `MJ::JOB::video_virtual_upscale::${n}::${job.id}`,
    label: `U${n}`,
  }));
  return [
    buttonRow([...clips, { customId: `MJ::JOB::reroll::0::${job.id}::SOLO`, emoji: '🔄' }]),
    buttonRow([webButton(job)]),
  ];
}

function clipRows(job: Job): WireObject[] {
  const extend = (['high', 'low'] as const).map((motion) => ({
    customId: `MJ::JOB::animate_${motion}_extend::1::${job.id}`,
    label: motion === 'high' ? 'Extend (High motion)' : 'Extend (Low motion)',
  }));
  return [buttonRow(extend), buttonRow([bookmark(job), webButton(job)])];
}

function upscaleButtons(job: Job, family: string): ButtonDraft[] {
  const [first, second] = family === 'v5' ? (['2x', '4x'] as const) : (['2x_subtle', '2x_creative'] as const);
  const label = (how: string) => (family === 'v5' ? how : how === '2x_subtle' ? 'Subtle' : 'Creative');
  return [first, second].map((how) => ({
    customId: `MJ::JOB::upsample_${family}_${how}::1::${job.id}::SOLO`,
    label: `Upscale (${label(how)})`,
    emoji: 'upscale_1',
  }));
}

function varyButtons(job: Job): ButtonDraft[] {
  return [
    { customId: `MJ::JOB::low_variation::1::${job.id}::SOLO`, label: 'Vary (Subtle)', emoji: '🪄' },
    { customId: `MJ::JOB::high_variation::1::${job.id}::SOLO`, label: 'Vary (Strong)', emoji: '🪄' },
  ];
}

function zoomButtons(job: Job): ButtonDraft[] {
  const ratio = parameterOf(job.echo, 'ar') ?? '1:1';
  const square = { customId: `MJ::Outpaint::100::1::${job.id}::SOLO`, label: 'Make Square', emoji: '↔️' };
  return [
    { customId: `MJ::Outpaint::50::1::${job.id}::SOLO`, label: 'Zoom Out 2x', emoji: '🔍' },
    { customId: `MJ::Outpaint::75::1::${job.id}::SOLO`, label: 'Zoom Out 1.5x', emoji: '🔍' },
    { customId: `MJ::CustomZoom::${job.id}`, label: 'Custom Zoom', emoji: '🔍' },
    ...(ratio === '1:1' ? [] : [square]),
  ];
}

function panButtons(job: Job): ButtonDraft[] {
  const arrows = { left: '⬅️', right: '➡️', up: '⬆️', down: '⬇️' };
  return Object.entries(arrows).map(([way, emoji]) => ({
    customId: `MJ::JOB::pan_${way}::1::${job.id}::SOLO`,
    emoji,
  }));
}

function animateButtons(job: Job): ButtonDraft[] {
  if (job.behaviour.era === '2024') return [];
  return [
    { customId: `MJ::JOB::animate_high::1::${job.id}::SOLO`, label: 'Animate (High motion)' },
    { customId: `MJ::JOB::animate_low::1::${job.id}::SOLO`, label: 'Animate (Low motion)' },
  ];
}

/** The part of the custom ids of upscales that names the model. */
function upscaleFamily(echo: string): string {
  const version = parameterOf(echo, 'v') ?? '6';
  if (version === '6.1') return 'v6r1';
  return `v${Math.floor(Number.parseFloat(version)) || 6}`;
}

function bookmark(job: Job): ButtonDraft {
  return { customId: `MJ::BOOKMARK::${job.id}`, emoji: '❤️' };
}

function webButton(job: Job): WireObject {
  const path = job.behaviour.era === '2024' ? `app/jobs/${job.id}/` : `jobs/${job.id}?index=0`;
  return { type: 2, style: 5, label: 'Web', url: `https://www.midjourney.com/${path}` };
}

function button({ customId, label, emoji, style }: ButtonDraft): WireObject {
  return {
    type: 2,
    style: style ?? GREY,
    custom_id: customId,
    ...(label === undefined ? {} : { label }),
    ...(emoji === undefined ? {} : { emoji: { name: emoji } }),
  };
}

function isDraft(draft: ButtonDraft | WireObject): draft is ButtonDraft {
  return 'customId' in draft;
}
