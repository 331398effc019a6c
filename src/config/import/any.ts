import { type BridgeSurroundings, importBridge } from './bridge.ts';
import { importDiscordxy } from './discordxy.ts';
import { isDiscordxy, notADiscordxyFile, refuseForeign } from './foreign.ts';
import { ImportError } from './import-error.ts';
import type { Imported } from './imported.ts';
import { withoutComments } from './json-comments.ts';
import { notABridgeFile, readSource, type SourceTree } from './source.ts';

/** What stands beside the old file, and where the new one will stand. */
export interface Surroundings extends BridgeSurroundings {
  /** Name of the file of banned words, as seen from the new file; undefined when there is none. */
  readonly bannedWords?: string | undefined;
  /** True when the old file is named as JSON. */
  readonly isJson?: boolean | undefined;
  /** Name of the new file. */
  readonly out: string;
}

/**
 * Converts a Config.yml of Coze-Discord-Bridge or a config.json of Discordxy; its keys tell which it is.
 * @throws ImportError when it is something else, or cannot be read
 */
export function importAny(text: string, surroundings: Surroundings): Imported {
  const json = jsonSource(text, surroundings.isJson === true);
  if (json === undefined) return importBridge(text, surroundings);
  if (isDiscordxy(json.root)) return importDiscordxy(json, surroundings);
  refuseForeign(json.root, notADiscordxyFile);
  return importBridge(text, surroundings);
}

/** YAML's cures speak of indentation, which means nothing in JSON. */
const JSON_CURE =
  'is not valid JSON$1: a quote, bracket, comma or colon is missing, or too many, there or somewhere above; brackets may not be closed';

/** JSON is read as YAML, which takes trailing commas and keeps all digits of an id. Undefined for what is no JSON. */
function jsonSource(text: string, isJson: boolean): SourceTree | undefined {
  const bare = withoutComments(text.replace(/^\uFEFF/, ''));
  if (!isJson && !/^\s*[[{]/.test(bare)) return undefined;
  try {
    return readSource(bare);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    if (error.message === notABridgeFile) throw new ImportError(notADiscordxyFile);
    throw new ImportError(
      error.message.replace(/is not valid YAML( at line \d+, column \d+)?: .*/s, JSON_CURE),
    );
  }
}
