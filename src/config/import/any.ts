import { type BridgeSurroundings, importBridge } from './bridge.ts';
import { importDiscordxy } from './discordxy.ts';
import { isDiscordxy } from './foreign.ts';
import { ImportError } from './import-error.ts';
import type { Imported } from './imported.ts';
import { withoutComments } from './json-comments.ts';
import { readSource, type SourceTree } from './source.ts';

/** What stands beside the old file, and where the new one will stand. */
export interface Surroundings extends BridgeSurroundings {
  /** Name of the file of banned words, as seen from the new file; undefined when there is none. */
  readonly bannedWords?: string | undefined;
  /** Name of the new file. */
  readonly out: string;
}

/**
 * Converts a Config.yml of Coze-Discord-Bridge or a config.json of Discordxy; its keys tell which it is.
 * @throws ImportError when it is something else, or cannot be read
 */
export function importAny(text: string, surroundings: Surroundings): Imported {
  const json = jsonSource(text);
  if (json && isDiscordxy(json.root)) return importDiscordxy(json, surroundings);
  return importBridge(text, surroundings);
}

/** JSON is read as YAML, which takes trailing commas and keeps all digits of an id. Undefined for what is no JSON. */
function jsonSource(text: string): SourceTree | undefined {
  const bare = withoutComments(text.replace(/^\uFEFF/, ''));
  if (!bare.trimStart().startsWith('{')) return undefined;
  try {
    return readSource(bare);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    const message = error.message.replace('is not valid YAML', 'is not valid JSON');
    throw new ImportError(message);
  }
}
