/** Brings a notice to the asker. */
import type { SimReply } from '../../applications.ts';
import type { SimMessage, WireObject } from '../../model.ts';
import type { World } from '../../world.ts';
import type { Scribe } from '../scribe.ts';
import type { FullBehaviour } from './behaviour.ts';
import { buttonRow } from './buttons.ts';
import type { Stage } from './job.ts';
import { embedOfNotice, type Notice, noticeOf } from './notices.ts';
import { drawPicture } from './pictures.ts';

/** What a notice is about: a job or a short answer. */
export interface Scene {
  readonly behaviour: FullBehaviour;
  readonly stage: Stage;
  readonly channelId: string;
  readonly asked: string;
  readonly parent?: SimMessage | undefined;
  readonly progress?: SimMessage | undefined;
  readonly final?: SimMessage | undefined;
}

/** The notice that a behaviour orders. */
export function orderedNotice({ notice, captcha }: FullBehaviour): Notice | undefined {
  if (captcha) return noticeOf(captcha === 'buttons' ? 'captcha-buttons' : 'captcha-frame');
  return notice && noticeOf(notice);
}

/** True when the notice needs the progress message to be there before. */
export function needsProgress(notice: Notice, behaviour: FullBehaviour): boolean {
  return notice.frame === undefined && (behaviour.noticeBy ?? notice.delivery) !== 'create';
}

/** Posts a notice; gives the message that carries it, none when it opens in the client. */
export function postNotice(
  world: World,
  scribe: Scribe,
  scene: Scene,
  notice: Notice,
): SimMessage | undefined {
  if (notice.frame) {
    const id = world.newId();
    scene.stage.openFrame({
      customId: `MJ::iframe::${id}`,
      title: notice.frame.title,
      path: notice.frame.path.replace('{id}', id),
    });
    return undefined;
  }
  const body = bodyOf(world, scene, notice);
  const delivery = scene.behaviour.noticeBy ?? notice.delivery;
  if (delivery === 'update' && scene.progress && !scene.final) {
    scribe.change(scene.progress, { ...body, attachments: [], flags: scene.progress.flags & ~128 });
    return scene.progress;
  }
  const isInformation = notice.isInformation ?? false;
  if (delivery === 'create' || (!scene.progress && !scene.final)) {
    return scribe.say(scene.stage, { ...body, flags: isInformation ? 0 : 64, withNonce: true });
  }
  const about = notice.aboutParent ? scene.parent : undefined;
  const target = (about ?? scene.progress ?? scene.final)?.id;
  return scribe.say(scene.stage, {
    ...body,
    withMetadata: false,
    ...(target === undefined ? {} : { replyTo: target }),
  });
}

function bodyOf(
  world: World,
  scene: Scene,
  notice: Notice,
): Required<Pick<SimReply, 'content' | 'embeds' | 'components'>> {
  const embed = embedOfNotice(notice, scene.asked, world.clock.now());
  const picture = notice.hasPicture ? { image: pictureOf(world, scene.channelId) } : {};
  const id = world.newId();
  const buttons = (notice.buttons ?? []).map((button) => ({
    ...button,
    customId: button.customId.replace('{id}', id),
  }));
  return {
    content: (notice.content ?? '').replace('PROMPT', scene.asked).slice(0, 2000),
    embeds: embed ? [{ ...embed, ...picture }] : [],
    components: buttons.length > 0 ? [buttonRow(buttons)] : [],
  };
}

function pictureOf(world: World, channelId: string): WireObject {
  const bytes = drawPicture({ seedText: 'please choose', format: 'png' });
  const file = { filename: 'captcha.png', bytes, contentType: 'image/png' };
  const { url, proxy_url, width, height } = world.files.attach(
    channelId,
    world.newId(),
    file,
    'ephemeral-attachments',
  );
  return { url, proxy_url, width, height };
}
