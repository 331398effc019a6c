import type { SimInteraction, SimReply } from '../../applications.ts';
import type { MessagePatch } from '../../messages.ts';
import type { SimMessage } from '../../model.ts';
import { Scribe } from '../scribe.ts';
import type { FullBehaviour } from './behaviour.ts';
import { type Bot, inBackground } from './bot.ts';
import type { JobKind } from './kinds.ts';
import { needsProgress, orderedNotice, postNotice } from './post-notice.ts';

/** An answer in words that is being given. */
export interface Answer {
  readonly behaviour: FullBehaviour;
  readonly scribe: Scribe;
  readonly interaction: SimInteraction;
  /** A message at once. */
  say(reply: SimReply): SimMessage;
  /** A message that "thinks" (flags 128) and then shows what there is to say; undefined when it was refused. */
  thinkAndSay(flags: number, patch: MessagePatch): Promise<SimMessage | undefined>;
}

/** Gives an answer in words, with all that a rule may put in its way. */
export function giveAnswer(
  bot: Bot,
  interaction: SimInteraction,
  kind: JobKind,
  prompt: string,
  work: (answer: Answer) => Promise<unknown>,
): void {
  const behaviour = bot.playbook.decide({ prompt, kind, variant: bot.variant });
  if (behaviour.silent) return;
  inBackground(bot, async () => {
    await bot.studio.pause(behaviour.startAfterMs);
    if (behaviour.interactionFailureFirst) interaction.fail(2);
    else interaction.succeed();
    const answer = makeAnswer(bot, interaction, behaviour, prompt);
    if (behaviour.noticeAt !== 'start' || !(await refuses(bot, answer, prompt))) await work(answer);
  });
}

function makeAnswer(bot: Bot, interaction: SimInteraction, behaviour: FullBehaviour, prompt: string): Answer {
  const scribe = new Scribe(bot.world, behaviour.duplicate ?? false);
  const answer: Answer = {
    behaviour,
    scribe,
    interaction,
    say: (reply) => scribe.say(interaction, { withNonce: true, ...reply }),
    thinkAndSay: async (flags, patch) => {
      const message = scribe.say(interaction, { flags: flags | 128, withNonce: true });
      await bot.studio.pause(behaviour.stepEveryMs);
      if (behaviour.noFinal) return undefined;
      if (behaviour.noticeAt === 'progress' && (await refuses(bot, answer, prompt, message)))
        return undefined;
      scribe.change(message, { ...patch, flags });
      return message;
    },
  };
  return answer;
}

/** Posts the notice that a rule orders; false when there is none, or the answer comes all the same. */
async function refuses(
  bot: Bot,
  { behaviour, scribe, interaction }: Answer,
  prompt: string,
  thinking?: SimMessage,
): Promise<boolean> {
  const notice = orderedNotice(behaviour);
  if (!notice) return false;
  let progress = thinking;
  if (!progress && needsProgress(notice, behaviour)) {
    progress = scribe.say(interaction, { flags: 128, withNonce: true });
    await bot.studio.pause(behaviour.stepEveryMs);
  }
  const { channelId } = interaction;
  postNotice(
    bot.world,
    scribe,
    { behaviour, stage: interaction, channelId, asked: prompt, progress },
    notice,
  );
  return !notice.isInformation;
}
