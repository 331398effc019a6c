/** What becomes of the interactions of open jobs: found by their nonces. */
import type { InteractionChange, OpenedFrame } from '../../core/interaction.ts';
import { pauseOf } from './account-notices.ts';
import type { Intake } from './intake.ts';
import { keyOf } from './keys.ts';
import type { DeskRoom } from './knowledge.ts';
import type { OpenJob } from './open-job.ts';

/** Takes in what Discord tells about an interaction. */
export function takeInteraction(change: InteractionChange, intake: Intake, room: DeskRoom): void {
  const job = jobOf(change, intake);
  if (job) tellJob(change, job, intake, room.clock.now());
  else if (change.type === 'frame-opened') reportCheck(change.frame, room);
}

function jobOf(change: InteractionChange, intake: Intake): OpenJob | undefined {
  const opened =
    change.type === 'modal-opened' ? change.modal : change.type === 'frame-opened' ? change.frame : undefined;
  const nonce = 'nonce' in change ? change.nonce : opened?.nonce;
  const [byNonce] = nonce === undefined ? [] : intake.jobs.of('nonce', nonce);
  return byNonce ?? (opened && intake.jobs.of('interaction', opened.id)[0]);
}

function tellJob(change: InteractionChange, job: OpenJob, intake: Intake, now: number): void {
  switch (change.type) {
    case 'interaction-created':
    case 'interaction-succeeded':
      trace(job, change.interactionId, intake);
      if (change.type === 'interaction-succeeded' && job.expects.answer === 'success') end(job, intake);
      return;
    case 'interaction-failed':
      trace(job, change.interactionId, intake);
      if (!job.isHeard) job.times.failedAt = now;
      job.steps.stir();
      return;
    case 'modal-opened':
      job.openForm({ type: 'modal', modal: change.modal });
      return;
    case 'frame-opened':
      trace(job, change.frame.id, intake);
      job.openForm({ type: 'frame', frame: change.frame });
  }
}

function trace(job: OpenJob, interactionId: string, intake: Intake): void {
  const key = keyOf('interaction', interactionId);
  if (job.keys.has(key)) return;
  job.tell({ type: 'job-traced', trace: { interactionId } });
  intake.learn(job, key);
}

function end(job: OpenJob, intake: Intake): void {
  job.tell({ type: 'job-ended', media: [], trace: {} });
  intake.leave(job);
}

/** A check may open without being asked for. */
function reportCheck(frame: OpenedFrame, room: DeskRoom): void {
  if (frame.channelId !== room.channelId || !room.bot.isCheck(frame)) return;
  room.report(pauseOf('captcha', frame.title, room));
}
