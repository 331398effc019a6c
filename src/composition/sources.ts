/** Composition: where files come from: callers' links, bots' pictures and videos, the gateway's own copies. */
import type { Config } from '../config/schema.ts';
import type { MediaLoader, VideoSource } from '../core/media.ts';
import type { Store } from '../core/store.ts';
import type { TokenCounter } from '../core/tokens.ts';
import { createMediaLoader } from '../media/loader.ts';
import { createTokenCounter } from '../tokens/counter.ts';
import type { Account } from './accounts.ts';
import { type CopyParts, createKeeping, type Keeping } from './copies.ts';
import { createPictureLoader } from './pictures.ts';
import type { Tools } from './tools.ts';
import { createVideoSource } from './videos.ts';

/** Readers of files and words. */
export interface Sources {
  /** Links and files of callers. */
  readonly media: MediaLoader;
  /** Pictures of bots. */
  readonly pictures: MediaLoader;
  /** Videos of bots. */
  readonly videos: VideoSource;
  /** Undefined where no copies are kept. */
  readonly keeping: Keeping | undefined;
  readonly tokens: TokenCounter;
}

/** What they are made with. */
export interface SourceParts extends Pick<CopyParts, 'tasks' | 'onOutcome'> {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly store: Store;
  readonly tools: Tools;
}

/** Makes them. */
export function createSources(config: Config, parts: SourceParts): Sources {
  const { accounts, store, tasks, onOutcome, tools } = parts;
  const { allowPrivate } = config.webhooks;
  const hosts = config.discord;
  const media = createMediaLoader({ allowPrivate, clock: tools.clock });
  const videos = createVideoSource({ accounts, hosts, allowPrivate, clock: tools.clock });
  const keeping = createKeeping(config, { store, tasks, videos, onOutcome, ...tools });
  const pictures = createPictureLoader({ accounts, hosts, media, copies: keeping?.copies });
  const tokens = createTokenCounter();
  void tokens.warm();
  return { media, pictures, videos, keeping, tokens };
}
