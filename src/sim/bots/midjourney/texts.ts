/** What the messages of a job say (reference 2.1 and 2.2). */
import { factsOfJob, type Job, type Mode } from './job.ts';
import { shortenLinks } from './prompt.ts';

const MODE_WORDS: Readonly<Record<Mode, string>> = { fast: 'fast', relax: 'relaxed', turbo: 'turbo' };
const SMALL_PRINT =
  '\n-# Create, explore, and organize on [midjourney.com](<https://midjourney.com/imagine?from_discord=1>)';
/** Longest content of a message. */
const LONGEST = 2000;

/** The first text: `**p** - <@u> (Waiting to start)`. */
export function startText(job: Job): string {
  const prefix = job.behaviour.startPrefix ? numbered(factsOfJob(job).prefix, job.index) : '';
  return fitted(job.echo, (echo) => `${prefix}**${echo}** - <@${job.userId}> (Waiting to start)`);
}

/** While it runs: `**p** - <@u> (31%) (fast)`; the first one may have small print below. */
export function progressText(job: Job, percent: number): string {
  const mode = modeWord(job);
  const isApart = job.behaviour.percentStyle === 'apart';
  const apart = percent === 100 ? '(100%)' : `(${percent}%) (${mode})`;
  const state = isApart ? apart : `(${mode} ${percent}%)`;
  const tail = job.behaviour.era === '2026' && percent === 0 ? SMALL_PRINT : '';
  return fitted(job.echo, (echo) => `**${echo}** - ${busyMarker(job)}<@${job.userId}> ${state}${tail}`);
}

/** After somebody cancelled it. */
export function stoppedText(job: Job): string {
  return fitted(job.echo, (echo) => `**${echo}** - ${busyMarker(job)}<@${job.userId}> (Stopped)`);
}

/** The result's text. */
export function finalText(job: Job): string {
  const user = `<@${job.userId}>`;
  const { shape } = factsOfJob(job);
  if (shape === 'clip' || job.kind === 'upscale') {
    return fitted(finalEcho(job), (echo) => `**${echo}** - ${doneMarker(job)}${user}`);
  }
  const modern = job.behaviour.era === '2026';
  // As captured in June 2026: no link for upscales, no small print for what a button made.
  const link =
    modern && shape !== 'solo'
      ? ` [(Open on website for full quality)](<https://midjourney.com/jobs/${job.id}>)`
      : '';
  const tail = modern && !job.parent ? SMALL_PRINT : '';
  return fitted(
    finalEcho(job),
    (echo) => `**${echo}** - ${doneMarker(job)}${user}${link} (${modeWord(job)})${tail}`,
  );
}

/** What `/show` says: the result without its speed. */
export function shownText(job: Job): string {
  return fitted(finalEcho(job), (echo) => `**${echo}** - ${doneMarker(job)}<@${job.userId}>`);
}

/** Discord's limit holds for bots too: a prompt that is too long is cut. */
function fitted(echo: string, text: (echo: string) => string): string {
  const whole = text(echo);
  return whole.length <= LONGEST ? whole : text(echo.slice(0, echo.length - (whole.length - LONGEST)));
}

/** The short links of the result may be others than those of the start. */
function finalEcho(job: Job): string {
  return job.behaviour.relink ? shortenLinks(job.echo, job.id) : job.echo;
}

function busyMarker(job: Job): string {
  return remixed(job, plain(job, factsOfJob(job).busy));
}

function doneMarker(job: Job): string {
  return remixed(job, numbered(plain(job, factsOfJob(job).done), job.index));
}

/** Since v7 the plain word stands for every way of upscaling. */
function plain(job: Job, marker: string): string {
  if (job.behaviour.era === '2024') return marker;
  return marker.replace(/^(Upscaled|Upscaling) \((?:Subtle|Creative)\)/, '$1');
}

function remixed(job: Job, marker: string): string {
  const strength = job.isSubtle ? marker.replace('(Strong)', '(Subtle)') : marker;
  return job.isRemixed ? strength.replace('Variations', 'Remix') : strength;
}

function numbered(text: string, index: number): string {
  return text.replace('#N', `#${index}`);
}

function modeWord(job: Job): string {
  return `${MODE_WORDS[job.mode]}${job.behaviour.stealth ? ', stealth' : ''}`;
}
